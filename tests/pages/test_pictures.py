"""Test that pages and decks hold the pictures that JupyterLab shows beside a notebook."""

import base64
import re
from html import unescape

import nbformat
import pytest
from helpers import read, render, write_notebook

from gan_tutorial.__main__ import main
from lecture_pages import __main__ as tool
from lecture_pages.exporters import PageExporter, SlidesExporter

DATA = base64.b64encode(b"a picture").decode()
FILES = ["plot.png", "figures/my plot.png", "größe.png", "../images/logo.png", "a#b.png", "50%.png"]
FILES += ["drawing.svg", "photo.webp", "film.mp4", "files/old.png"]


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        path = tmp_path / "notebooks" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(b"a picture")
    return tmp_path / "notebooks"


@pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])
@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("![](plot.png)", "image/png"),
        ("![](./plot.png)", "image/png"),
        ("![](figures/my%20plot.png)", "image/png"),
        ("![](<figures/my plot.png>)", "image/png"),
        ('<img src="figures/my plot.png">', "image/png"),
        ("![](größe.png)", "image/png"),
        ("![](gr%C3%B6%C3%9Fe.png)", "image/png"),
        ("![](../images/logo.png)", "image/png"),
        ("<img width=90 src=../images/logo.png alt='a > b'>", "image/png"),
        ("![](a%23b.png)", "image/png"),
        ("![](50%25.png)", "image/png"),
        ("![](plot.png?raw=true)", "image/png"),
        ("![](drawing.svg)", "image/svg+xml"),
        ("![](photo.webp)", "image/webp"),
        ("[![](plot.png)](https://e.org)", "image/png"),
        ("![one][ref]\n\n[ref]: plot.png", "image/png"),
        ('<video controls src="film.mp4"></video>', "video/mp4"),
        ('<video><source src="film.mp4"></video>', "video/mp4"),
        ("![](files/old.png)", "image/png"),
    ],
)
def test_a_file_beside_the_notebook_is_embedded(folder, source, kind, exporter):
    path = write_notebook(folder / "some.ipynb", f"# Some\n\n{source}")
    assert f'src="data:{kind};base64,{DATA}"' in render(read(path), path, exporter)


@pytest.mark.parametrize(
    "source",
    [
        "![](attachment:a%20b.png)",
        "![](<attachment:a b.png>)",
        '<img src="attachment:a b.png" width="100">',
        "<p><img alt='x' src='attachment:a%20b.png'/></p>",
    ],
)
def test_a_pasted_picture_is_embedded(tmp_path, source):
    cell = nbformat.v4.new_markdown_cell(source)
    cell["attachments"] = {"a b.png": {"image/png": DATA}}
    notebook = nbformat.v4.new_notebook(cells=[cell])
    html = unescape(render(notebook, tmp_path / "some.ipynb"))
    assert f'src="data:image/png;base64,{DATA}"' in html


def test_pictures_in_outputs_are_embedded(folder):
    data = [{"text/html": '<img src="plot.png"/>'}, {"text/markdown": "![](../images/logo.png)"}]
    outputs = [nbformat.v4.new_output("display_data", each) for each in data]
    cell = nbformat.v4.new_code_cell("1", execution_count=1, outputs=outputs)
    html = render(nbformat.v4.new_notebook(cells=[cell]), folder / "some.ipynb")
    assert html.count(f'src="data:image/png;base64,{DATA}"') == 2


@pytest.mark.parametrize("name", ["attachment:miss.png", "miss.png", "/miss.png", "../miss.png"])
@pytest.mark.parametrize("command", ["slides", "build"])
def test_a_missing_picture_is_one_line_and_the_others_are_made(tmp_path, capsys, name, command):
    bad = write_notebook(tmp_path / "a_bad.ipynb", "# Bad", f"# Picture\n\n![]({name})")
    notebook = read(bad)
    notebook.cells[1].id = "with-picture"
    nbformat.write(notebook, bad)
    good = write_notebook(tmp_path / "b_good.ipynb", "# Good")
    if command == "slides":
        status = main(["slides", str(bad), str(good), "--output", str(tmp_path)])
    else:
        arguments = ["build", "--no-execute", "--output", str(tmp_path), str(bad), str(good)]
        status = tool.main(arguments)
    assert status == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if "miss.png" in line]
    assert len(lines) == (1 if command == "slides" else 2)  # build repeats it at its end
    assert all("a_bad.ipynb" in line and "(cell with-picture)" in line for line in lines)
    assert (tmp_path / "b_good.slides.html").exists()
    assert not list(tmp_path.glob("a_bad*.html"))


def test_links_and_code_are_not_embedded(folder):
    text = "# Some\n\n`![](plot.png)` <https://e.org/plot.png>\n\n    <img src=plot.png>"
    path = write_notebook(folder / "some.ipynb", text)
    html = render(read(path), path).split("<main>")[1]
    assert DATA not in html
    assert re.sub("<[^>]+>", "", html).count("plot.png") == 3
