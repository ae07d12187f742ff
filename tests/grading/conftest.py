"""Folders for the tests of grading."""

import tempfile

import pytest
from small_lesson import ANSWERS, STUBS, lesson, write


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
