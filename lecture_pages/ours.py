"""Which files this package made: only these are replaced, and removed by `clean`."""

from pathlib import Path

MARK = '<meta name="generator" content="lecture_pages">'
# what the pages, decks and lists of the first edition, which had no mark, hold instead
_OLD_MARKS = ('@font-face { font-family: "Math"; src: url("data:font/woff', '<ul class="contents">')
_PRINTER = b"Skia/PDF"  # Chromium's, in the PDF files that it prints


def is_ours(path):
    """Return whether a file is a page, a deck, a list of pages or a handout that we made."""
    path = Path(path)
    if path.is_symlink() or not path.is_file():
        return False
    content = path.read_bytes()
    if path.name.endswith(".slides.pdf"):
        return _PRINTER in content
    if path.suffix != ".html":
        return False
    return any(mark.encode() in content for mark in (MARK, *_OLD_MARKS))


def check_ours(path):
    """Raise OSError if there is something at a path that we did not make."""
    path = Path(path)
    if (path.exists() or path.is_symlink()) and not is_ours(path):
        raise FileExistsError(
            f"{str(path)!r} is not made by this program, and stays as it is: "
            "move it, or give another folder (--output)"
        )


def clean(folder):
    """Remove what we made from a folder and its slides/; remove both if nothing else is there."""
    for place in (Path(folder) / "slides", Path(folder)):
        if place.is_symlink() or not place.is_dir():
            continue
        for path in sorted(place.iterdir()):
            if is_ours(path):
                path.unlink()
        if not any(place.iterdir()):
            place.rmdir()
