"""Short names of handed-in notebooks, by which a table tells them apart."""

import re
from pathlib import PurePath

MOODLE = re.compile(r"(.+)_\d+_assignsubmission_file_?")  # a folder, as Moodle names it


def short_names(paths, length):
    """Return a name of at most `length` letters for each path.

    What all paths begin with and end in is left out, and so is what Moodle adds to a name.
    """
    names = _told_apart([PurePath(path).parts for path in paths])
    plain = [[_without_moodle(part) for part in parts] for parts in names]
    if len(set(map(tuple, plain))) == len(set(map(tuple, names))):
        names = plain
    return [_shortened("/".join(parts), max(length, 12)) for parts in _without_ending(names)]


def _told_apart(paths):
    """Return paths without the folders that all of them begin with, and the same end."""
    if len(set(paths)) == 1:
        return [parts[-1:] for parts in paths]
    while len({parts[0] for parts in paths}) == 1 and all(len(parts) > 1 for parts in paths):
        paths = [parts[1:] for parts in paths]
    while len({parts[-1] for parts in paths}) == 1 and all(len(parts) > 1 for parts in paths):
        paths = [parts[:-1] for parts in paths]
    return paths


def _without_moodle(part):
    found = MOODLE.fullmatch(part)
    return found[1] if found else part


def _without_ending(paths):
    if all(parts[-1].endswith(".ipynb") for parts in paths) and len(set(map(tuple, paths))) > 1:
        return [[*parts[:-1], parts[-1].removesuffix(".ipynb") or parts[-1]] for parts in paths]
    return paths


def _shortened(name, length):
    if len(name) <= length:
        return name
    end = (length - 1) // 2
    return f"{name[: length - 1 - end]}…{name[-end:]}"
