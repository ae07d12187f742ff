"""Turn the formulas of a notebook from LaTeX into MathML.

Browsers draw MathML without a network and without JavaScript.
"""

import re
from html import escape
from urllib.parse import quote

from math_core import LatexError, LatexToMathML

from .latex import Definitions, for_math_core

_ROW_END = re.compile(r"(\\\\|\$\$|\\(?:begin|end)\{)")
_TAG = re.compile(r"\\tag\s*\*?\s*\{([^{}]*)\}")
_LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
_REFERENCE = re.compile(r"\\(eq)?ref\s*\{([^{}]*)\}")
_ID = "equation-"  # begins the id of each formula that has a label


class Formulas:
    r"""The formulas of one notebook, with what they share: macros, and the numbers of labels.

    As in JupyterLab, a \newcommand holds from its formula to the end of the notebook, and only a
    \tag gives a line a number.
    """

    def __init__(self, texts=()):
        """Collect the labels in all texts of a notebook."""
        self.definitions = Definitions()
        self.numbers = {}
        for row in (row for text in texts for row in _ROW_END.split(text)):
            if tag := _TAG.search(row):
                self.numbers |= dict.fromkeys(_LABEL.findall(row), tag[1].strip("$ "))

    def mathml(self, latex, display=True):
        r"""Return a formula as MathML, with the number of a \tag{n} at the right margin.

        The result is empty if the formula only defines macros. Raise ValueError, which says why,
        if the formula cannot be drawn.
        """
        drawn = self.definitions.with_defaults(self.definitions.taken_from(latex))
        if not drawn.strip():
            return ""
        drawn = _REFERENCE.sub(lambda found: rf"\text{{{self._number(found)}}}", drawn)
        drawn = for_math_core(_without_idle_labels(drawn), display)
        try:
            converter = LatexToMathML(
                macros=self.definitions.used_in(drawn),
                fancy_error=False,
                allow_unreliable_rendering=True,  # a wide tilde that is short is better than none
                id_prefix=_ID,
            )
            html = converter.convert_with_local_state(drawn, displaystyle=display)
        except LatexError as error:
            raise ValueError(re.sub(r"^\w*: ?(?:\d+: )?", "", str(error))) from None
        # because XML does not know this name, and some tools read pages as XML
        return html.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")

    def reference(self, source):
        r"""Return a \ref{...} or \eqref{...} in the text as HTML, linked to its formula."""
        found = _REFERENCE.fullmatch(source)
        if found is None:
            return escape(source)
        number = escape(self._number(found))
        address = _ID + quote(found[2], safe="!$&'()*+,;=:@/?")
        return f'<a href="#{escape(address)}">{number}</a>' if found[2] in self.numbers else number

    def _number(self, found):
        number = self.numbers.get(found[2], "???")  # the words of MathJax
        return f"({number})" if found[1] else number


def _without_idle_labels(latex):
    """Return a formula without the labels of lines that have no number."""
    rows = _ROW_END.split(latex)
    return "".join(row if _TAG.search(row) else _LABEL.sub("", row) for row in rows)
