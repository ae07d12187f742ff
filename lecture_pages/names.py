"""Say which notebooks and texts are made into pages, and which pages would replace another."""

import warnings
from pathlib import Path

PAGE, DECK = ".html", ".slides.html"
INDEX, SEARCH = "index.html", "search.html"  # the first page of a course, and its search
FRONT = "README.md"  # the text of the first page


def is_own(path):
    """Return whether a notebook is a course's own, and no hidden file or old copy of an editor."""
    path = Path(path)
    return not path.name.startswith(".") and ".ipynb_checkpoints" not in path.parts


def notebooks_in(folder):
    """Return the sorted paths of the notebooks in a folder."""
    return sorted(filter(is_own, Path(folder).glob("*.ipynb")))


def texts_in(folder):
    """Return the sorted paths of the Markdown files in a folder, without that of the front page."""
    return [path for path in sorted(Path(folder).glob("*.md")) if path.name != FRONT]


def page_of(path):
    """Return the name of the page of a notebook or of a Markdown file."""
    path = Path(path)
    return INDEX if path.name == FRONT else f"{path.stem}{PAGE}"


def chosen(paths):
    """Return the paths of notebooks, each file once; a warning names each copy that is left out."""
    files = {}
    for path in map(Path, paths):
        if is_own(path):
            files.setdefault(path.resolve(), path)
        else:
            warnings.warn(f"{path}: left out, because it is an editor's copy", stacklevel=1)
    return list(files.values())


def collisions(paths, taken=(), suffixes=(PAGE, DECK)):
    """Return {path: reason} of the notebooks whose pages would replace another page.

    Args:
        paths: the paths of notebooks.
        taken: names of files that no notebook may have.
        suffixes: the ends of the names of the files that each notebook gets.
    """
    # some file systems do not tell A from a
    names = {path: {(path.stem + suffix).casefold() for suffix in suffixes} for path in paths}
    found = {}
    for path in paths:
        if shared := names[path] & set(taken):
            kind = "the list of all pages" if min(shared) == INDEX else "the page of the search"
            found[path] = f"{min(shared)!r} is {kind}: rename the notebook"
        elif others := [other for other in paths if other != path and names[other] & names[path]]:
            both = f"{str(path)!r} and {str(others[0])!r}"
            text = "two notebooks have the same name, so one page would replace the other"
            found[path] = f"{text}: {both}"
    return found
