r"""Find the formulas in Markdown and in the text of HTML, by the rules of JupyterLab.

JupyterLab takes the formulas out of Markdown before it parses the rest, puts their sources back
into the HTML, and lets MathJax find them there. The rules are those of JupyterLab's
`mathjaxutils` and of MathJax's `FindTeX`. One rule is ours: an amount of money, such as $5 or
10 $, does not begin a formula.
"""

import re
from dataclasses import dataclass

_FENCE = (
    r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})[^`\n]*\n"
    r"(?:(?:.*\n)*?[ \t>]*(?P=fence)[`~]*[ \t]*$|(?:.*\n)*.*\Z)"
)
_SPAN = r"(?<![\\`])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])+?(?<!`)(?P=ticks)(?!`)"
_CODE = rf"(?P<code>{_FENCE}|{_SPAN})"
_OPENING = r"\\begin\s*\{(?P<name>[a-zA-Z]*\*?)\}|\$\$?"
_MARKDOWN = re.compile(
    rf"{_CODE}|(?P<mark>@@\d+@@)|(?P<bracket>\\\\[(\[])|\\+\$|{_OPENING}|\\[\s\S]", re.MULTILINE
)
_HTML = re.compile(
    rf"(?P<reference>\\(?:eq)?ref\s*\{{[^}}]*\}})|(?P<bracket>\\[(\[])|{_OPENING}|\\[\s\S]"
)
_CLOSING = {"$": r"(?<!\$)\$(?!\$)", "$$": r"\$\$", r"\(": r"\\\)", r"\[": r"\\\]"}
_CLOSING |= {r"\\(": r"\\\\\)", r"\\[": r"\\\\\]"}
_WORD = re.compile(r"(?<![\\\w{])[^\W\d_]{2,}")

_NUMBERS = re.compile(r"[\s\d,.;:!?()]*")


@dataclass
class Found:
    r"""A place in a text: a "formula", a "reference", a "mark" @@0@@, or an "escape" such as \$.

    `source` is what stands there, and `latex` is the source without the dollars or brackets
    around it.
    """

    kind: str
    start: int
    source: str
    latex: str = ""
    display: bool = False

    @property
    def end(self):
        """The position after the last character."""
        return self.start + len(self.source)


def in_markdown(text):
    """Yield the formulas and the marks @@0@@ of Markdown, but none of its code in backticks."""
    position = 0
    while token := _MARKDOWN.search(text, position):
        position = token.end()
        if token["mark"]:
            yield Found("mark", token.start(), token[0])
        elif formula := _formula(text, token, is_markdown=True):
            yield formula
            position = formula.end


def in_html(text):
    r"""Yield the formulas, the references \ref{...}, and the escapes \$ in a text of HTML."""
    position = 0
    while token := _HTML.search(text, position):
        position = token.end()
        if token["reference"]:
            yield Found("reference", token.start(), token[0], token[0])
        elif token[0] in (r"\$", r"\\"):
            yield Found("escape", token.start(), token[0], token[0][1])
        elif formula := _formula(text, token):
            yield formula
            position = formula.end


def _formula(text, token, is_markdown=False):
    """Return the formula that a token opens, or None if the token opens none."""
    opening, name = token[0], token["name"]
    if not (name or token["bracket"] or opening in ("$", "$$")):
        return None
    closing = rf"\\end\s*\{{{re.escape(name)}\}}" if name else _CLOSING[opening]
    end = _end(text, token.end(), closing, is_markdown)
    if end is None or (opening == "$" and _is_price(text, token.end(), end.start())):
        return None
    source = text[token.start() : end.end()]
    latex = source if name else text[token.end() : end.start()]
    display = bool(name) or opening in ("$$", r"\[", r"\\[")
    return Found("formula", token.start(), source, latex, display)


def _end(text, position, closing, is_markdown):
    """Return the match of a closing mark outside of all braces, or None."""
    # in Markdown an empty line ends the paragraph, and the formula with it
    ignored = rf"{_CODE}|(?P<empty>\n[ \t]*\n)|" if is_markdown else "(?P<empty>(?!))|"
    token = re.compile(rf"(?P<end>{closing})|{ignored}\\[\s\S]|[{{}}]", re.MULTILINE)
    depth = 0
    for match in token.finditer(text, position):
        if match["empty"]:
            return None
        if match["end"] and depth == 0:
            return match
        depth = max(0, depth + (match[0] == "{") - (match[0] == "}"))
    return None


def _is_price(text, start, end):
    """Return whether text[start:end] stands between the dollars of two prices.

    What Pandoc takes for a formula is never a price: no space stands inside beside a dollar, and
    no digit follows.
    """
    inner, before, after = text[start:end], text[: start - 1], text[end + 1 : end + 2]
    if inner.strip() == inner.lstrip(",;") == inner and not after.isdigit():
        return False
    if not (inner[:1].isdigit() or re.search(r"\d\s?$", before[-3:])):
        return False
    words = re.sub(r"\\[a-zA-Z]+\s*\{[^}]*\}", "", inner)
    return after.isdigit() or bool(_WORD.search(words) or _NUMBERS.fullmatch(inner))
