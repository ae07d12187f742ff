"""Test what the execution of a notebook keeps, and which notebooks count as executed."""

import re

import nbformat
import pytest
from helpers import read, render, write_notebook

from gan_tutorial.__main__ import main
from lecture_pages import __main__ as tool
from lecture_pages.exporters import PageExporter, SlidesExporter
from lecture_pages.terminal import as_shown

code = nbformat.v4.new_code_cell


def notebook_of(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# One"), *cells])


@pytest.mark.parametrize("backend", ["Agg", "agg", "svg", "TkAgg"])
def test_pictures_stay_whatever_the_backend_of_the_cluster(tmp_path, monkeypatch, backend):
    monkeypatch.setenv("MPLBACKEND", backend)
    path = write_notebook(
        tmp_path / "plot.ipynb", "# Plot", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    )
    assert tool.main(["refresh", str(path)]) == 0
    outputs = read(path).cells[1].outputs
    assert ["image/png" in output.get("data", {}) for output in outputs] == [True]


def test_metadata_of_other_tools_stays(tmp_path):
    path = write_notebook(tmp_path / "tools.ipynb", "# Tools", "1 + 1")
    notebook = read(path)
    lasting = {
        "nbgrader": {"grade": True, "grade_id": "a", "points": 3, "schema_version": 3},
        "deletable": False,
        "editable": False,
        "otter": {"tests": ["q1"]},
        "jupyter": {"source_hidden": True},
        "tags": ["exercise"],
        "my own": 1,
    }
    passing = {
        "execution": {"iopub.execute_input": "2026-11-26T12:00:00"},
        "scrolled": True,
        "collapsed": False,
        "ExecuteTime": {"start_time": "2026"},
        "papermill": {"duration": 1},
    }
    notebook.cells[1].metadata = {**lasting, **passing}
    of_all = {"jupytext": {"formats": "ipynb,py:percent"}, "otter": {"OK_FORMAT": True}}
    notebook.metadata = {**of_all, "widgets": {"a": 1}, "kernelspec": {"name": "other"}}
    nbformat.write(notebook, path)
    assert tool.main(["refresh", str(path)]) == 0
    refreshed = read(path)
    assert refreshed.cells[1].metadata == lasting
    assert {name: refreshed.metadata[name] for name in of_all} == of_all
    assert sorted(refreshed.metadata) == ["jupytext", "kernelspec", "language_info", "otter"]


def test_tagged_cells_are_executed_as_jupyter_does(tmp_path, capsys):
    path = write_notebook(tmp_path / "tagged.ipynb", "# Tagged", "1 / 0", "open('x', 'w')", "3")
    notebook = read(path)
    notebook.cells[1].metadata["tags"] = ["raises-exception"]
    notebook.cells[2].metadata["tags"] = ["skip-execution"]
    nbformat.write(notebook, path)
    assert tool.main(["build", "--output", str(tmp_path / "out"), str(path)]) == 0
    assert capsys.readouterr().out.startswith("tagged: 2 cells, ")
    assert not (tmp_path / "x").exists()
    for suffix in (".html", ".slides.html"):
        assert "ZeroDivisionError" in (tmp_path / "out" / f"tagged{suffix}").read_text(
            encoding="utf-8"
        )


error = nbformat.v4.new_output("error", ename="E", evalue="v", traceback=["E: v"])
text = nbformat.v4.new_output("stream", text="7\n")


@pytest.mark.parametrize(
    "cells",
    [
        [code("1", execution_count=1), code("x", metadata={"tags": ["skip-execution"]})],
        [
            code(
                "1 / 0", execution_count=1, outputs=[error], metadata={"tags": ["raises-exception"]}
            )
        ],
        [code("x = 7"), code("print(x)", outputs=[text])],  # the counts were stripped
        [code("1", execution_count=1), code("x", metadata={"slideshow": {"slide_type": "skip"}})],
        [code("", execution_count=None), code("  \n")],
    ],
)
def test_a_notebook_that_was_executed_becomes_a_deck(tmp_path, cells):
    path = tmp_path / "some.ipynb"
    nbformat.write(notebook_of(*cells), path)
    assert main(["slides", str(path), "--output", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([code("x = 1", id="abc")], r"'some.ipynb' was not executed.*cell abc, 'x = 1'"),
        ([code("1", execution_count=1), code("y", id="abc")], r"was not executed.*cell abc"),
        ([code("y", id="abc", execution_count=2, outputs=[error])], r"error in cell In \[2\].*abc"),
        ([code("y", id="abc", outputs=[error])], r"stopped with an error.*abc"),
    ],
)
def test_a_notebook_that_was_not_executed_is_said_with_the_cell(tmp_path, capsys, cells, message):
    path = tmp_path / "some.ipynb"
    nbformat.write(notebook_of(*cells), path)
    assert main(["slides", str(path), "--output", str(tmp_path)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert re.search(message, line)


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("".join(f"\r{i}%" for i in range(101)) + "\ndone\n", "100%\ndone\n"),
        ("abc\rX\n", "Xbc\n"),
        ("hel\b\bp\n", "hp\n"),
        ("x\r\ny\r\n", "x\ny\n"),
        ("last\r", "last"),
        ("long line\r\x1b[Kshort\n", "short\n"),
        ("a\nb\n\x1b[2A\x1b[2KA\n\n", "A\nb\n"),
        ("\x1b[31mab\x1b[0m\rc\n", "c\x1b[31mb\x1b[0m\n"),
        ("\x1b[31mred\x1b[0m  \n", "\x1b[31mred\x1b[0m  \n"),
        ("plain  \n", "plain  \n"),
    ],
)
def test_printed_text_is_what_a_terminal_shows(printed, seen):
    assert as_shown(printed) == seen


@pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])
def test_a_progress_bar_is_one_line(tmp_path, exporter):
    pieces = ["".join(f"\r{i}%" for i in range(50)), "".join(f"\r{i}%" for i in range(50, 101))]
    outputs = [nbformat.v4.new_output("stream", name="stderr", text=piece) for piece in pieces]
    notebook = notebook_of(code("1", execution_count=1, outputs=outputs))
    html = render(notebook, tmp_path / "bar.ipynb", exporter)
    assert re.findall(r"<pre>\s*([^<]*%)\s*</pre>", html) == ["100%"]
