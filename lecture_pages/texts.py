"""Read a Markdown file as a notebook, so that it becomes a page like those of the notebooks.

A fenced block whose name stands in braces is a directive, as in MyST. It is replaced by what a
program makes of its argument, for example by the documentation of a package.
"""

import re
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from .beside import beside
from .listing import download, listing
from .notebooks import read_notebook
from .reference import reference

_FENCE = re.compile(r"^```\{(\w+)\} *(.*?)\n(?:[^`]*?\n)??```$", re.MULTILINE)
DIRECTIVES = {
    "reference": reference,  # {reference} package module ...
    "beside": lambda argument: beside(*map(str.strip, argument.split("|"))),  # one | the other
    "listing": listing,  # {listing} path/of/file.py:name
    "download": download,  # {download} path/of/file.py ...
}


def read(path):
    """Return a notebook, or a Markdown file as a notebook, of which nothing is on a slide.

    Raise ValueError, which names the file, if it holds no notebook or an unknown directive.
    """
    path = Path(path)
    if path.suffix != ".md":
        return read_notebook(path)
    try:
        return notebook_of(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name!r}: {error}") from error


def notebook_of(text):
    """Return Markdown as a notebook; raise ValueError if a directive is unknown."""
    pieces = _FENCE.split(text)
    cells = [new_markdown_cell(pieces[0].strip())]
    for name, argument, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        if name not in DIRECTIVES:
            known = ", ".join(DIRECTIVES)
            raise ValueError(f"the directive {name!r} is unknown; known are: {known}")
        cells.append(_html_cell(DIRECTIVES[name](argument.strip())))
        cells.append(new_markdown_cell(text.strip()))
    for number, cell in enumerate(cells, 1):
        cell.id = f"text-{number}"  # because the ids that nbformat draws differ each time
        cell.metadata["slideshow"] = {"slide_type": "skip"}
    return new_notebook(cells=cells)


def _html_cell(html):
    """Return a cell of a notebook that shows HTML, and no code."""
    output = new_output("display_data", {"text/html": html})
    return new_code_cell(metadata={"transient": {"remove_source": True}}, outputs=[output])
