"""Test slides that begin at headings, links to headings, and notes for the speaker."""

import re

import nbformat
import pytest
from helpers import needs_browser, read, render, write_notebook

from lecture_pages import decks
from lecture_pages.exporters import PageExporter, SlidesExporter

markdown = nbformat.v4.new_markdown_cell


def typed(source, kind=None):
    return markdown(source, metadata={"slideshow": {"slide_type": kind}} if kind else {})


def headings_that_begin_a_slide(tmp_path, *cells):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    html = render(notebook, tmp_path / "some.ipynb", SlidesExporter).split('<div class="slides">')[
        1
    ]
    slides = re.split(r"<section[^>]*>", html.split("<script")[0])
    found = [re.search(r'<h[1-6] id="([^"]*)"', slide) for slide in slides]
    return [heading[1] for heading in found if heading]


@pytest.mark.parametrize("kind", ["skip", "notes", "-", "fragment"])
def test_a_cell_that_begins_no_slide_leaves_headings_on(tmp_path, kind):
    cells = [typed("# One"), typed("some text", kind), typed("## Two"), typed("### Three", "-")]
    assert headings_that_begin_a_slide(tmp_path, *cells) == ["One", "Two", "Three"]


def test_a_skipped_heading_and_a_heading_in_a_note_begin_no_slide(tmp_path):
    cells = [
        typed("# One"),
        typed("## Left out", "skip"),
        typed("## Note", "notes"),
        typed("## Two"),
    ]
    assert headings_that_begin_a_slide(tmp_path, *cells) == ["One", "Two"]


@pytest.mark.parametrize("kind", ["slide", "subslide"])
def test_a_cell_that_begins_a_slide_turns_headings_off(tmp_path, kind):
    cells = [typed("# One"), typed("text", kind), typed("## Two")]
    assert headings_that_begin_a_slide(tmp_path, *cells) == ["One", "Two"]
    html = render(nbformat.v4.new_notebook(cells=cells), tmp_path / "some.ipynb", SlidesExporter)
    two = html.split('<div class="slides">')[1]
    assert "<section" not in two[two.index("text</p>") : two.index('id="Two"')]


@pytest.mark.parametrize(
    "source",
    [
        "<a id='x'></a>\n## Two",
        '<a name="x"></a>\n\n## Two',
        "\n\n## Two",
        "   ## Two",
        "<!-- a comment -->\n## Two",
        "---\n## Two",
        "Two\n---",
        "<h2>Two</h2>\n\ntext",
        "## Two ##\ntext",
        "<div id='x'>\n\n## Two\n\n</div>",
    ],
)
def test_a_cell_that_shows_a_heading_first_begins_a_slide(tmp_path, source):
    assert headings_that_begin_a_slide(tmp_path, typed("# One"), typed(source)) == ["One", "Two"]


@pytest.mark.parametrize("source", ["text\n\n## Two", "```\n## Two\n```", "    ## Two", "#### Two"])
def test_a_cell_that_shows_no_heading_first_begins_no_slide(tmp_path, source):
    assert headings_that_begin_a_slide(tmp_path, typed("# One"), typed(source)) == ["One"]


def test_notes_before_the_first_slide_go_to_it(tmp_path):
    cells = [typed("early", "notes"), typed("gone", "skip"), typed("# One"), typed("## Two")]
    html = render(nbformat.v4.new_notebook(cells=cells), tmp_path / "some.ipynb", SlidesExporter)
    slides = re.split(r"<section[^>]*>", html.split('<div class="slides">')[1])
    [one] = [slide for slide in slides if 'id="One"' in slide]
    assert re.search(r'<aside class="notes">.*early.*</aside>', one, re.DOTALL)
    assert "gone" not in html.split('<div class="slides">')[1]


TITLES = {
    "Größe": "Größe",
    "Ørsted – a start": "Ørsted-–-a-start",
    'The "loss" & more': 'The-"loss"-&-more',
    "A $x^2$ b": "A-x2-b",
    "With `code` and *stress*": "With-code-and-stress",
    "100 %": "100-%",
    "2024": "2024",
    "A/B, part 1/2": "A/B,-part-1/2",
    "生成": "生成",
}


@pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])
@pytest.mark.parametrize(("heading", "name"), TITLES.items())
def test_headings_have_the_ids_of_jupyterlab(tmp_path, heading, name, exporter):
    from bs4 import BeautifulSoup

    notebook = nbformat.v4.new_notebook(cells=[markdown(f"# {heading}")])
    html = BeautifulSoup(render(notebook, tmp_path / "some.ipynb", exporter), "html.parser")
    assert html.find("h1")["id"] == name


@needs_browser
@pytest.mark.parametrize("suffix", [".html", ".slides.html"])
def test_links_lead_to_headings(tmp_path, suffix):
    links = [f"[to {i}](<#{name}>)" for i, name in enumerate(TITLES.values()) if "%" not in name]
    links.append("[to percent](#100-%25)")
    path = write_notebook(tmp_path / "some.ipynb", "# Start\n\n" + " ".join(links))
    notebook = read(path)
    notebook.cells += [markdown(f"## {heading}\n\n" + "text\n\n" * 40) for heading in TITLES]
    exporter = PageExporter if suffix == ".html" else SlidesExporter
    (tmp_path / f"some{suffix}").write_text(render(notebook, path, exporter), encoding="utf-8")
    seen = """(suffix) => suffix === ".html" ? document.querySelector(":target")?.innerText
      : Reveal.getCurrentSlide().querySelector("h1, h2").innerText"""
    with decks.browser() as chromium:
        page = chromium.new_page()
        page.goto((tmp_path / f"some{suffix}").as_uri())
        if suffix != ".html":
            page.wait_for_function("window.Reveal && Reveal.isReady()")
        for i, heading in enumerate(TITLES):
            page.evaluate("window.Reveal && Reveal.slide(0, 0)")
            name = "to percent" if "%" in heading else f"to {i}"
            page.evaluate("n => [...document.links].find((a) => a.text === n).click()", name)
            found = page.evaluate(seen, suffix) or ""
            start = re.split(r"[$`*]", heading)[0]
            assert found.startswith(start), (heading, found)
            assert found != "Start"


@needs_browser
def test_a_link_from_another_deck_leads_to_its_heading(tmp_path):
    path = write_notebook(tmp_path / "some.ipynb", "# Start", "## Größe", "## Part 1/2", "## End")
    deck = decks.make_slides(path, tmp_path)
    with decks.browser() as chromium:
        for name in ("Größe", "Part-1/2", "End"):
            page = decks.open_deck(chromium, deck, f"#{name}")
            heading = page.evaluate("Reveal.getCurrentSlide().querySelector('h2').id")
            assert heading == name
