"""The notebooks of the course themselves are graded as they should be."""

import nbformat
import pytest
from helpers import LESSONS, SOLUTIONS
from small_lesson import RIGHT, UNCHANGED, marks_of, write

import gan_tutorial as gt


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
