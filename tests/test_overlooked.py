"""The numbers on the page about PyTorch are those that benchmarks/overlooked.py has measured."""

import re

import pandas as pd
import pytest
from helpers import PROJECT

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?![\w.]*\d)")


@pytest.fixture(scope="module")
def section():
    """Return the section "What differs" with its subsections."""
    page = (PROJECT / "notebooks" / "pytorch.md").read_text(encoding="utf-8")
    return re.search(r"^## What differs\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)[1]


@pytest.fixture(scope="module")
def measured():
    """Return all numbers in the output of the script, as they are printed there."""
    rows = pd.read_csv(PROJECT / "benchmarks" / "overlooked.csv")
    return [text for row in rows["measured"] for text in numbers(row)]


def numbers(text):
    text = re.sub(r"\$.*?\$|\]\(.*?\)", "", text)  # neither formulas nor addresses
    return [found.replace("−", "-") for found in NUMBER.findall(text)]


def is_among(number, measured):
    """Return whether a number is one of those measured, rounded to as many digits."""
    digits = len(number.partition(".")[2])
    return any(f"{float(text):.{digits}f}" == number for text in measured)


def test_every_number_in_the_tables_was_measured(section, measured):
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    shown = [number for row in rows for cell in row[1:] for number in numbers(cell)]
    assert len(shown) > 20
    assert [number for number in shown if not is_among(number, measured)] == []


def test_every_number_about_untrained_networks_was_measured(section, measured):
    shown = numbers("".join(x for x in section.splitlines() if "untrained networks" in x))
    assert {"0.032", "-0.68", "15"} <= set(shown)
    assert [number for number in shown if not is_among(number, measured)] == []


def test_a_number_that_was_not_measured_is_found(measured):
    assert is_among("0.67", measured)
    assert not is_among("0.68", measured)
