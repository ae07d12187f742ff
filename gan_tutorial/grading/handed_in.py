"""Find the answers in a notebook that a student has handed in."""

import ast
import re
from collections import Counter
from typing import NamedTuple

from .lessons import kind_and_name, leading_number
from .syntax import bound_names, parsed, same_code, statements, used_names

DEFINITIONS = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom


class Answer(NamedTuple):
    """The cells of an answer, and what the student's other cells define for it."""

    cells: list
    helpers: list


def lesson_of(cells, lessons, name):
    """Return the lesson of a notebook.

    The tags of its exercises decide; without tags the functions that it defines, and without
    functions the number at the beginning of the file's name. Raise ValueError if all three fail.
    """
    tags = [tag for cell in cells for tag in cell.tags]
    tagged = [re.fullmatch(r"exercise-(\d+)-\d+", tag) for tag in tags]
    found = Counter(int(tag[1]) for tag in tagged if tag and int(tag[1]) in lessons)
    if not found:
        defined = _defined(cells)
        for number, lesson in lessons.items():
            asked = set().union(*(exercise.names for exercise in lesson.exercises))
            found[number] = len(asked & defined)
    [(number, hits)] = found.most_common(1)
    number = number if hits else leading_number(name)
    if number not in lessons:
        raise ValueError("it has no exercise of ours")
    return lessons[number]


def _defined(cells):
    every = [statement for cell in cells for statement in statements(cell.source)]
    return {each.name for each in every if isinstance(each, ast.FunctionDef | ast.ClassDef)}


def find_answer(cells, lesson, exercise):
    """Return the answer to an exercise, or None if no cell holds one.

    The answer stands in the cells from the tag of the exercise to its check. If there is no such
    tag, or if its cell holds the untouched stub, the last other cell that defines a name of the
    exercise is the answer.
    """
    marked = _from_tag_to_check(cells, lesson, exercise)
    sources = [cell.source for cell in marked if not _is_empty(cell)]
    if not sources or _is_stub(sources, exercise):
        others = [cell for cell in cells if cell not in marked and _defines(cell, exercise)]
        others = [cell for cell in others if not _is_stub([cell.source], exercise)]
        sources = [others[-1].source] if others else sources or _stub_without_tag(cells, exercise)
    if not sources:
        return None
    return Answer(sources, _helpers(sources, cells, lesson))


def is_unchanged(answer, exercise):
    """Say whether an answer is the stub, as the lesson has it."""
    return _is_stub(answer.cells, exercise)


def _from_tag_to_check(cells, lesson, exercise):
    found = []
    for cell in cells:
        kind, name = kind_and_name(cell, lesson.number)
        if (kind, name) == ("exercise", exercise.name):
            found.append(cell)
        elif found and (kind or _is_a_check(cell, lesson)):
            break
        elif found:
            found.append(cell)
    return found


def _is_a_check(cell, lesson):
    """Say whether a cell without a tag is a check of ours, perhaps changed."""
    first_lines = {exercise.check.split("\n")[0].strip() for exercise in lesson.exercises}
    return "check_answers(" in cell.source or cell.source.split("\n")[0].strip() in first_lines


def _defines(cell, exercise):
    return bool(_asked(exercise) & _defined([cell]))


def _asked(exercise):
    """Return the names of the stub, or those of our solution if there is no stub."""
    source = exercise.stub
    return _bound(source) if source else exercise.names


def _bound(source):
    return set().union(*map(bound_names, statements(source)))


def _is_stub(sources, exercise):
    return exercise.stub is not None and same_code("\n".join(sources), exercise.stub)


def _stub_without_tag(cells, exercise):
    return [cell.source for cell in cells if _defines(cell, exercise)][-1:]


def _is_empty(cell):
    tree = parsed(cell.source)
    return tree is not None and not tree.body


def _helpers(sources, cells, lesson):
    """Return the student's imports and functions that an answer needs and our set-up lacks."""
    found, wanted = [], set().union(*(_used(source) for source in sources))
    every = [each for cell in cells for each in statements(cell.source)]
    every = [each for each in every if isinstance(each, DEFINITIONS)]
    wanted -= lesson.given.union(*map(_bound, sources))
    for statement in reversed(every):
        if wanted & (names := bound_names(statement)):
            found.append(ast.unparse(statement))
            wanted = (wanted - names) | (used_names(statement) - lesson.given)
    return found[::-1]


def _used(source):
    tree = parsed(source)
    return set() if tree is None else used_names(tree)
