"""One way to take a path from a user."""

import os
from pathlib import Path


def path_of(path):
    """Return a path that a user gave, as a Path; `~` at its beginning is the home folder.

    A folder whose own name begins with `~` is meant by "./~", as in a shell.
    """
    found = Path(os.path.expanduser(path))
    # because Path drops the "./", and the path may be taken once more
    return Path.cwd() / found if str(found).startswith("~") else found


def path_ending_in(path, *suffixes):
    """Return a path that a user gave for a file; without a suffix, it gets the first of these.

    Raise ValueError if it has another suffix.
    """
    found = path_of(path)
    if not found.suffix:
        return found.with_name(f"{found.name}{suffixes[0]}")
    if found.suffix.lower() not in suffixes:
        words = " or ".join(suffixes)
        raise ValueError(f"a file that ends in {words} is wanted, but is {str(path)!r}")
    return found
