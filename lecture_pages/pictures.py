"""Put pictures and films that a notebook only names into its page."""

import base64
import mimetypes
import re
from pathlib import Path
from urllib.parse import unquote

from .tags import with_attribute

_SHOWN = {(tag, "src") for tag in ("img", "video", "audio", "source", "embed", "input")}
_SHOWN |= {("video", "poster"), ("image", "href"), ("image", "xlink:href")}
_TYPES = mimetypes.MimeTypes()
_TYPES.add_type("image/webp", ".webp")  # because Python knows them since 3.13
_TYPES.add_type("image/avif", ".avif")
_KINDS = ("image/svg+xml", "image/png", "image/jpeg")  # what is sharp at each size comes first


def embedded(html, folder, attachments=None):
    """Return HTML in which each picture stands as data, if it is at hand.

    Args:
        html: HTML of a cell.
        folder: the folder of the notebook; the paths of pictures begin there.
        attachments: {name: {type: data}}, the pictures that were pasted into the cell.

    Returns:
        The HTML. The address of a picture that is not at hand does not change.
    """

    def data(address):
        if address.startswith("attachment:"):
            return _attached(address.removeprefix("attachment:"), attachments or {})
        return _read(address, Path(folder))

    return with_attribute(html, _SHOWN, data)


def _attached(name, attachments):
    found = attachments.get(name) or attachments.get(unquote(name))
    if not found:
        return None
    kind = next((kind for kind in _KINDS if kind in found), next(iter(found)))
    content = found[kind]
    content = content if isinstance(content, str) else "".join(content)
    if kind == "image/svg+xml" and content.lstrip().startswith("<"):
        content = base64.b64encode(content.encode()).decode()
    return f"data:{kind};base64,{''.join(content.split())}"


def _read(address, folder):
    """Return a file as an address that holds its data, or None if there is no such file."""
    if re.match(r"[a-z][a-z0-9+.-]+:|//|#", address, re.IGNORECASE):
        return None
    for name in (unquote(re.sub(r"[?#].*", "", address)), unquote(address), address):
        path = folder / name
        if name and not Path(name).is_absolute() and path.is_file():
            kind = _TYPES.guess_type(path.name)[0] or "application/octet-stream"
            return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    return None
