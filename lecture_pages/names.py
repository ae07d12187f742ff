"""Say which notebooks are made into pages, and which of their pages would replace another."""

import warnings
from pathlib import Path

PAGE, DECK, INDEX = ".html", ".slides.html", "index.html"


def is_own(path):
    """Return whether a notebook is a course's own, and no hidden file or old copy of an editor."""
    path = Path(path)
    return not path.name.startswith(".") and ".ipynb_checkpoints" not in path.parts


def notebooks_in(folder):
    """Return the sorted paths of the notebooks in a folder."""
    return sorted(filter(is_own, Path(folder).glob("*.ipynb")))


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
            found[path] = f"{min(shared)!r} is the list of all pages: rename the notebook"
        elif others := [other for other in paths if other != path and names[other] & names[path]]:
            both = f"{str(path)!r} and {str(others[0])!r}"
            text = "two notebooks have the same name, so one page would replace the other"
            found[path] = f"{text}: {both}"
    return found
