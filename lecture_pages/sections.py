"""Find the sections of a page: their headings, their places, and the text in each."""

import re
from dataclasses import dataclass
from html import unescape

from .tags import text_of

_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
_HEADING = re.compile(r"<h([1-6])\b[^>]*?\bid=\"([^\"]*)\"[^>]*>(.*?)</h\1>", re.DOTALL)
_LINK = re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL)
# what nobody searches for: code and what it prints, pictures, buttons, links to other pages
_LEFT_OUT = re.compile(
    r"<(pre|nav|svg|button|select|script|style)\b.*?</\1>|data:[^\"]*", re.DOTALL
)
_ENDS = re.compile(r"(?=</(?:p|li|td|th|dt|dd|div|summary|h[1-6])>|<br)")


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
    return " ".join(text_of(_ENDS.sub(" ", _LEFT_OUT.sub(" ", html))).split())
