"""Find the formulas in Markdown, turn them from LaTeX into MathML, and make a font for them.

Browsers draw MathML without a network and without JavaScript.
"""

import base64
import io
import re
from html import unescape
from importlib.metadata import distribution

from fontTools import subset
from math_core import LatexError, LatexToMathML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathInlineParser


def render(markdown, renderer):
    """Return Markdown as HTML, with its formulas as MathML."""
    html = MarkdownWithMath(renderer, inline=_Inline(hard_wrap=False)).render(markdown)
    # because browsers may begin a new line between a formula and the full stop after it
    ending = r"(<math>(?:(?!</math>).)*</math>[.,;:?!)]+)"
    return re.sub(ending, r'<span class="unbroken">\1</span>', html, flags=re.DOTALL)


class FormulaRenderer(IPythonRenderer):
    """nbconvert's renderer of Markdown, in which formulas become MathML."""

    def inline_math(self, body):
        """Return a formula $...$ in a line of text."""
        return mathml(body, display=False)

    def block_math(self, body):
        """Return a formula $$...$$ on a line of its own."""
        return mathml(rf"\begin{{equation*}}{body}\end{{equation*}}" if r"\tag" in body else body)

    def latex_environment(self, name, body):
        r"""Return the formula in a LaTeX environment, such as \begin{align}."""
        # the star turns numbers off, because in Jupyter only a \tag gives a line a number
        starred = name.removesuffix("*") + "*"
        return mathml(rf"\begin{{{starred}}}{body}\end{{{starred}}}")


class _Inline(MathInlineParser):
    # Pandoc's rule, because $5 and 5 $ are prices: in a formula no space follows the first
    # dollar, no space precedes the second dollar, and no digit follows it
    SPECIFICATION = MathInlineParser.SPECIFICATION | {
        "inline_math_tex": r"(?<![$\\])\$(?=[^\s$])"
        r"(?P<math_inline_tex>(?:[^$`\\]|\\.)+?)"
        r"(?<!\s)\$(?!\d)"
    }


def mathml(latex, display=True):
    r"""Return a formula as MathML, with the number of a \tag{n} at the right margin.

    Raise ValueError, which names the formula, if the formula has an unknown command.
    """
    try:
        converter = LatexToMathML(fancy_error=False)
        formula = converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"formula {latex.strip()!r}: {error}") from None
    # because nbconvert parses headings as XML, and XML does not know this name
    return formula.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")


def math_font(html):
    """Return a CSS rule with the font STIX Two Math, cut down to the letters of the formulas.

    A font for mathematics is needed, because in other fonts a bracket or a root does not grow
    with its content.
    """
    options = subset.Options(flavor="woff", layout_features=["*"], hinting=False)
    path = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
    font, subsetter, file = subset.load_font(path, options), subset.Subsetter(options), io.BytesIO()
    for table in font["cmap"].tables:
        # because browsers do not choose the prime that the font has for superscripts
        table.cmap |= {0x2032: "minute.ssty"} if 0x2032 in table.cmap else {}
    # letters that are in no text although browsers draw them: the root sign, and the italic
    # letters that browsers draw for variables
    drawn = [0x221A, 0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]
    formulas = "".join(re.findall(r"<math.*?</math>", html, re.DOTALL))
    subsetter.populate(text=unescape(formulas), unicodes=drawn)
    subsetter.subset(font)
    subset.save_font(font, file, options)
    data = base64.b64encode(file.getvalue()).decode()
    return f'@font-face {{ font-family: "Math"; src: url("data:font/woff;base64,{data}"); }}'
