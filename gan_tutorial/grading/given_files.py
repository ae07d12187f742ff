"""The notebooks that are to be graded, and what else lies in a given folder."""

import os
from pathlib import Path

SKIPPED = {".ipynb_checkpoints", "__MACOSX"}


def files_in(path):
    """Return (notebooks, {other file or folder: why it is not graded}) of a given path."""
    if not path.is_dir():
        return [path], {}
    notebooks, others = _sorted_out(path)
    if not notebooks:
        return [], {path: _nothing_in(path)}
    return notebooks, others


def _sorted_out(folder):
    notebooks, others = [], {}
    for each in sorted(folder.iterdir()):
        if each.name in SKIPPED or each.name.startswith("._"):
            continue
        if each.is_dir():
            if not each.is_symlink():  # because a link may lead back to a folder above
                found, rest = files_in(each)
                notebooks += found
                others |= rest
        elif each.suffix.lower() == ".ipynb":
            notebooks.append(each)
        elif not each.name.startswith("."):
            others[each] = "the file is not a notebook"
    return notebooks, others


def _nothing_in(folder):
    """Return the reason of a folder without notebooks, with the first files that it holds."""
    names = [name for _, _, files in os.walk(folder) for name in sorted(files)]
    names = [name for name in names if not name.startswith(".")]
    listed = ", ".join([*names[:3], *(["…"] if len(names) > 3 else [])])
    return "no notebook in this folder" + (f" ({listed})" if names else "")


def solutions_folder(named, project):
    """Return the folder of the solutions: a named one, that of this folder, or the project's."""
    here = Path("notebooks") / "solutions"
    return named or (here if here.is_dir() else project / here)
