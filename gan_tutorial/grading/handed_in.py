"""Find the answers in a notebook that a student has handed in."""

import re
from collections import Counter
from typing import NamedTuple

from .borrowed import borrowed, definitions_alone
from .lessons import kind_and_name, leading_number
from .syntax import bound, parsed, same_code


class Answer(NamedTuple):
    """An answer and what the student's notebook tells of it.

    Attributes:
        asked: the names that the exercise asks for.
        cells: the cells of the answer, an empty list if there are none.
        helpers: what the student's other cells define for it.
        alone: the definitions in its cells, or an empty list if its cells hold nothing else.
        elsewhere: the names that other cells bind.
        shows_right: whether the notebook itself shows "Right." for this exercise.
    """

    asked: set
    cells: list
    helpers: list
    alone: list
    elsewhere: set
    shows_right: bool


def lessons_of(cells, lessons, name):
    """Return the lessons of a notebook.

    The tags of its exercises decide; without tags the names that it defines, and without such
    names the number at the beginning of the file's name. Raise ValueError if all three fail.
    """
    tags = [tag for cell in cells for tag in cell.tags]
    tagged = [re.fullmatch(r"exercise-(\d+)-\d+", tag) for tag in tags]
    numbers = sorted({int(tag[1]) for tag in tagged if tag} & set(lessons))
    numbers = numbers or _by_names(cells, lessons) or [leading_number(name)]
    if numbers[0] not in lessons:
        raise ValueError("it has no exercise of ours")
    return [lessons[number] for number in numbers]


def _by_names(cells, lessons):
    defined, found = set().union(*(bound(cell.source) for cell in cells)), Counter()
    for number, lesson in lessons.items():
        asked = set().union(*map(asked_names, lesson.exercises))
        found[number] = len(asked & defined)
    [(number, hits)] = found.most_common(1)
    return [number] if hits else []


def asked_names(exercise):
    """Return the names of the stub, or those of our solution if there is no stub."""
    return bound(exercise.stub) if exercise.stub else exercise.names


def find_answer(cells, lesson, exercise):
    """Return the answer to an exercise.

    The answer stands in the cells from the tag of the exercise to its check. A later definition
    of its function counts instead, if it stands above the next exercise. If there is no such tag,
    or if its cells define another function or are the untouched stub, the last other cell that
    defines a name of the exercise is the answer.
    """
    chosen = _answer_cells(cells, lesson, exercise)
    sources = [cell.source for cell in chosen]
    place = next((i for i, cell in enumerate(cells) if cell in chosen), 0)
    above, below = ([c.source for c in part if c not in chosen] for part in _split(cells, place))
    return Answer(
        asked=asked_names(exercise),
        cells=sources,
        helpers=borrowed(sources, above, below, lesson.given),
        alone=definitions_alone(sources),
        elsewhere=set().union(*map(bound, above + below)),
        shows_right=_shows_right(cells, lesson, exercise),
    )


def _split(cells, place):
    return cells[:place], cells[place:]


def is_unchanged(answer, exercise):
    """Say whether an answer is the stub, as the lesson has it."""
    return _is_stub("\n".join(answer.cells), exercise)


def _answer_cells(cells, lesson, exercise):
    marked, later = _parts(cells, lesson, exercise)
    if again := [cell for cell in later if _attempts(cell, exercise)]:
        return again[-1:]
    filled = [cell for cell in marked if not _is_empty(cell)]
    mine = [cell for cell in filled if not _is_stub(cell.source, exercise)]
    if any(_attempts(cell, exercise) or parsed(cell.source) is None for cell in mine):
        return mine
    others = [cell for cell in cells if cell not in marked]
    found = [cell for cell in others if _attempts(cell, exercise)][-1:]
    return found or mine or filled or [cell for cell in others if _defines(cell, exercise)][-1:]


def _parts(cells, lesson, exercise):
    """Return the cells from the tag of an exercise to its check, and those from there on.

    Both end before the next exercise.
    """
    marked, later, part = [], [], []
    for cell in cells:
        kind, name = kind_and_name(cell, lesson.number)
        if kind == "exercise":
            part = marked if name == exercise.name else []
        elif part is marked and (kind or _is_a_check(cell, lesson)):
            part = later
        part.append(cell)
    return marked, later


def _is_a_check(cell, lesson):
    """Say whether a cell without a tag is a check of ours, perhaps changed."""
    return "check_answers(" in cell.source or any(
        _begins_as(cell, exercise) for exercise in lesson.exercises
    )


def _begins_as(cell, exercise):
    first_lines = [source.split("\n")[0].strip() for source in (cell.source, exercise.check)]
    return first_lines[0] == first_lines[1]


def _shows_right(cells, lesson, exercise):
    """Say whether the saved output of the notebook's own check is "Right."."""
    own = ("check", exercise.name)
    tagged = [cell for cell in cells if kind_and_name(cell, lesson.number) == own]
    same = [cell for cell in cells if cell.source.strip() == exercise.check.strip()]
    begins = [cell for cell in cells if _begins_as(cell, exercise)]
    return any("Right." in cell.shown for cell in (same + tagged or begins))


def _attempts(cell, exercise):
    return _defines(cell, exercise) and not _is_stub(cell.source, exercise)


def _defines(cell, exercise):
    return bool(asked_names(exercise) & bound(cell.source))


def _is_stub(source, exercise):
    return exercise.stub is not None and same_code(source, exercise.stub)


def _is_empty(cell):
    tree = parsed(cell.source)
    return tree is not None and not tree.body
