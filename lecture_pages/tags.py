"""Read HTML as a browser does: tags, what they hold, and the text between them."""

import re
from html import escape, unescape

# what is not text: a comment, an element whose content is no HTML, a tag
_PIECE = re.compile(
    r"(?P<comment><!--.*?(?:-->|\Z)|<![^>]*>|<\?.*?>)"
    r"|<(?P<raw>script|style|textarea)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>.*?(?:</(?P=raw)\s*>|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-z][^\s/>]*)(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'=<>`]+)))?"
)
_WITHOUT_END = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
_WITHOUT_END |= {"source", "track", "wbr"}
# elements that a browser ends by itself
_ENDED_BY_OTHERS = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option"}
_ENDED_BY_OTHERS |= {"html", "head", "body", "colgroup", "optgroup", "rp", "rt"}


def with_text(html, replace, outside_of=("pre", "code", "math", "svg", "button", "select")):
    """Return HTML with `replace` applied to each text that no element of `outside_of` holds."""
    pieces, position, depth = [], 0, 0
    for found in _PIECE.finditer(html):
        text = html[position : found.start()]
        pieces += [replace(text) if text and depth == 0 else text, found[0]]
        if (found["name"] or "").lower() in outside_of and not found["attributes"].endswith("/"):
            depth = max(0, depth - 1) if found["end"] else depth + 1
        position = found.end()
    text = html[position:]
    return "".join(pieces) + (replace(text) if text and depth == 0 else text)


def with_attribute(html, wanted, replace):
    """Return HTML with `replace` applied to attributes of its tags.

    Args:
        html: the HTML.
        wanted: a set of pairs (name of the tag, name of the attribute).
        replace: what makes the new value from the old one; None leaves the attribute alone, and
            an empty value removes it.
    """

    def new_tag(found):
        if found["name"] is None or found["end"]:
            return found[0]
        tag, before = found["name"].lower(), found["attributes"]
        after = _ATTRIBUTE.sub(lambda one: _replaced(one, tag, wanted, replace), before)
        return found[0].replace(before, after) if before != after else found[0]

    return _PIECE.sub(new_tag, html)


def _replaced(attribute, tag, wanted, replace):
    name = attribute["name"]
    values = (attribute["double"], attribute["single"], attribute["bare"])
    value = next((value for value in values if value is not None), None)
    if value is None or (tag, name.lower()) not in wanted:
        return attribute[0]
    value = unescape(value)
    new = replace(value)
    if new is None or new == value:
        return attribute[0]
    return f'{name}="{escape(new)}"' if new else ""


def closed(html):
    """Return HTML in which no element is left open, and no end tag has lost its element.

    JupyterLab puts each cell into an element of its own. On a page such a tag would take the
    following cells along.
    """
    stack = []

    def kept(found):
        name = (found["name"] or "").lower()
        if not name:
            return _ended(found)
        if name in _WITHOUT_END | _ENDED_BY_OTHERS:
            return found[0]
        if not found["end"]:
            stack.extend([] if found["attributes"].endswith("/") else [name])
            return found[0]
        if name not in stack:
            return ""
        del stack[len(stack) - 1 - stack[::-1].index(name)]
        return found[0]

    return _PIECE.sub(kept, html) + "".join(f"</{name}>" for name in reversed(stack))


def _ended(found):
    """Return a comment, a script or a style with its end."""
    if found["raw"]:
        end = f"</{found['raw']}>"
        is_ended = re.search(rf"</{found['raw']}\s*>$", found[0], re.IGNORECASE)
    else:
        end, is_ended = "-->", found[0].endswith(">")
    return found[0] if is_ended else found[0] + end


def text_of(html):
    """Return the text that a browser shows of some HTML."""
    return unescape(_PIECE.sub("", html))
