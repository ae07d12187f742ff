"""Test that the glossary explains its terms and symbols, in order, and with links that lead."""

import re
from unicodedata import normalize
from urllib.parse import unquote

from glossary_text import ANCHORS, ENTRIES, anchor, headings, markdown_of, sections, soup_of
from helpers import GLOSSARY, LESSONS, read

from lecture_pages import execute

A_TO_Z = "All terms from A to Z"
LETTER = re.compile(r"[A-Za-z]|\\\w+|\w+_\w+")  # with an index or without


def plain(words):
    """Return words as a dictionary sorts them: é as e, and capitals as small letters."""
    return re.sub(r"[\u0300-\u036f]", "", normalize("NFD", words)).casefold()


def test_has_text_only_and_no_slides():
    notebook = read(GLOSSARY)
    assert notebook.metadata == execute.METADATA
    assert {cell.cell_type for cell in notebook.cells} == {"markdown"}
    skipped = {"slideshow": {"slide_type": "skip"}}
    assert [cell.id for cell in notebook.cells if cell.metadata != skipped] == []
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_entries_are_unique_and_sorted():
    assert len({term.casefold() for term in ENTRIES}) == len(ENTRIES)
    for section in re.split(r"^## ", markdown_of(GLOSSARY), flags=re.MULTILINE)[1:]:
        terms = re.findall(r"^### (.+)$", section, re.MULTILINE)
        assert terms == sorted(terms, key=str.casefold)


def test_every_entry_says_where_it_is_explained():
    for term in ENTRIES:
        where = r"^\*Explained in \[notebook\u00a00\d\]\(0\w+\.ipynb#"
        assert re.search(where, sections()[term], re.MULTILINE), term


def test_all_terms_stand_in_the_list_from_a_to_z():
    listed = [
        re.fullmatch(r"(?:(?P<other>.+) → )?\[(?P<term>.+)\]\(#(?P<name>\S+)\)", item)
        for line in re.findall(r"^\*\*[A-Z]\*\*: (.+)$", sections()[A_TO_Z], re.MULTILINE)
        for item in line.split(" · ")
    ]
    assert {link["term"] for link in listed if not link["other"]} == set(ENTRIES)
    for link in listed:
        assert ANCHORS[link["name"]] == link["term"]
        entry = sections()[link["term"]].casefold()
        assert (link["other"] or "").partition(" (")[0].casefold() in entry, link
    words = [plain(link["other"] or link["term"]) for link in listed]
    assert words == sorted(words)
    assert len(set(words)) == len(words)


def test_the_entries_of_a_symbol_contain_it():
    rows = re.findall(r"^\| (\$.+) \| (.+) \|$", sections()["Symbols"], re.MULTILINE)
    assert len(rows) > 40
    for symbols, meaning in rows:
        letters = [each for each in re.findall(r"\$(.+?)\$", symbols) if LETTER.fullmatch(each)]
        for name in re.findall(r"\]\(#([^)\s]+)\)", meaning) if letters else []:
            formulas = " ".join(re.findall(r"\$(.+?)\$", sections()[ANCHORS[name]]))
            assert any(re.search(rf"(?<!\w){re.escape(each)}", formulas) for each in letters), name


def test_links_of_the_glossary_lead_to_headings():
    paths = {path.name: path for path in LESSONS} | {"": GLOSSARY}
    targets = {name: set(map(anchor, headings(path))) for name, path in paths.items()}
    links = [a["href"] for a in soup_of(markdown_of(GLOSSARY)).find_all("a", href=True)]
    links = [link for link in links if not link.startswith("http")]
    assert len(links) > len(ENTRIES)
    for file, _, name in (unquote(link).partition("#") for link in links):
        assert name in targets[file], (file, name)
