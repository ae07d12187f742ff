"""Open pages in Chromium without a network; a page that asks for something or complains fails."""

import base64
import functools
import io
import os

import nbformat
import pytest
from filelock import FileLock
from PIL import Image

from browser_pages.inline import make_live
from lecture_pages.decks import browser, make_slides

INSIDE = "file:", "blob:", "data:"  # the page itself, its worker, its pictures


@pytest.fixture(scope="session")
def html_of(tmp_path_factory):
    """Return a function of a page's function: its HTML, made once for all tests.

    The processes of pytest-xdist share it, because one page trains a network.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder

    @functools.cache
    def html(page):
        file = folder / f"made-{page.__name__}.html"
        with FileLock(f"{file}.lock"):
            if not file.exists():
                file.write_text(page(), encoding="utf-8")
        return file.read_text(encoding="utf-8")

    return html


@pytest.fixture(scope="module")
def open_page(tmp_path_factory):
    """Return a function that writes HTML into a file, opens it, and returns Playwright's page.

    After the tests of the module no page may have asked for anything, or have written to the
    console.
    """
    heard = []
    with browser() as chromium:

        def open_page(html, **context):
            path = tmp_path_factory.mktemp("pages") / "page.html"
            path.write_text(html, encoding="utf-8")
            page = chromium.new_context(offline=True, **context).new_page()
            page.on("console", lambda message: heard.append(message.text))
            page.on("pageerror", lambda error: heard.append(str(error)))
            page.on("request", lambda request: heard.append(request.url))
            page.goto(path.as_uri())
            return page

        yield open_page
    assert [text for text in heard if not text.startswith(INSIDE)] == []


def notebook(tags):
    """Return an executed notebook with one slide and one picture for each tag."""
    png = io.BytesIO()
    Image.new("L", (80, 60), 128).save(png, "png")
    data = {"image/png": base64.b64encode(png.getvalue()).decode()}
    cells = []
    for tag in tags:
        heading = nbformat.v4.new_markdown_cell(f"# The slide {tag}")
        heading.metadata["slideshow"] = {"slide_type": "slide"}
        output = nbformat.v4.new_output("display_data", data)
        cell = nbformat.v4.new_code_cell("draw()", outputs=[output], execution_count=1)
        cell.metadata["tags"] = [tag]
        cells += [heading, cell]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="session")
def still_deck(tmp_path_factory):
    """Return the path of a deck in which no cell asks for the generator."""
    folder = tmp_path_factory.mktemp("still")
    nbformat.write(notebook(["hide-code"]), folder / "still.ipynb")
    return make_slides(folder / "still.ipynb", folder)


@pytest.fixture(scope="session")
def live_deck(tmp_path_factory):
    """Return the path of a deck in which the generator draws in two cells."""
    folder = tmp_path_factory.mktemp("live")
    tags = "live-digits", "live-directions"
    nbformat.write(notebook(tags), folder / "live.ipynb")
    deck = make_slides(folder / "live.ipynb", folder)
    assert make_live(deck)
    return deck
