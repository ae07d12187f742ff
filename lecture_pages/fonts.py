"""Make the font of the formulas, as small as the formulas of a page allow."""

import base64
import io
import re
from html import unescape
from importlib.metadata import distribution

from fontTools import subset


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
