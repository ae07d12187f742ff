"""Turn Markdown into HTML in the order of JupyterLab: its formulas are taken out first."""

import re
from html import escape
from urllib.parse import quote

import mistune
from mistune.helpers import unescape_char
from nbconvert.filters.markdown_mistune import IPythonRenderer

from . import scan
from .tags import closed, text_of

_PLUGINS = ("strikethrough", "table", "url", "task_lists")  # GitHub's Markdown, as JupyterLab's
_DOLLAR = "&#36;"  # an escaped dollar, which begins no formula
_MARK = re.compile(r"@@(\d+)@@")
_HEADING = re.compile(r"<(h[1-6])((?:\s[^>]*)?)>(.*?)</\1>", re.DOTALL)
_IN_ADDRESSES = "?/:@!$&'()*+,;="
_INVISIBLE = "\N{FUNCTION APPLICATION}\N{INVISIBLE TIMES}\N{INVISIBLE SEPARATOR}"


def to_html(markdown, typeset, link=str):
    """Return Markdown as HTML.

    Args:
        markdown: the Markdown of a cell or of an output.
        typeset: what makes HTML with formulas from HTML with LaTeX, see `Typesetter`.
        link: what makes the address of a link on our pages from an address in a notebook; it
            returns None if the link leads nowhere there.
    """
    text, sources = without_math(markdown)
    renderer = _Renderer(sources, link)
    html = mistune.Markdown(renderer, inline=_Inline(), plugins=_plugins())(text)
    html = typeset(closed(_with_sources(html, sources, escape))).replace(_DOLLAR, "$")
    # because browsers may begin a new line between a formula and the full stop after it
    ending = r"(<math>(?:(?!</math>).)*</math>[.,;:?!)]+)"
    html = re.sub(ending, r'<span class="unbroken">\1</span>', html, flags=re.DOTALL)
    return _HEADING.sub(_with_anchor, html)


def without_math(markdown):
    """Return Markdown with @@0@@, @@1@@, ... in place of its formulas, and their sources."""
    text = re.sub(r"\r\n?", "\n", markdown)
    sources, pieces, position = [], [], 0
    for found in scan.in_markdown(text):
        pieces += [text[position : found.start], f"@@{len(sources)}@@"]
        sources.append(found.source)
        position = found.end
    return "".join(pieces) + text[position:], sources


def _plugins():
    return [mistune.import_plugin(name) for name in _PLUGINS]


def _with_sources(text, sources, change=str):
    r"""Return a text with the formulas back in it; \\( and \\[ are \( and \[ for MathJax."""

    def source(mark):
        found = sources[int(mark[1])] if int(mark[1]) < len(sources) else mark[0]
        return change(re.sub(r"^\\(\\[(\[][\s\S]*)\\(\\[)\]])$", r"\1\2", found))

    return _MARK.sub(source, text)


def _with_anchor(heading):
    """Return a heading with the id that JupyterLab gives it, and with a link to itself."""
    tag, attributes, html = heading.groups()
    text = text_of(html).translate(dict.fromkeys(map(ord, _INVISIBLE)))
    name = text.strip().replace(" ", "-")
    if "id=" in attributes or not name:
        return heading[0]
    # without a tab stop, because a reader at the keyboard would have to pass each of them
    address = escape(quote(name, safe=_IN_ADDRESSES))
    link = f'<a class="anchor-link" tabindex="-1" href="#{address}">¶</a>'
    return f'<{tag} id="{escape(name)}"{attributes}>{html}{link}</{tag}>'


class _Inline(mistune.InlineParser):
    r"""Mistune's parser of a line, in which an escaped dollar never begins a formula."""

    def parse_escape(self, match, state):
        for part in re.split(r"(\\\$)", match[0]):
            if part == r"\$":
                state.append_token({"type": "inline_html", "raw": _DOLLAR})
            else:
                self.process_text(unescape_char(part), state, parse_emphasis=False)
        return match.end()


class _Renderer(IPythonRenderer):
    """nbconvert's renderer of Markdown, which leaves HTML as it is, and knows our links."""

    def __init__(self, sources, link):
        super().__init__(escape=False, exclude_anchor_links=True)
        self.sources, self.address = sources, link

    def block_code(self, code, info=None):
        return super().block_code(_with_sources(code, self.sources), info)

    def codespan(self, text):
        return super().codespan(_with_sources(text, self.sources))

    def image(self, text, url, title=None):
        return mistune.HTMLRenderer.image(self, text, url, title)  # embedded later, see `pictures`

    def link(self, text, url, title=None):
        address = self.address(url)
        return text if address is None else super().link(text, address, title)
