"""Handed-in notebooks of all kinds get the marks that they deserve, and leave nothing behind."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from helpers import LESSONS, SOLUTIONS, contents
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import gan_tutorial as gt
from gan_tutorial.__main__ import main
from gan_tutorial.files.mnist import PROJECT_FILE
from gan_tutorial.grading.sandbox import sandbox

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
MISSING = ("not attempted", "the cell is missing")
NO_ANSWER = ("not attempted", "No answer yet: replace the dots with your own code.")


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


@pytest.fixture
def solutions(tmp_path):
    write(tmp_path / "course" / "09_small.ipynb", lesson("exercise", STUBS))
    path = tmp_path / "course" / "solutions" / "09_solutions.ipynb"
    return write(path, lesson("solution", ANSWERS)).parent


@pytest.fixture
def surroundings(tmp_path, monkeypatch):
    """Return a folder that holds a user's home, current folder and temporary folder."""
    for name in ("home", "current", "temporary"):
        (tmp_path / "surroundings" / name).mkdir(parents=True)
    folder = tmp_path / "surroundings"
    (folder / "home" / "thesis.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    monkeypatch.chdir(folder / "current")
    return folder


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
NO_DOUBLE = "NameError: name 'double' is not defined"
STARTED = "def double(x):\n    y = x\n    return ..."
HELPED = ["from math import fsum as added", "def total(numbers):\n    return added(numbers)"]
ORDINARY = {  # the first two answers, and their marks; the third answer is right
    "right": ((ANSWERS["9-1"], ANSWERS["9-2"]), (RIGHT, RIGHT)),
    "stub": ((STUBS["9-1"], "# no idea\n" + STUBS["9-2"]), (UNCHANGED, UNCHANGED)),
    "started": ((STARTED, ""), (NO_ANSWER, MISSING)),
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


LOOP = "while True:\n    pass"
STUBBORN = """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass
"""
FLOOD = "while True:\n    print('spam ' * 20)"
PATCHED = """
import builtins, io, os, sys, tempfile
os.chdir(tempfile.mkdtemp())
sys.stdout = io.StringIO()
gt.check_answers = np = lambda *arguments: builtins.print("Right.")
def double(x):
    return x
"""
WRITES = """
from pathlib import Path
import tempfile
for folder in (Path(), Path.home(), Path.home() / ".config", Path(tempfile.gettempdir())):
    folder.mkdir(exist_ok=True)
    (folder / "written.txt").write_text("here")
def double(x):
    return 2 * x
"""
PROCESS = """
import subprocess, sys
for options in ({}, {"start_new_session": True}, {"env": {}}):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(9999)", MARK], **options)
"""
ASKS = "def total(numbers):\n    return float(input())"
NO_INPUT = "StdinNotImplementedError: raw_input was called, but this frontend does not support "
LIMIT = fails("no answer within 3 s")
FLOODED = fails("printed more than 1,000,000 characters")
ENDED = fails("ended the kernel")
HOSTILE = {  # three answers, and their marks
    "loops": ((LOOP, STUBBORN, "def four():\n    while True: pass"), (LIMIT, LIMIT, LIMIT)),
    "exits": (("exit()", "def total(x):\n    import os; os._exit(0)"), (ENDED, ENDED, RIGHT)),
    "floods": ((FLOOD, "print('x' * 50_000_000)"), (FLOODED, FLOODED, RIGHT)),
    "patched": ((PATCHED, "def total(numbers):\n    return 10"), (WRONG, RIGHT, RIGHT)),
    "writes": ((WRITES, ASKS), (RIGHT, fails(f"{NO_INPUT}input requests."), RIGHT)),
}


def test_hostile_answers_cost_their_own_exercise_only(solutions, surroundings, tmp_path, capsys):
    for name, (answers, _) in HOSTILE.items():
        write(tmp_path / "in" / f"{name}.ipynb", with_answers(*answers))
    before = contents(tmp_path)
    marks = marks_of(tmp_path / "in", solutions, capsys, "--timeout", "3")
    assert marks == {name: [*marks] for name, (_, marks) in HOSTILE.items()}
    assert contents(tmp_path) == before
    assert list((surroundings / "temporary").iterdir()) == []


def test_no_process_outlives_the_grading(solutions, tmp_path, capsys):
    mark = tmp_path.as_posix()  # as an argument it finds the processes again
    starts = PROCESS.replace("MARK", repr(mark))
    answers = f"{starts}\n{ANSWERS['9-1']}", [starts, LOOP], [starts, "1 / 0"]
    write(tmp_path / "process.ipynb", with_answers(*answers))
    marks = marks_of(tmp_path / "process.ipynb", solutions, capsys, "--timeout", "3")
    assert marks == {"process": [RIGHT, LIMIT, fails("ZeroDivisionError: division by zero")]}
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert [line for line in lines if mark in line] == []


def test_an_earlier_answer_is_there_in_a_new_kernel(solutions, tmp_path, capsys):
    calls_the_first = "def four():\n    return double(offset)"
    path = write(tmp_path / "x.ipynb", with_answers(two="exit()", three=calls_the_first))
    assert marks_of(path, solutions, capsys) == {"x": [RIGHT, ENDED, RIGHT]}


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
        "missing cells": [MISSING, UNCHANGED, RIGHT],
        "lost tags": [WRONG, UNCHANGED, RIGHT],
        "answer below the check": [WRONG, RIGHT, RIGHT],
        "kernel": [RIGHT, RIGHT, RIGHT],
    }


@pytest.fixture
def odd_files(tmp_path):
    """Return a folder with two notebooks that need no kernel, and with files that are none."""
    folder = tmp_path / "in"
    write(folder / "stubs.ipynb", lesson("exercise", STUBS))
    write(folder / "09_empty.ipynb", [])
    write(folder / "holiday.ipynb", [cell("print('sun')")])
    (folder / "broken.ipynb").write_text('{"cells": [', encoding="utf-8")
    (folder / "list.ipynb").write_text("[1, 2]", encoding="utf-8")
    write(folder / ".ipynb_checkpoints" / "stubs-checkpoint.ipynb", [])
    (folder / "nothing").mkdir()
    return folder


def grade_all(folder, solutions, *options):
    paths = [folder, folder / "nothing", folder / "missing.ipynb"]
    return main(["grade", *map(str, paths), "--solutions", str(solutions), *options])


def test_table_of_odd_files(odd_files, solutions, monkeypatch, capsys):
    monkeypatch.chdir(odd_files.parent)
    assert grade_all(Path("in"), solutions) == 0
    out, error = capsys.readouterr()
    assert error == ""
    table, messages, rest = out.split("\n\n")[0], out.split("\n\n")[1:-1], out.split("\n\n")[-1]
    assert table.splitlines() == [
        "Lesson 9           9-1            9-2            9-3",
        "in/09_empty.ipynb  not attempted  not attempted  not attempted",
        "in/stubs.ipynb     not attempted  not attempted  not attempted",
    ]
    assert [text.splitlines()[0] for text in messages] == ["in/09_empty.ipynb", "in/stubs.ipynb"]
    assert "  9-2 not attempted: the cell is missing" in messages[0]
    lines = [line.partition(" (")[0] for line in rest.splitlines()]
    assert lines == [
        "Not graded",
        "  in/broken.ipynb: it is no notebook",
        "  in/holiday.ipynb: it has no exercise of ours",
        "  in/list.ipynb: it is no notebook",
        "  in/nothing: the folder has no notebook",
        "  in/missing.ipynb: there is no such file",
    ]


def test_csv_and_json_agree(odd_files, solutions, capsys):
    assert grade_all(odd_files, solutions, "--json") == 0
    marks = json.loads(capsys.readouterr().out)
    assert grade_all(odd_files, solutions, "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(marks) == 2 * 3 + 5
    assert list(rows[0]) == ["notebook", "lesson", "exercise", "result", "message"]
    texts = [{key: "" if x is None else str(x) for key, x in mark.items()} for mark in marks]
    assert rows == texts


def test_exit_status_if_nothing_is_graded_or_the_usage_is_wrong(odd_files, solutions, capsys):
    broken = str(odd_files / "broken.ipynb")
    assert main(["grade", broken, "--solutions", str(solutions)]) == 1
    assert "it is no notebook" in capsys.readouterr().out
    assert main(["grade", broken, "--solutions", str(odd_files / "nothing")]) == 1
    assert "name the folder of the solutions by --solutions" in capsys.readouterr().err
    assert main(["grade", broken, "--json", "--csv"]) == 2
    assert "give --json or --csv, not both" in capsys.readouterr().err


def test_a_set_up_that_fails_is_no_students_fault(solutions, tmp_path, capsys):
    path = solutions / "09_solutions.ipynb"
    cells = lesson("solution", ANSWERS)
    cells[1].source += "\n1 / 0"
    write(path, cells)
    answers = write(tmp_path / "x.ipynb", with_answers(STUBS["9-1"]))
    marks = marks_of(answers, solutions, capsys)
    fault = "our set-up does not run: ZeroDivisionError: division by zero"
    assert marks == {"x": [UNCHANGED, ("not graded", fault), ("not graded", fault)]}


@pytest.mark.parametrize("is_named", [True, False])
def test_mnist_is_found_from_another_home(is_named, surroundings, monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.delenv("GAN_TUTORIAL_MNIST", raising=False)
    cached = surroundings / "home" / ".keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_text("not read here", encoding="utf-8")
    if is_named:
        monkeypatch.setenv("GAN_TUTORIAL_MNIST", "mine.npz")
    elif PROJECT_FILE.exists():
        pytest.skip("data/mnist.npz comes before Keras's")
    with sandbox() as run:
        [outcome] = run(["import os; print(os.environ['GAN_TUTORIAL_MNIST'])"], 30)
    named = surroundings / "current" / "mine.npz"
    assert outcome == (f"{named if is_named else cached}\n", None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_kernel_and_keeps_the_marks_so_far(
    number, solutions, surroundings, tmp_path
):
    started = tmp_path / "started"
    answer = f"open({str(started)!r}, 'w').close()\n{LOOP}"
    paths = [
        write(tmp_path / "good.ipynb", with_answers()),
        write(tmp_path / "loop.ipynb", with_answers(answer)),
    ]
    command = [sys.executable, "-m", "gan_tutorial", "grade", *paths, "--solutions", solutions]
    environment = {**os.environ, "TMPDIR": str(surroundings / "temporary")}
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([*command, "--csv"], env=environment, text=True, **pipes) as process:
        while process.poll() is None and not started.exists():
            time.sleep(0.1)
        process.send_signal(number)
        error, printed = process.stderr.read(), process.stdout.read()
    assert process.returncode == 128 + number
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [(row["notebook"], row["result"]) for row in rows] == [(str(paths[0]), "right")] * 3
    assert error in ("gan-tutorial: interrupted\n", "gan-tutorial: terminated\n")
    assert list((surroundings / "temporary").iterdir()) == []


def solved(path):
    """Return a lesson's notebook with our solutions in the place of the stubs."""
    notebook, answers = nbformat.read(path, as_version=4), {}
    for each in nbformat.read(SOLUTIONS[LESSONS.index(path)], as_version=4).cells:
        answers |= dict.fromkeys(each.metadata.get("tags", []), each.source)
    for each in notebook.cells:
        for tag in each.metadata.get("tags", []):
            if tag.startswith("exercise-"):
                each.source = answers[tag.replace("exercise", "solution")]
    return notebook.cells


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_course(path, tmp_path, capsys):
    if path.stem == "03_checkpoints" and len(gt.load_mnist()[0][0]) < 60_000:
        pytest.skip("exercise 3-3 needs all of MNIST")
    capsys.readouterr()  # where MNIST was found
    write(tmp_path / "stubs.ipynb", nbformat.read(path, as_version=4).cells)
    write(tmp_path / "solved.ipynb", solved(path))
    marks = marks_of(tmp_path, SOLUTIONS[0].parent, capsys, "--timeout", "600")
    number = len(marks["stubs"])
    assert number >= 3
    assert marks == {"stubs": [UNCHANGED] * number, "solved": [RIGHT] * number}
