"""The README and the other texts: examples run, lists are complete, links lead somewhere."""

import re

import pytest
from helpers import GLOSSARY, LESSONS, PROJECT, SOLUTIONS, read

import gan_tutorial as gt
from browser_pages.pages import PAGES
from lecture_pages.names import texts_in

README = PROJECT / "README.md"
FRONT = PROJECT / "notebooks" / "README.md"
TEXTS = [*PROJECT.glob("*.md"), *PROJECT.glob("notebooks/*.md")]


def test_the_ten_lines_run(tmp_path, monkeypatch, mnist_file):
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(mnist_file))
    exec(compile(example, "README.md", "exec"), {})
    assert (tmp_path / "digits.png").stat().st_size > 0
    assert gt.restore(tmp_path / "runs" / "first")[0].name == "generator"


def test_every_module_has_its_line():
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for package in ("gan_tutorial", "lecture_pages", "browser_pages"):
        modules = (PROJECT / package).rglob("*.py")
        names = [module.name for module in modules if module.name != "__init__.py"]
        for name in names:
            times = 3 if name == "__main__.py" else 1  # each package has one
            assert text.count(f"- `{name}`:") == times, name


def links():
    """Yield (text, path it leads to, anchor or nothing) of the links to files."""
    for text in TEXTS:
        source = re.sub(r"^```.*?^```", "", text.read_text(encoding="utf-8"), flags=re.M | re.S)
        for address in re.findall(r"\]\(([^)\s]+)\)", source):
            path, _, anchor = address.partition("#")
            if path and ":" not in path and "../build/" not in path:
                yield text, text.parent / path, anchor


def test_links_lead_to_files():
    found = [(text.name, path) for text, path, _ in links()]
    assert len(found) > 40
    assert [link for link in found if not link[1].exists()] == []


def test_links_to_cells_lead_to_headings():
    found = [(path, anchor) for _, path, anchor in links() if anchor and path.suffix == ".ipynb"]
    assert len(found) > 5
    for path, anchor in found:
        text = path.read_text(encoding="utf-8")
        headings = re.findall(r'"#+ (.+?)(?:\\n)?"', text)  # in a notebook's JSON
        assert anchor in [heading.replace(" ", "-") for heading in headings], anchor


def test_the_first_page_names_each_part_and_how_long_it_takes_to_read():
    text = FRONT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*\*(\d) .*?\]\((.*?)\).*\| (\d+) min,", text, re.M)
    assert [row[1] for row in rows] == [path.name for path in LESSONS]
    assert [int(row[0]) for row in rows] == [int(path.name[:2]) for path in LESSONS]
    for (*_, minutes), path in zip(rows, LESSONS, strict=True):
        cells = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
        assert int(minutes) == pytest.approx(len(" ".join(cells).split()) / 150, abs=4), path.name


def test_the_first_page_leads_to_all_decks_solutions_and_texts():
    text = FRONT.read_text(encoding="utf-8")
    for path in LESSONS:
        assert f"(../build/{path.stem}.slides.html)" in text
    for path in (*SOLUTIONS, *texts_in(FRONT.parent), GLOSSARY):
        assert f"({path.relative_to(FRONT.parent).as_posix()})" in text
    for page in PAGES:
        assert f"(../build/{page.__name__}.html)" in text
