"""Marks as tables, CSV and JSON; files that are no notebooks; a grading that is interrupted."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import PROJECT
from small_lesson import STUBS, cell, lesson, with_answers, write

from gan_tutorial.__main__ import main
from gan_tutorial.grading.gradebook import Mark
from gan_tutorial.grading.marks import as_csv
from gan_tutorial.grading.short_names import short_names
from gan_tutorial.grading.verdicts import shown

LOOP = "while True:\n    pass"


@pytest.fixture
def odd_files(tmp_path):
    """Return a folder with two notebooks that need no kernel, and with files that are none."""
    folder = tmp_path / "in"
    write(folder / "Stubs.ipynb", lesson("exercise", STUBS))
    write(folder / "09_empty.ipynb", [])
    write(folder / "holiday.ipynb", [cell("print('sun')")])
    (folder / "broken.ipynb").write_text('{"cells": [', encoding="utf-8")
    (folder / "list.ipynb").write_text("[1, 2]", encoding="utf-8")
    write(folder / ".ipynb_checkpoints" / "stubs-checkpoint.ipynb", [])
    write(folder / "__MACOSX" / "stubs.ipynb", [])
    (folder / "void.ipynb").touch()
    (folder / "._Stubs.ipynb").touch()
    (folder / "notes.txt").touch()
    (folder / "nothing").mkdir()
    (folder / "nothing" / "answers.pdf").touch()
    return folder


def grade_all(folder, solutions, *options):
    paths = [folder, folder / "missing.ipynb"]
    return main(["grade", *map(str, paths), "--solutions", str(solutions), *options])


def test_table_of_odd_files(odd_files, solutions, monkeypatch, capsys):
    monkeypatch.chdir(odd_files.parent)
    assert grade_all(Path("in"), solutions) == 0
    out, error = capsys.readouterr()
    assert error == ""
    assert out.splitlines() == [
        "Lesson 9  9-1            9-2            9-3",
        "09_empty  not attempted  not attempted  not attempted",
        "Stubs     not attempted  not attempted  not attempted",
        "",
        "in/09_empty.ipynb",
        "  9-1 not attempted: no cell defines 'double'",
        "  9-2 not attempted: no cell defines 'total'",
        "  9-3 not attempted: no cell defines 'four'",
        "",
        "Not graded",
        "  in/broken.ipynb: the file is incomplete or not a notebook",
        "  in/holiday.ipynb: it has no exercise of ours",
        "  in/list.ipynb: the file is incomplete or not a notebook",
        "  in/void.ipynb: the file is empty",
        "  in/missing.ipynb: there is no such file",
        "  in/notes.txt: the file is not a notebook",
        "  in/nothing: no notebook in this folder (answers.pdf)",
        "",
        "2 notebooks graded, 7 not",
    ]


def test_csv_and_json_agree(odd_files, solutions, capsys):
    assert grade_all(odd_files, solutions, "--json") == 0
    marks = json.loads(capsys.readouterr().out)
    assert grade_all(odd_files, solutions, "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(marks) == 2 * 3 + 7
    names = ["notebook", "lesson", "9-1", "9-2", "9-3", "number right", "messages"]
    assert list(rows[0]) == names
    assert [row["notebook"] for row in rows] == list(dict.fromkeys(m["notebook"] for m in marks))
    assert [row["lesson"] for row in rows] == ["9"] * 2 + [""] * 7
    found = [row[f"9-{number}"] for row in rows[:2] for number in (1, 2, 3)]
    assert found == [mark["result"] for mark in marks[:6]]
    assert rows[-1]["messages"] == "not graded: no notebook in this folder (answers.pdf)"


def test_csv_of_two_lessons_holds_no_formula():
    marks = [
        Mark("=1+1", 7, 1, "right", ""),
        Mark("=1+1", 7, 2, "not yet", "too small"),
        Mark("b", 9, 1, "right", ""),
        Mark("b", 9, 1, "right", ""),
    ]
    assert as_csv(marks).splitlines() == [
        "notebook,lesson,7-1,7-2,9-1,number right,messages",
        "'=1+1,7,right,not yet,,1,7-2 not yet: too small",
        "b,9,,,right,1,",
        "b,9,,,right,1,",
    ]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["in/05.ipynb"], ["05.ipynb"]),
        (["in/anna.ipynb", "in/bela.ipynb"], ["anna", "bela"]),
        (["in/Bo Li_12_assignsubmission_file/05.ipynb", "in/Cy_13_assignsubmission_file/05.ipynb"],
         ["Bo Li", "Cy"]),
        (["in/Bo_12_assignsubmission_file/05.ipynb", "in/Bo_13_assignsubmission_file/05.ipynb"],
         ["Bo_12_…_file", "Bo_13_…_file"]),
        (["a/1.ipynb", "b/2.IPYNB"], ["a/1.ipynb", "b/2.IPYNB"]),
    ],
)  # fmt: skip
def test_short_names(paths, names):
    assert short_names(paths, 12) == names


def test_messages_hold_no_colours():
    assert shown("a\x1b[1;31mred\x1b[0m \u202e\x07\n b") == "ared b"


def test_exit_status_if_nothing_is_graded_or_the_usage_is_wrong(odd_files, solutions, capsys):
    broken = str(odd_files / "broken.ipynb")
    assert main(["grade", broken, "--solutions", str(solutions)]) == 1
    assert "the file is incomplete or not a notebook" in capsys.readouterr().out
    assert main(["grade", broken, "--solutions", str(odd_files / "nothing")]) == 1
    assert "name the folder of the solutions by --solutions" in capsys.readouterr().err
    assert main(["grade", broken, "--json", "--csv"]) == 2
    assert "give --json or --csv, not both" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_kernel_and_keeps_the_marks_so_far(
    number, solutions, surroundings, tmp_path
):
    started = tmp_path / "started"
    answer = f"open({str(started)!r}, 'w').close()\n{LOOP}"
    paths = [
        write(tmp_path / "good.ipynb", with_answers()),
        write(tmp_path / "loop.ipynb", with_answers(two=answer)),
        write(tmp_path / "last.ipynb", with_answers()),
    ]
    command = [sys.executable, "-m", "gan_tutorial", "grade", *paths, "--solutions", solutions]
    environment = {**os.environ, "TMPDIR": str(surroundings / "temporary")}
    environment["PYTHONPATH"] = str(PROJECT)
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([*command, "--csv"], env=environment, text=True, **pipes) as process:
        while process.poll() is None and not started.exists():
            time.sleep(0.1)
        process.send_signal(number)
        error, printed = process.stderr.read(), process.stdout.read()
    assert process.returncode == 128 + number
    rows = list(csv.DictReader(io.StringIO(printed)))
    results = [[row["notebook"], *(row[f"9-{number}"] for number in (1, 2, 3))] for row in rows]
    assert results == [[str(paths[0]), *["right"] * 3], [str(paths[1]), "right", "", ""]]
    missed, ended = error.splitlines()
    assert missed == "gan-tutorial: 2 of 3 notebooks were not finished or not reached"
    assert ended in ("gan-tutorial: interrupted", "gan-tutorial: terminated")
    assert list((surroundings / "temporary").iterdir()) == []
