"""Two sources beside each other: what is shown, which lines share a row, and what is refused."""

import base64

import pytest
from bs4 import BeautifulSoup
from helpers import PROJECT

from lecture_pages.beside import beside
from lecture_pages.listing import download, listing

LEFT = '''"""A module."""
import numpy as np


def unlike():
    return 1


@np.vectorize
def network(
    units,
):
    """Return a network.

    With a long docstring.
    """
    # from the input
    return keras.Sequential([
        layers.Dense(units, use_bias=False),
        layers.ReLU(),  # "<b>"
    ])


class Loss:
    """A loss."""

    def __call__(self, x):
        """Return x."""
        return x
'''
RIGHT = """def network(
    units,
):
    # from the input
    return nn.Sequential(
        nn.Linear(100, units, bias=False),
        nn.Dropout(0.3),
        nn.ReLU(),
    )

def loss(x):
    return x
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "left.py").write_text(LEFT, encoding="utf-8")
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    return tmp_path


def rows(html):
    """Return the rows of the table as a browser has them: [(left, right)] as text."""
    # else Beautiful Soup makes one space of four
    page = BeautifulSoup(html, "html.parser", preserve_whitespace_tags={"code"})
    body = page.find("tbody")
    return [tuple(cell.text for cell in row.find_all("td")) for row in body.find_all("tr")]


def test_lines_that_correspond_share_a_row(folder):
    assert rows(beside("some/left.py:network", "right.py:network", folder)) == [
        ("@np.vectorize", ""),
        ("def network(", "def network("),
        ("    units,", "    units,"),
        ("):", "):"),
        ("    # from the input", "    # from the input"),
        ("    return keras.Sequential([", "    return nn.Sequential("),
        (
            "        layers.Dense(units, use_bias=False),",
            "        nn.Linear(100, units, bias=False),",
        ),
        ("", "        nn.Dropout(0.3),"),
        ('        layers.ReLU(),  # "<b>"', "        nn.ReLU(),"),
        ("    ])", "    )"),
    ]


def test_several_functions_and_classes_without_docstrings(folder):
    shown = rows(beside("some/left.py:unlike, Loss", "right.py:loss,network", folder))
    left = [line for line, _ in shown if line]
    assert left == [
        "def unlike():",
        "    return 1",
        "class Loss:",
        "    def __call__(self, x):",
        "        return x",
    ]
    assert [line for _, line in shown if line][:3] == [
        "def loss(x):",
        "    return x",
        "def network(",
    ]


def test_the_table_has_headings_colours_and_no_script(folder):
    titles = ("Keras & TensorFlow", "PyTorch")
    html = beside("some/left.py:network", "right.py:network", folder, titles=titles)
    table = BeautifulSoup(html, "html.parser").find("table")
    assert [head.text for head in table.find_all("th")] == list(titles)
    assert {"beside", "highlight"} <= set(table["class"])
    assert table.find("span", class_="k").text == "def"
    assert table.find("b") is None
    assert table.find("wbr").previous_sibling.text == "."  # a long line may be broken here
    assert "<script" not in html


def test_each_line_says_whose_it_is(folder):
    html = beside("some/left.py:network", "right.py:network", folder)
    cells = BeautifulSoup(html, "html.parser").find_all(["th", "td"])
    labels = [cell.get("data-label") for cell in cells]
    assert labels[:4] == ["TF", "PT", "TF", None]  # the headings, and the decorator alone
    assert all(cell.text == "" for cell in cells if not cell.get("data-label"))


def test_a_function_as_a_listing(folder):
    html = listing("right.py:loss", folder)
    assert BeautifulSoup(html, "html.parser").find("pre").text == "def loss(x):\n    return x\n"
    with pytest.raises(ValueError, match="other"):
        listing("right.py:other", folder)


def test_a_file_to_download_is_in_its_link(folder):
    links = BeautifulSoup(download("right.py some/left.py", folder), "html.parser").find_all("a")
    assert [link["download"] for link in links] == ["right.py", "left.py"]
    data = links[0]["href"].partition(";base64,")[2]
    assert base64.b64decode(data).decode() == RIGHT
    with pytest.raises(ValueError, match="to download"):
        download("no.py", folder)


def test_no_line_is_lost_or_moved():
    name = "benchmarks/steps.py:measure,tensorflow_steps,comparison"
    other = "benchmarks/turns.py:by_turns,table"
    shown = rows(beside(name, other, PROJECT))
    for path, column in (("steps.py", 0), ("turns.py", 1)):
        text = (PROJECT / "benchmarks" / path).read_text(encoding="utf-8").split("\n")
        lines = [row[column] for row in shown if row[column]]
        assert lines
        places = []
        for line in lines:
            start = places[-1] + 1 if places else 0
            places.append(text.index(line, start))
        assert places == sorted(places)


@pytest.mark.parametrize(
    "name", ["no.py:network", "right.py", "right.py:", "right.py:other", "right.py:network,", ":a"]
)
def test_what_is_missing_is_named(folder, name):
    with pytest.raises(ValueError, match=name):
        beside("some/left.py:network", name, folder)
