"""A small lesson of three exercises, and what the command `grade` says of answers to them."""

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gan_tutorial.__main__ import main

SET_UP = "import numpy as np\n\nimport gan_tutorial as gt"
STUBS = {
    "9-1": "def double(x):\n    return ...  # your turn",
    "9-2": "def total(numbers):\n    return ...  # your turn",
    "9-3": "def four():\n    return ...  # your turn",
}
ANSWERS = {
    "9-1": "def double(x):\n    return 2 * x",
    "9-2": "def total(numbers):\n    return np.sum(numbers)",
    "9-3": "def four():\n    return 2 * offset",
}
CHECKS = {
    "9-1": "right = gt.check_answers([double(x) for x in (1, 2.5)], [2, 5])",
    "9-2": "numbers = np.arange(5)\nright = gt.check_answers([total(numbers)], [sum(numbers)])",
    "9-3": "print('four?')\nright = gt.check_answers(four(), [4])\nprint('that was all')",
}
BETWEEN = "offset = 2"  # which the answer to exercise 3 uses
RIGHT, UNCHANGED = ("right", ""), ("not attempted", "the stub is unchanged")
NO_ANSWER = ("not attempted", "No answer yet: replace the dots with your own code.")


def missing(name):
    return "not attempted", f"no cell defines '{name}'"


def not_yet(message):
    return "not yet", message


def fails(message):
    return "does not run", message


def cell(source, *tags):
    return new_code_cell(source, metadata={"tags": [*tags]})


def write(path, cells, **metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def lesson(kind, answers):
    """Return the cells of our lesson (kind "exercise") or of our solutions (kind "solution").

    An answer of several cells is a list.
    """
    cells = [new_markdown_cell("# Lesson 9"), cell(SET_UP, "set-up")]
    for name, answer in answers.items():
        first, *others = [answer] if isinstance(answer, str) else answer
        cells += [cell(BETWEEN)] if name == "9-3" else []
        cells += [cell(first, f"{kind}-{name}"), *map(cell, others)]
        cells += [new_markdown_cell("A hint"), cell(CHECKS[name], f"check-{name}")]
    return cells


def with_answers(one=ANSWERS["9-1"], two=ANSWERS["9-2"], three=ANSWERS["9-3"]):
    """Return the cells of a student whose answers are right but for the given ones."""
    return lesson("exercise", {"9-1": one, "9-2": two, "9-3": three})


def marks_of(path, solutions, capsys, *options):
    """Return {name of the notebook: [(result, message), …]} as the command prints it in JSON."""
    assert main(["grade", str(path), "--solutions", str(solutions), "--json", *options]) == 0
    out, error = capsys.readouterr()
    assert error == "" or "the full MNIST was not found" in error
    found = {}
    for mark in json.loads(out):
        results = found.setdefault(Path(mark["notebook"]).stem, [])
        results.append((mark["result"], mark["message"]))
    return found


WRONG = not_yet("answer 1 of 2 contains 1, which is too small.")
