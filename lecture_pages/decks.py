"""Slides: an executed notebook as one HTML deck that needs no network, and its PDF handout."""

import contextlib
import shutil
import warnings
from pathlib import Path

import nbformat

from gan_tutorial.files import whole_file

from .exporters import SlidesExporter
from .ours import check_ours

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
WIDTH, HEIGHT = 1280, 720  # CSS pixels of a slide, 16:9; a browser scales it to its window


def make_decks(notebooks, output="build/slides"):
    """Make the decks of notebooks; yield each path that was written, and each error.

    If there is Chromium or Chrome, a handout lies beside each deck, and a warning names each
    slide that holds more than a screen. An error keeps no other notebook from its deck. Raise
    ValueError if there is no notebook, or if two have one name.
    """
    if not notebooks:
        raise ValueError("no notebook in 'notebooks': name one")
    if len({Path(notebook).stem for notebook in notebooks}) < len(notebooks):
        raise ValueError("two notebooks of one name: one's slides would take the other's place")
    made = False
    for notebook in map(Path, notebooks):
        try:
            deck = make_slides(notebook, output)
        except (OSError, ValueError) as error:
            yield error
            continue
        made = True
        yield deck
        if find_browser():
            yield make_handout(deck)
            for line in overflowing_slides(deck):
                warnings.warn(f"{notebook.name}, {line}", stacklevel=1)
    if made and not find_browser():
        warnings.warn("no Chromium or Chrome here: no handouts, no check of sizes", stacklevel=1)


def make_slides(notebook, output="build/slides"):
    """Write the deck <notebook's name>.slides.html in the folder `output`; return its path.

    The notebook's kept outputs are shown, nothing is executed. A cell's slide type says where it
    goes: slide and subslide begin a new one, notes are for the speaker, skip is left out; the
    input of cells with the tag "hide-code" is not shown; without any slide type, headings begin
    slides. Raise ValueError if the notebook is none, was not executed, stopped with an error, has
    a formula that cannot be drawn, or would load something from elsewhere.
    """
    path = Path(notebook)
    try:
        content = nbformat.read(path, as_version=4)
    except OSError:
        raise
    except Exception as error:  # nbformat lets through whatever it stumbles over
        raise ValueError(f"{path.name!r} is no notebook: {str(error).splitlines()[0]}") from error
    return write_deck(content, path, output)


def write_deck(notebook, path, output):
    """Write the deck of a notebook that was read from `path`, as `make_slides` does."""
    _check_executed(notebook, path.name)
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    try:
        deck, _ = SlidesExporter().from_notebook_node(notebook, resources)
    except ValueError as error:
        raise ValueError(f"{path.name!r}: {error}") from error
    target = Path(output) / f"{path.stem}.slides.html"
    check_ours(target)
    check_ours(target.with_suffix(".pdf"))
    with whole_file(target) as temporary:
        temporary.write_text(deck, encoding="utf-8")
    return target


def _check_executed(notebook, name):
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip():
            if cell.execution_count is None:
                raise ValueError(f"{name!r} was not executed: run it, and save the outputs")
            if any(output.output_type == "error" for output in cell.outputs):
                count = cell.execution_count
                raise ValueError(f"{name!r} stopped with an error in cell In [{count}]")


def find_browser():
    """Return the path of Chromium or Chrome on this machine, None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def make_handout(deck):
    """Print a deck, a page for each slide, to <its name>.pdf beside it; return the path.

    Needs Chromium or Chrome; raise OSError where there is none.
    """
    target = Path(deck).with_suffix(".pdf")  # .slides.pdf: the other name may be an article's
    check_ours(target)
    with whole_file(target) as temporary, browser() as chromium:
        page = open_deck(chromium, deck, "?print-pdf")
        page.wait_for_selector(".pdf-page")
        page.pdf(path=temporary, prefer_css_page_size=True, print_background=True)
    return target


def overflowing_slides(deck):
    """Return what a deck's slides cannot hold, a line for each: where it is, and by how much.

    Measured by Chromium or Chrome; raise OSError where there is none.
    """
    with browser() as chromium:
        return open_deck(chromium, deck).evaluate("overflows()")


@contextlib.contextmanager
def browser():
    """Yield Chromium or Chrome, headless, as playwright has it; raise OSError without one."""
    from playwright.sync_api import Error, sync_playwright

    if find_browser() is None:
        raise OSError("Chromium or Chrome is needed, and is not found")
    with sync_playwright() as playwright:
        # in a container it has no sandbox of its own; it opens our own files alone
        options = {"executable_path": find_browser(), "args": ["--no-sandbox"]}
        try:
            chromium = playwright.chromium.launch(**options)
        except Error as error:
            line = str(error).splitlines()[0]
            raise OSError(f"{find_browser()!r} does not start: {line}") from None
        try:
            yield chromium
        finally:
            chromium.close()


def open_deck(chromium, deck, query=""):
    """Return the page of a deck, once its slides are laid out."""
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(Path(deck).resolve().as_uri() + query)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    return page
