"""Recognise the files that this package made.

This package replaces and removes only its own files, so that no file of a user is lost.
"""

import re
from pathlib import Path

LIVE = 'class="browser-page"'  # in the pages of the package browser_pages
MARK = '<meta name="generator" content="lecture_pages">'
# texts in the files of the first edition of this package, because they have no MARK
_OLD_MARKS = ('@font-face { font-family: "Math"; src: url("data:font/woff', '<ul class="contents">')
_PRINTER = b"Skia/PDF"  # the program that Chromium names in the PDF files that it prints


def is_ours(path):
    """Return whether this package made a file: a page, a deck, an index or a handout."""
    path = Path(path)
    if path.is_symlink() or not path.is_file():
        return False
    content = path.read_bytes()
    if path.name.endswith(".slides.pdf"):
        return _PRINTER in content
    if path.suffix != ".html":
        return False
    return any(mark.encode() in content for mark in (MARK, *_OLD_MARKS))


def browser_pages_in(folder):
    """Return pairs (file name, title) of the pages in a folder that draw in a browser."""
    pages = []
    for path in sorted(Path(folder).glob("*.html")):
        start = path.read_text(encoding="utf-8", errors="replace")[:2000] if is_ours(path) else ""
        if LIVE in start:
            pages.append((path.name, re.search(r"<title>(.*?)</title>", start)[1]))
    return pages


def check_ours(path):
    """Raise FileExistsError if a path exists and this package did not make it."""
    path = Path(path)
    if (path.exists() or path.is_symlink()) and not is_ours(path):
        raise FileExistsError(
            f"{str(path)!r} is not made by this program, so it will not be replaced: "
            "move it, or choose another folder (--output)"
        )


def clean(folder):
    """Remove the files that this package made from a folder and from its subfolder slides/.

    A folder that is empty after that is removed too.
    """
    for place in (Path(folder) / "slides", Path(folder)):
        if place.is_symlink() or not place.is_dir():
            continue
        for path in sorted(place.iterdir()):
            if is_ours(path):
                path.unlink()
        if not any(place.iterdir()):
            place.rmdir()
