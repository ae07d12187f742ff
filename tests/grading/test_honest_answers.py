"""Right answers are found and run wherever a student may have written them."""

from nbformat.v4 import new_output
from small_lesson import (
    ANSWERS,
    CHECKS,
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

from gan_tutorial.grading.lessons import read_lessons

OTHER_CELLS = [
    "from math import *",
    "try:\n    from functools import partial\nexcept ImportError:\n    pass",
    "if True:\n    import operator",
    "FACTOR = 4 // 2",
    "twice = lambda x: operator.mul(FACTOR, x)",
    "added = partial(np.sum, axis=0)",
    "with open('table.txt') as file:\n    table = file.read()",
]
NOT_RUN = "NameError: name 'table' is not defined: the notebook defines it in another cell, which "
NO_RUN = "gt.restore('../runs/none')\n"
HONEST = {  # three answers, and their marks
    "magics": ([f"%%{magic}\n{ANSWERS[name]}" for magic, name in zip(
        ("time", "timeit -n 1 -r 1", "capture"), ANSWERS, strict=True)], [RIGHT] * 3),
    "other cells": (
        ["def double(x):\n    return floor(1.5) * twice(x)",
         "def total(numbers):\n    return added(numbers)",
         "def four():\n    return table"],
        [RIGHT, RIGHT, fails(f"{NOT_RUN}was not run")],
    ),
    "errors beside the answer": (
        [NO_RUN + ANSWERS["9-1"], ANSWERS["9-2"] + "\n1 / 0", "%%bash\ntrue"],
        [RIGHT, RIGHT, fails("no function 'four'; the cell defines no function")],
    ),
    "spoilt": (
        [f"import os\nnp.sum = lambda numbers: os._exit(3)\n{ANSWERS['9-1']}",
         ANSWERS["9-2"], ANSWERS["9-3"] + "\n%reset -f"],
        [RIGHT, RIGHT, RIGHT],
    ),
}  # fmt: skip


def test_honest_answers(solutions, tmp_path, capsys):
    for name, (answers, _) in HONEST.items():
        cells = with_answers(*answers)
        cells[2:2] = map(cell, OTHER_CELLS)
        write(tmp_path / "in" / f"{name}.ipynb", cells)
    marks = marks_of(tmp_path / "in", solutions, capsys)
    assert marks == {name: marks for name, (_, marks) in HONEST.items()}


def place_of(cells, tag):
    return next(i for i, each in enumerate(cells) if tag in each.metadata.get("tags", []))


def test_the_last_definition_above_the_next_exercise_counts(solutions, tmp_path, capsys):
    cells = with_answers(one="def double(x):\n    return x")
    place = place_of(cells, "check-9-1") + 1
    cells[place:place] = [cell("# again\n" + ANSWERS["9-1"]), cell(CHECKS["9-1"])]
    right = write(tmp_path / "in" / "right.ipynb", cells)
    cells = with_answers(three=STUBS["9-3"])
    place = place_of(cells, "check-9-2") + 1
    cells.insert(place, cell("def total(numbers):\n    return 0"))
    write(right.with_name("wrong.ipynb"), cells)
    too_small = not_yet("answer 1 of 1 contains 0, which is too small.")
    assert marks_of(right.parent, solutions, capsys) == {
        "right": [RIGHT, RIGHT, RIGHT],
        "wrong": [RIGHT, too_small, UNCHANGED],
    }


def test_what_the_notebook_itself_shows_is_told(solutions, tmp_path, capsys):
    cells = with_answers("def double(x):\n    return x", three=STUBS["9-3"])
    for name in ("9-1", "9-2", "9-3"):
        check = cells[place_of(cells, f"check-{name}")]
        check.outputs = [new_output("stream", name="stdout", text="Right.\n")]
    path = write(tmp_path / "x.ipynb", cells)
    told = ' (the notebook itself shows "Right.": look at it)'
    wrong, unchanged = ((result, message + told) for result, message in (WRONG, UNCHANGED))
    assert marks_of(path, solutions, capsys) == {"x": [wrong, RIGHT, unchanged]}


def test_answers_without_tags_may_be_assignments(solutions, tmp_path, capsys):
    cells = with_answers("double = lambda x: 2 * x", "def sum_of(x):\n    return 1")
    for each in cells:
        each.metadata = {}
    path = write(tmp_path / "x.ipynb", cells)
    assert marks_of(path, solutions, capsys) == {"x": [RIGHT, missing("total"), RIGHT]}


def test_two_lessons_in_one_notebook(solutions, tmp_path, capsys):
    handed_in = lesson("exercise", STUBS)
    paths = ["08_small.ipynb", "solutions/08_solutions.ipynb"]
    kinds = [("exercise", STUBS), ("solution", ANSWERS)]
    for path, (kind, source) in zip(paths, kinds, strict=True):
        cells = lesson(kind, source)
        for each in cells:
            tags = each.metadata.get("tags", [])
            each.metadata["tags"] = [tag.replace("-9-", "-8-") for tag in tags]
        write(solutions.parent / path, cells)
        handed_in += cells if kind == "exercise" else []
    path = write(tmp_path / "x.ipynb", handed_in)
    assert marks_of(path, solutions, capsys) == {"x": [UNCHANGED] * 6}


def test_the_solutions_of_the_project_are_found_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert list(read_lessons()) == [1, 2, 3, 4, 5, 6, 7, 8]
