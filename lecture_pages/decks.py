"""Make a deck of slides from an executed notebook, and a PDF handout from the deck.

A deck is one HTML file that a browser can show without a network.
"""

import contextlib
import shutil
import warnings
from pathlib import Path

from gan_tutorial.files.whole import whole_file

from .exporters import SlidesExporter
from .names import DECK, chosen, collisions
from .notebooks import check_executed, read_notebook
from .ours import check_ours

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
WIDTH, HEIGHT = 1280, 720  # of a slide, in CSS pixels; a browser scales it to its window


def make_decks(notebooks, output="build/slides"):
    """Make the decks of several notebooks, and yield the path of each file.

    If this machine has Chromium or Chrome, each deck gets a handout, and a warning names each
    slide whose content does not fit. If a notebook cannot be made into a deck, or if its deck
    would replace the deck of another one, its error is yielded, and the next notebook follows.
    Raise ValueError if `notebooks` is empty.
    """
    if not notebooks:
        raise ValueError("no notebook in 'notebooks': give the path of a notebook")
    made, notebooks = False, chosen(notebooks)
    refused = collisions(notebooks, suffixes=(DECK,))
    for notebook in notebooks:
        try:
            if notebook in refused:
                raise ValueError(refused[notebook])
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
        text = "no Chromium or Chrome here, so no handouts were made, and no sizes were checked"
        warnings.warn(text, stacklevel=1)


def make_slides(notebook, output="build/slides"):
    """Write the deck `<name of the notebook>.slides.html` and return its path.

    Nothing is executed: the deck shows the outputs that the notebook holds. Jupyter's slide type
    of a cell decides where the cell goes. "slide" and "subslide" begin a new slide, "notes" are
    for the speaker, and "skip" leaves the cell out. If no cell begins a slide, each cell that
    begins with a heading does. The code of a cell with the tag "hide-code" is not shown. A
    formula that cannot be drawn is shown as LaTeX, and a warning names its cell.

    Args:
        notebook: the path of the notebook.
        output: the folder of the deck.

    Returns:
        The path of the deck.

    Raises:
        ValueError: if the file is not a notebook, if the notebook was not executed or stopped
            with an error, or if the deck would need another file.
    """
    path = Path(notebook)
    return write_deck(read_notebook(path), path, output)


def write_deck(notebook, path, output):
    """Write the deck of a notebook that was read from `path`, and return the deck's path.

    Raise ValueError in the cases that `make_slides` lists.
    """
    check_executed(notebook, path.name)
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    try:
        deck, _ = SlidesExporter().from_notebook_node(notebook, resources)
    except ValueError as error:
        raise ValueError(f"{path.name!r}: {error}") from error
    target = Path(output) / f"{path.stem}{DECK}"
    check_ours(target)
    check_ours(target.with_suffix(".pdf"))
    with whole_file(target) as temporary:
        temporary.write_text(deck, encoding="utf-8")
    return target


def find_browser():
    """Return the path of Chromium or Chrome on this machine, or None if there is no browser."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def make_handout(deck):
    """Print a deck to a PDF file beside it, one page for each slide, and return its path.

    Raise OSError if this machine has neither Chromium nor Chrome.
    """
    # the name ends with .slides.pdf, because <name>.pdf could be a user's own file
    target = Path(deck).with_suffix(".pdf")
    check_ours(target)
    with whole_file(target) as temporary, browser() as chromium:
        page = open_deck(chromium, deck, "?print-pdf")
        page.wait_for_selector(".pdf-page")
        page.pdf(path=temporary, prefer_css_page_size=True, print_background=True)
    return target


def overflowing_slides(deck):
    """Return one line for each slide whose content does not fit on the slide.

    The line says which slide it is, and how many pixels are too many. Raise OSError if this
    machine has neither Chromium nor Chrome, because a browser measures the content.
    """
    with browser() as chromium:
        return open_deck(chromium, deck).evaluate("overflows()")


@contextlib.contextmanager
def browser():
    """Start Chromium or Chrome without a window, and yield the browser object of playwright.

    Raise OSError if this machine has no such browser, or if the browser does not start.
    """
    from playwright.sync_api import Error, sync_playwright

    if find_browser() is None:
        raise OSError("Chromium or Chrome is needed, but was not found")
    with sync_playwright() as playwright:
        # because Chromium's sandbox does not work in a container; we open only our own files
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
    """Open a deck in a browser, wait until its slides are laid out, and return the page."""
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(Path(deck).resolve().as_uri() + query)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    return page
