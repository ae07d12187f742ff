"""Formulas: LaTeX as MathML, which browsers draw without a network, and the font it needs."""

import base64
import io
import re
from html import unescape
from importlib.metadata import distribution

from fontTools import subset
from math_core import LatexError, LatexToMathML


def mathml(latex, display=True):
    r"""Return a formula as MathML, which browsers draw by themselves; \tag{n} is at the right.

    Raise ValueError that names the formula where it has a command that is not known.
    """
    try:
        converter = LatexToMathML(fancy_error=False)
        formula = converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"formula {latex.strip()!r}: {error}") from None
    # headings are parsed as XML, which does not know this name
    return formula.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")


def math_font(html):
    """Return the CSS rule of a font, STIX Two Math, with the letters that the formulas need."""
    # without a font made for it, brackets, roots and sums do not grow with what they hold
    options = subset.Options(flavor="woff", layout_features=["*"], hinting=False)
    path = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
    font, subsetter, file = subset.load_font(path, options), subset.Subsetter(options), io.BytesIO()
    for table in font["cmap"].tables:
        # browsers do not take the prime that the font has for superscripts by themselves
        table.cmap |= {0x2032: "minute.ssty"} if 0x2032 in table.cmap else {}
    # what they draw though no text has it: the root, and a variable's letter as its italic twin
    drawn = [0x221A, 0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]
    formulas = "".join(re.findall(r"<math.*?</math>", html, re.DOTALL))
    subsetter.populate(text=unescape(formulas), unicodes=drawn)
    subsetter.subset(font)
    subset.save_font(font, file, options)
    data = base64.b64encode(file.getvalue()).decode()
    return f'@font-face {{ font-family: "Math"; src: url("data:font/woff;base64,{data}"); }}'
