"""What the tests of the glossary use: its text, its entries, and their anchors."""

import re

from bs4 import BeautifulSoup
from helpers import GLOSSARY, read
from nbconvert.filters import markdown2html


def markdown_of(path, notes=True):
    """Return the text of a notebook, with or without the notes for the speaker."""
    kept = [
        cell.source
        for cell in read(path).cells
        if cell.cell_type == "markdown"
        and (notes or cell.metadata.get("slideshow", {}).get("slide_type") != "notes")
    ]
    return "\n\n".join(kept)


def headings(path, level="#+"):
    text = re.sub(r"^```.*?^```", "", markdown_of(path), flags=re.MULTILINE | re.DOTALL)
    return re.findall(rf"^{level} +(.+?) *$", text, re.MULTILINE)


def sections():
    """Return {heading: the text below it} of the glossary."""
    found = re.split(r"^##+ (.+)$", markdown_of(GLOSSARY), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def anchor(heading):
    """Return the anchor of a heading, as JupyterLab makes it."""
    return re.sub(r"[`*$]", "", heading).replace(" ", "-")


def soup_of(text):
    without_formulas = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " ", text, flags=re.DOTALL)
    return BeautifulSoup(markdown2html(without_formulas), "html.parser")


ENTRIES = headings(GLOSSARY, "###")
ANCHORS = {anchor(term): term for term in ENTRIES}
