"""Find the sections of a page: their headings, their places, and the text in each."""

import re
from dataclasses import dataclass
from html import unescape

from .tags import text_of

_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
_HEADING = re.compile(r"<h([1-6])\b[^>]*?\bid=\"([^\"]*)\"[^>]*>(.*?)</h\1>", re.DOTALL)
_LINK = re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL)
# what nobody searches for: code and what it prints, pictures, buttons, links to other pages
_ELEMENTS = r"<(pre|nav|svg|button|select|script|style)\b.*?</\1>"
_FOLDED = r'<details class="folded">.*?</details>|<table class="beside.*?</table>'
_LEFT_OUT = re.compile(rf"{_FOLDED}|{_ELEMENTS}|data:[^\"]*", re.DOTALL)
_ENDS = re.compile(r"(?=</(?:p|li|dt|dd|div|tr|summary|h[1-6])>|<br)")
_CELLS = re.compile(r"(</t[dh]>)\s*(?=<t[dh])")


@dataclass
class Section:
    """A heading of a page, its level, its id, and the text below it."""

    level: int
    id: str
    heading: str
    text: str


def sections_of(html):
    """Return the sections of a page in their order; the first begins with the page's title."""
    main = _MAIN.search(html)
    pieces = _HEADING.split(main[1] if main else html)
    groups = zip(*(pieces[start::4] for start in range(1, 5)), strict=True)
    return [
        Section(int(level), unescape(name), shown(_LINK.sub("", heading)), shown(text))
        for level, name, heading, text in groups
    ]


def shown(html):
    """Return the text that a reader sees of some HTML, in one line and without code."""
    html = _CELLS.sub(r"\1 · ", _LEFT_OUT.sub(" ", html))
    return " ".join(text_of(_ENDS.sub(" ", html)).split())
