"""Say which slide each cell of a notebook belongs to."""

import re

from .markdown import to_html
from .notebooks import slide_type
from .tags import text_of

LEFT_OUT = "left_out"  # the metadata with the sources of the cells before, which are on no slide
_FOLDED = re.compile(r"<details>\s*<summary>.*?</summary>(.*)</details>\s*", re.DOTALL)
_HEADING = re.compile(r"<h([1-6])[\s>]")


def arrange(notebook):
    """Give the cells of a notebook the slide types that Jupyter's slides need.

    If no cell begins a slide, each cell that begins with a heading does. Notes before the first
    slide move to it, because they would be lost there. Notes that a page folds away in
    `<details>` are open in the speaker's view.
    """
    cells = notebook.cells
    if not any(slide_type(cell) in ("slide", "subslide") for cell in cells):
        _split_at_headings(cells)
    for cell in cells:
        if slide_type(cell) == "notes" and (folded := _FOLDED.fullmatch(cell.source.strip())):
            cell.source = folded[1].strip()  # because a speaker cannot open it during a lecture
    first = next((i for i, cell in enumerate(cells) if _is_shown(cell)), None)
    if first is not None:
        early = [cell for cell in cells[:first] if slide_type(cell) == "notes"]
        others = [cell for cell in cells[:first] if slide_type(cell) != "notes"]
        notebook.cells = [*others, cells[first], *early, *cells[first + 1 :]]
    _carry_sources(notebook.cells)


def split(cells):
    """Return a list that holds a list of cells for each slide."""
    slides = [[]]
    for cell in cells:
        kind = slide_type(cell)
        if kind in ("slide", "subslide"):
            slides.append([])
        if kind != "skip":
            slides[-1].append(cell)
    return slides


def _carry_sources(cells):
    """Tell the cells what stands before them on no slide, because macros hold from there on."""
    sources = []
    for cell in cells:
        if cell.cell_type == "markdown" and slide_type(cell) == "skip":
            sources.append(cell.source)
        elif cell.cell_type == "markdown":
            cell.metadata[LEFT_OUT], sources = sources, []


def _is_shown(cell):
    return slide_type(cell) not in ("notes", "skip")


def _split_at_headings(cells):
    for cell in cells:
        level = _heading_level(cell)
        if level and level <= 3 and slide_type(cell) is None:
            kind = "subslide" if level == 3 else "slide"
            cell.metadata["slideshow"] = {"slide_type": kind}


def _heading_level(cell):
    """Return the level of the heading with which the text of a cell begins, or None."""
    if cell.cell_type != "markdown":
        return None
    html = to_html(cell.source, typeset=str)
    heading = _HEADING.search(html)
    return int(heading[1]) if heading and not text_of(html[: heading.start()]).strip() else None
