"""Our lessons as they are graded: what is run before an exercise, its stub and its check."""

import re
import warnings
from pathlib import Path
from typing import NamedTuple

import nbformat

from .given_files import solutions_folder
from .kernel_environment import PROJECT
from .syntax import bound

FIRST_NUMBER = re.compile(r"0*(\d+)(?=\D|$)")


class Cell(NamedTuple):
    """A cell of code, with the text that its saved output shows."""

    source: str
    tags: frozenset
    shown: str = ""


class Exercise(NamedTuple):
    """An exercise of ours.

    Attributes:
        name: of the exercise in tags, such as "3-1".
        before: our cells that are run between the exercise before and this one.
        stub: the source of the stub, or None if the lesson's notebook is not found.
        names: what an answer defines.
        check: the source of the check.
    """

    name: str
    before: list
    stub: str | None
    names: set
    check: str


class Lesson(NamedTuple):
    """The exercises of a lesson, and the names that our cells give to the answers."""

    number: int
    exercises: list
    given: set


def read_cells(path):
    """Return the cells of code of a notebook; raise ValueError if the file is no notebook."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of cells without an id
            notebook = nbformat.read(path, as_version=4)
        return [_cell(cell) for cell in notebook.cells if cell.cell_type == "code"]
    except OSError:
        raise
    except Exception:  # because a file may be broken in any way
        is_empty = not Path(path).stat().st_size
        reason = "empty" if is_empty else "incomplete or not a notebook"
        raise ValueError(f"the file is {reason}") from None


def _cell(cell):
    # half a surrogate pair, which JSON may hold, can be sent to no kernel
    source = str(cell.source).encode("utf-8", "replace").decode("utf-8")
    shown = "".join(str(output.get("text", "")) for output in cell.get("outputs", []))
    return Cell(source, frozenset(map(str, cell.metadata.get("tags") or ())), shown)


def read_lessons(named=None):
    """Return {number: lesson} of the notebooks of a folder, such as 03_solutions.ipynb.

    If no folder is named, it is notebooks/solutions, here or in the project of this package. The
    stubs are those of the lessons' own notebooks, one folder above. Raise ValueError if the
    folder holds no solution.
    """
    lessons, solutions = {}, solutions_folder(named, PROJECT)
    for path in sorted(Path(solutions).glob("*.ipynb")):
        number = leading_number(path.name)
        if number is not None and (lesson := _lesson(path, number)).exercises:
            lessons[number] = lesson
    if not lessons:
        raise ValueError(
            f"no solutions in {str(solutions)!r}: run this command in the project's folder, or "
            "name the folder of the solutions by --solutions"
        )
    return lessons


def leading_number(name):
    """Return the number at the beginning of a file's name, or None if there is none."""
    found = FIRST_NUMBER.match(name)
    return int(found[1]) if found else None


def _lesson(path, number):
    stubs, before, names, exercises = _stubs(path, number), [], set(), []
    given = set()
    for cell in read_cells(path):
        kind, name = kind_and_name(cell, number)
        if kind == "solution":
            names |= bound(cell.source)
        elif kind == "check":
            exercises.append(Exercise(name, before, stubs.get(name), names, cell.source))
            before, names = [], set()
        else:
            before.append(cell.source)
            given |= bound(cell.source)
    return Lesson(number, exercises, given)


def _stubs(path, number):
    """Return {name: source} of the stubs of the lesson whose solutions are at `path`."""
    stubs = {}
    for lesson in path.resolve().parent.parent.glob("*.ipynb"):
        if leading_number(lesson.name) == number:
            for cell in read_cells(lesson):
                kind, name = kind_and_name(cell, number)
                if kind == "exercise":
                    stubs[name] = cell.source
    return stubs


def kind_and_name(cell, number):
    """Return what a tag of this lesson calls a cell, such as ("check", "3-1"), or two Nones."""
    for tag in sorted(cell.tags):
        if found := re.fullmatch(rf"(exercise|check|solution)-({number}-\d+)", tag):
            return found.groups()
    return None, None
