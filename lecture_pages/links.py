"""Turn links between notebooks into links between their pages or their decks."""

import re
from pathlib import Path
from urllib.parse import quote, unquote

from .names import DECK, FRONT, page_of
from .notebooks import has_slides, read_notebook

# from a notebook one gets to notebooks and texts of the course, and to pages that are built
_PLACE = r"(?P<folder>(?:\./)*(?:\.\./)?(?:solutions/|build/)?)"
_SOURCE = re.compile(rf"{_PLACE}(?P<name>[^/:]+\.(?:ipynb|md))(?P<anchor>#.*)?")
_BUILT = re.compile(rf"{_PLACE}(?P<name>[^/:]+?)(?P<suffix>(?:\.slides)?\.html)(?P<anchor>#.*)?")


def address_on_page(url, folder, suffix):
    """Return the address of a link on our pages, or None if it leads nowhere there.

    Args:
        url: the address in a notebook.
        folder: the folder of the notebook.
        suffix: ".html" on a page, and ".slides.html" on a deck, whose links lead to decks.
    """
    if found := _SOURCE.fullmatch(url):
        source = Path(folder) / unquote(found["folder"] + found["name"])
        if suffix == DECK and not _may_have_deck(source):
            return None
        stem = found["name"].rpartition(".")[0]
        page = f"{stem}{suffix}" if source.name != FRONT else quote(page_of(source))
        return page + (found["anchor"] or "")
    if (found := _BUILT.fullmatch(url)) and (suffix != DECK or found["suffix"] == DECK):
        return found["name"] + found["suffix"] + (found["anchor"] or "")
    return url if re.match(r"[a-z]+:|#|//", url, re.IGNORECASE) else None


def _may_have_deck(path):
    """Return whether a notebook has slides, or is not at hand."""
    if path.suffix != ".ipynb":
        return False
    try:
        return not path.is_file() or has_slides(read_notebook(path))
    except ValueError:
        return True
