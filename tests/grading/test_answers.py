"""Answers of all kinds, in notebooks of all kinds, get the marks that they deserve."""

from small_lesson import (
    ANSWERS,
    NO_ANSWER,
    RIGHT,
    STUBS,
    UNCHANGED,
    WRONG,
    cell,
    fails,
    lesson,
    marks_of,
    missing,
    not_yet,
    with_answers,
    write,
)

NO_DOUBLE = "no function 'double'; the cell defines 'twice'"
STARTED = "def double(x):\n    y = x\n    return ..."
HELPED = ["from math import fsum as added", "def total(numbers):\n    return added(numbers)"]
ORDINARY = {  # the first two answers, and their marks; the third answer is right
    "right": ((ANSWERS["9-1"], ANSWERS["9-2"]), (RIGHT, RIGHT)),
    "stub": ((STUBS["9-1"], "# no idea\n" + STUBS["9-2"]), (UNCHANGED, UNCHANGED)),
    "started": ((STARTED, ""), (NO_ANSWER, missing("total"))),
    "wrong": (
        ("def double(x):\n    print(x, end='')\n    return x", "def total(x):\n    sum(x)"),
        (
            WRONG,
            not_yet("answer 1 of 1 is None. Does your function return its result?"),
        ),
    ),
    "errors": (
        ("def double(x):\n    return [][x]", "def total(numbers):\nreturn 1"),
        (
            fails("IndexError: list index out of range"),
            fails(
                "IndentationError: expected an indented block after function definition on line 1 "
                "(line 2)"
            ),
        ),
    ),
    "names": (
        ("def twice(x):\n    return 2 * x", "sum = np.max\ndef total(x):\n    return 10"),
        (fails(NO_DOUBLE), RIGHT),
    ),
    "cells": (
        ([STUBS["9-1"], "np.zeros(", ANSWERS["9-1"]], ["%%time\nunused = 1", *HELPED]),
        (RIGHT, RIGHT),
    ),
}


def test_ordinary_answers(solutions, tmp_path, capsys):
    for name, (answers, _) in ORDINARY.items():
        write(tmp_path / "in" / f"{name}.ipynb", with_answers(*answers))
    marks = marks_of(tmp_path / "in", solutions, capsys)
    assert marks == {name: [*marks, RIGHT] for name, (_, marks) in ORDINARY.items()}


def changed(name):
    """Return a student's cells that have lost something."""
    cells = with_answers("def double(x):\n    return x", STUBS["9-2"])
    if name == "edited check":
        for each in cells:
            if "check-9-1" in each.metadata.get("tags", []):
                each.source = "print('Right.')"
    if name == "missing cells":
        cells = [each for each in cells if "9-1" not in str(each.metadata)]
    if name == "lost tags":
        for each in cells:
            each.metadata = {}
    if name == "answer below the check":
        cells.append(cell(ANSWERS["9-2"]))
    return cells


def test_notebooks_that_were_changed(solutions, tmp_path, capsys):
    names = ["edited check", "missing cells", "lost tags", "answer below the check"]
    for name in names:
        write(tmp_path / "in" / f"{name}.ipynb", changed(name))
    kernel = {"name": "no-such-kernel", "display_name": "?", "language": "R"}
    write(tmp_path / "in" / "kernel.ipynb", with_answers(), kernelspec=kernel)
    assert marks_of(tmp_path / "in", solutions, capsys) == {
        "edited check": [WRONG, UNCHANGED, RIGHT],
        "missing cells": [missing("double"), UNCHANGED, RIGHT],
        "lost tags": [WRONG, UNCHANGED, RIGHT],
        "answer below the check": [WRONG, RIGHT, RIGHT],
        "kernel": [RIGHT, RIGHT, RIGHT],
    }


def test_a_set_up_that_fails_is_no_students_fault(solutions, tmp_path, capsys):
    path = solutions / "09_solutions.ipynb"
    cells = lesson("solution", ANSWERS)
    cells[1].source += "\n1 / 0"
    write(path, cells)
    answers = write(tmp_path / "x.ipynb", with_answers(STUBS["9-1"]))
    marks = marks_of(answers, solutions, capsys)
    fault = "our set-up does not run: ZeroDivisionError: division by zero"
    assert marks == {"x": [UNCHANGED, ("not graded", fault), ("not graded", fault)]}
