"""Put MathML in place of the formulas in HTML, as MathJax does in JupyterLab."""

import warnings
from html import escape, unescape

from . import scan
from .formulas import Formulas
from .tags import with_text


class Typesetter:
    """What typesets the cells of one notebook, one after the other.

    A formula that cannot be drawn costs nothing but itself: its source stands in a box, and a
    warning names the notebook and the cell.
    """

    def __init__(self, notebook, name):
        """Prepare for a notebook; the warnings call it `name`."""
        self.formulas = Formulas(_texts(notebook))
        self.name = name

    def note_macros(self, markdown):
        """Note the macros of a cell that is not shown."""
        for found in scan.in_markdown(markdown):
            self.formulas.definitions.taken_from(found.latex)

    def typeset(self, html, cell):
        """Return HTML of a cell with MathML in place of LaTeX; `cell` is the cell's name."""
        return with_text(html, lambda text: self._typeset_text(text, cell))

    def _typeset_text(self, text, cell):
        pieces, position = [], 0
        for found in scan.in_html(text):
            pieces += [text[position : found.start], self._html(found, cell)]
            position = found.end
        return "".join(pieces) + text[position:]

    def _html(self, found, cell):
        if found.kind == "escape":
            return found.latex
        if found.kind == "reference":
            return self.formulas.reference(unescape(found.source))
        try:
            return self.formulas.mathml(unescape(found.latex), found.display)
        except ValueError as error:
            source = unescape(found.source)
            line = " ".join(source.split())
            text = f"{self.name}, {cell}: the formula {line} is shown as LaTeX, because it cannot"
            warnings.warn(f"{text} be drawn: {error}", stacklevel=1)
            kind = "unknown-formula display" if found.display else "unknown-formula"
            return f'<code class="{kind}" title="{escape(str(error))}">{escape(source)}</code>'


def _texts(notebook):
    """Yield all texts of a notebook that can hold a formula."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.source
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            kinds = ("text/markdown", "text/latex", "text/html")
            yield from (str(data[kind]) for kind in kinds if kind in data)
