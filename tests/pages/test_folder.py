"""Test that no page of a folder is lost without a word, and that links lead to the pages."""

import re
from html import unescape
from urllib.parse import unquote

import pytest
from helpers import read, write_notebook

from gan_tutorial.__main__ import main
from lecture_pages import __main__ as tool
from lecture_pages.names import collisions


def build(folder, *paths):
    arguments = ["build", "--no-execute", "--output", str(folder / "build")]
    return tool.main([*arguments, *map(str, paths)])


COMMON = {"index.html", "search.html"}  # the pages to which each page leads


def links(page):
    """Return the addresses of the links of a page as names of files, without the common ones."""
    found = re.findall(r'<a [^>]*?href="([^"#]+)(?:#[^"]*)?"', page.read_text(encoding="utf-8"))
    return {unquote(unescape(address)) for address in found if ":" not in address} - COMMON


@pytest.mark.parametrize("name", ["Week #3", "50% done", "What?", "a & b", "größe", "it's"])
def test_links_lead_to_pages_of_any_name(tmp_path, name):
    path = write_notebook(tmp_path / f"{name}.ipynb", "# One")
    address = path.name.replace("%", "%25").replace("#", "%23").replace("?", "%3F")
    text = f"# Two\n\n[one](<{address}>) [two](<./{address}#One>) [page](<{name}.html>)"
    other = write_notebook(tmp_path / "other.ipynb", text)
    assert build(tmp_path, path, other) == 0
    made = {file.name for file in (tmp_path / "build").iterdir()}
    pages = {f"{name}.html", f"{name}.slides.html", "other.html", "other.slides.html"}
    assert made == pages | COMMON
    assert links(tmp_path / "build" / "index.html") == pages
    assert f"{name}.slides.html" in links(tmp_path / "build" / f"{name}.html")
    for suffix in (".html", ".slides.html"):
        assert f"{name}{suffix}" in links(tmp_path / "build" / f"other{suffix}")


def test_two_notebooks_of_one_name_are_said_and_the_others_are_made(tmp_path, capsys):
    same = [tmp_path / folder / "same.ipynb" for folder in ("a", "b")]
    for path in same:
        path.parent.mkdir()
        write_notebook(path, "# Same")
    other = write_notebook(tmp_path / "a" / "other.ipynb", "# Other")
    assert build(tmp_path, *same, other) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Failed")]
    assert len(lines) == 2
    assert all("two notebooks have the same name" in line for line in lines)
    assert all(str(path) in line for path in same for line in lines)
    assert not list((tmp_path / "build").glob("same*"))
    assert links(tmp_path / "build" / "index.html") == {"other.html", "other.slides.html"}
    paths = map(str, [*same, other])
    assert main(["slides", *paths, "--output", str(tmp_path / "slides")]) == 1
    assert (tmp_path / "slides" / "other.slides.html").exists()
    assert not list((tmp_path / "slides").glob("same*"))


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        (["a", "b"], []),
        (["index", "b"], ["index"]),
        (["x", "x.slides"], ["x", "x.slides"]),
        (["Intro", "intro"], ["Intro", "intro"]),
    ],
)
def test_pages_that_would_replace_another_are_found(tmp_path, names, refused):
    paths = [tmp_path / f"{name}.ipynb" for name in names]
    found = collisions(paths, taken=["index.html"])
    assert [path.stem for path in found] == refused


def test_index_is_refused_and_the_list_of_pages_stays(tmp_path, capsys):
    path = write_notebook(tmp_path / "index.ipynb", "# My own index")
    other = write_notebook(tmp_path / "other.ipynb", "# Other")
    assert build(tmp_path, path, other) == 1
    assert re.search(r"index\.ipynb: 'index\.html' is the list of all", capsys.readouterr().err)
    assert links(tmp_path / "build" / "index.html") == {"other.html", "other.slides.html"}
    assert main(["slides", str(path), "--output", str(tmp_path / "slides")]) == 0


def test_old_copies_are_neither_executed_nor_listed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    copies = [
        tmp_path / "notebooks" / folder / ".ipynb_checkpoints" / "01-checkpoint.ipynb"
        for folder in (".", "solutions")
    ]
    for copy in copies:
        copy.parent.mkdir(parents=True)
        write_notebook(copy, "# Copy", "open('executed', 'w')")
    write_notebook(tmp_path / "notebooks" / ".~hidden.ipynb", "# Hidden", "1 / 0")
    path = write_notebook(tmp_path / "notebooks" / "01.ipynb", "# One", "1 + 1")
    mine = write_notebook(tmp_path / "notebooks" / "Week #3.ipynb", "# Mine", "2 + 2")
    assert tool.main(["refresh"]) == 0
    assert [read(path).cells[1].execution_count, read(mine).cells[1].execution_count] == [1, 1]
    assert build(tmp_path, *copies, path) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "checkpoint" in line]
    assert len(lines) == 2
    assert all("left out" in line for line in lines)
    assert links(tmp_path / "build" / "index.html") == {"01.html", "01.slides.html"}
    assert not list(tmp_path.rglob("executed"))


def test_a_notebook_that_is_named_twice_is_made_once(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = write_notebook(tmp_path / "one.ipynb", "# One")
    assert main(["slides", "one.ipynb", str(path), "./one.ipynb", "--output", "out"]) == 0
    assert capsys.readouterr().out.count("one.slides.html") == 1


@pytest.mark.parametrize("content", ["{}", "no JSON", '{"nbformat": 4, "cells": [3]}'])
def test_what_is_no_notebook_costs_only_itself(tmp_path, capsys, content):
    path = write_notebook(tmp_path / "one.ipynb", "# One")
    assert build(tmp_path, path) == 0
    other = write_notebook(tmp_path / "two.ipynb", "# Two")
    path.write_text(content, encoding="utf-8")
    assert build(tmp_path, path, other) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Failed")]
    assert len(lines) == 1
    assert "'one.ipynb' is not a notebook" in lines[0]
    assert "two.html" in links(tmp_path / "build" / "index.html")
