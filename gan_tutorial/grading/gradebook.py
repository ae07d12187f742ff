"""Grade the notebooks of a class: a mark for each exercise."""

import contextlib
import sys
from typing import NamedTuple

from tqdm import tqdm

from .given_files import files_in
from .grader import Grader
from .handed_in import find_answer, lessons_of
from .lessons import read_cells
from .verdicts import NOT_GRADED, RIGHT, shown

SHOWS_RIGHT = '(the notebook itself shows "Right.": look at it)'


class Mark(NamedTuple):
    """The result of an exercise, and why it is not right; None if there is no exercise."""

    notebook: str
    lesson: int | None
    exercise: int | None
    result: str
    message: str


def grade_all(paths, lessons, timeout, show):
    """Print the marks of all notebooks that paths name, as `show` shows them, and return them."""
    found = [files_in(path) for path in paths]
    notebooks = [each for notebooks, _ in found for each in notebooks]
    marks, graded = [], 0
    try:
        for notebook in tqdm(notebooks, "notebooks", disable=None):
            for mark in grade(notebook, lessons, timeout):
                marks.append(mark)
            graded += 1
    finally:  # because Ctrl-C must not lose the marks so far
        marks += [_not_graded(path, why) for _, others in found for path, why in others.items()]
        print(show(marks), flush=True)
        if missed := len(notebooks) - graded:
            end = f"{missed} of {len(notebooks)} notebooks were not finished or not reached"
            print(f"gan-tutorial: {end}", file=sys.stderr)
    return marks


def grade(path, lessons, timeout=120):
    """Yield the marks of a handed-in notebook, one for each exercise of its lessons.

    A file that cannot be graded has one mark, which says why.
    """
    try:
        yield from _marks(path, lessons, timeout)
    except FileNotFoundError:
        yield _not_graded(path, "there is no such file")
    except (OSError, ValueError) as error:
        yield _not_graded(path, error)
    except Exception as error:  # because a strange file must not cost the marks of all others
        yield _not_graded(path, f"it cannot be graded ({type(error).__name__}: {error})")


def _not_graded(path, reason):
    return Mark(str(path), None, None, NOT_GRADED, shown(reason))


def _marks(path, lessons, timeout):
    cells = read_cells(path)
    for lesson in lessons_of(cells, lessons, path.name):
        with contextlib.closing(Grader(lesson, timeout)) as grader:
            for exercise in lesson.exercises:
                answer = find_answer(cells, lesson, exercise)
                result, message = grader.grade(exercise, answer)
                if answer.shows_right and result != RIGHT:
                    message = f"{shown(message)} {SHOWS_RIGHT}"
                number = int(exercise.name.partition("-")[2])
                yield Mark(str(path), lesson.number, number, result, shown(message))
