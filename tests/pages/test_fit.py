"""Test in a real browser that slides are as large as their content allows."""

import nbformat
import pytest
from helpers import needs_browser, write_notebook

from lecture_pages import decks

DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
LAST = {
    "formula": "so $\\frac{a}{b}$",
    "tall formula": "so $\\displaystyle\\sum_{i=1}^{n} \\frac{\\sqrt{a}}{b^2}$",
    "formula on its line": "$$\\int_0^1 \\frac{1}{x}$$",
    "tagged": "$$x^2 \\tag{1}$$",
    "h1": "# End",
    "h2": "## End",
    "h3": "### End",
    "list": "- one\n- two $x_i$",
    "quote": "> quoted $\\hat{x}$",
    "table": "| a |\n|---|\n| $x^2$ |",
    "code": "```\nx = 1\n```",
    "script": "10<sup>2</sup> and H<sub>2</sub>O",
    "picture": f"<img alt='' src='{DOT}'>",
    "details": "<details><summary>more</summary>\n\ntext\n\n</details>",
}
SIZES = "[...document.querySelectorAll('.content')].map((one) => one.style.transform)"


def deck_of(tmp_path, *sources):
    notebook = nbformat.v4.new_notebook()
    for source in sources:
        metadata = {"slideshow": {"slide_type": "slide"}}
        notebook.cells.append(nbformat.v4.new_markdown_cell(source, metadata=metadata))
    path = tmp_path / "fit.ipynb"
    nbformat.write(notebook, path)
    return decks.make_slides(path, tmp_path)


@needs_browser
def test_a_last_line_does_not_shrink_a_slide(tmp_path):
    deck = deck_of(tmp_path, *(f"## Start\n\ntext\n\n{last}" for last in LAST.values()))
    assert decks.overflowing_slides(deck) == []
    with decks.browser() as chromium:
        page = decks.open_deck(chromium, deck)
        for _ in LAST:
            page.evaluate("Reveal.next()")
        sizes = page.evaluate(SIZES)
    assert dict(zip(LAST, sizes, strict=True)) == dict.fromkeys(LAST, "scale(1)")


@needs_browser
def test_a_heading_alone_has_its_full_size(tmp_path):
    deck = deck_of(tmp_path, "# Title $x^2$", "### Small")
    assert decks.overflowing_slides(deck) == []
    with decks.browser() as chromium:
        page = decks.open_deck(chromium, deck)
        page.evaluate("Reveal.next()")
        assert page.evaluate(SIZES) == ["scale(1)", "scale(1)"]


@needs_browser
@pytest.mark.parametrize("last", ["text", "so $\\frac{a}{b}$", "## End"])
def test_a_slide_that_is_too_full_shrinks_and_one_that_is_far_too_full_is_named(tmp_path, last):
    full, overfull = ("\n\n".join(["word " * 20] * count) for count in (11, 40))
    deck = deck_of(tmp_path, f"{full}\n\n{last}", f"# Overfull\n\n{overfull}\n\n{last}")
    [line] = decks.overflowing_slides(deck)
    assert line.startswith('slide 2.1, "Overfull"')
    with decks.browser() as chromium:
        page = decks.open_deck(chromium, deck)
        scale = float(page.evaluate(SIZES)[0].removeprefix("scale(").removesuffix(")"))
        is_cut = "(e) => e.scrollHeight > e.clientHeight + 1"
        assert not page.eval_on_selector(".content", is_cut)
    assert 0.64 <= scale < 1


@needs_browser
def test_a_handout_has_one_page_for_each_slide(tmp_path):
    from pypdf import PdfReader

    full = "\n\n".join(["word " * 20] * 11)
    deck = deck_of(tmp_path, "# One\n\n$$x^2$$", f"## Two\n\n{full}\n\nlast $x$", "## End")
    pages = [page.extract_text() for page in PdfReader(decks.make_handout(deck)).pages]
    assert len(pages) == 3
    assert "last" in pages[1]


@needs_browser
def test_warnings_name_only_what_is_too_large(tmp_path, recwarn):
    path = write_notebook(tmp_path / "some.ipynb", "# One", "## Two\n\nso $\\frac{a}{b}$", "## End")
    list(decks.make_decks([path], tmp_path))
    assert [str(each.message) for each in recwarn if "pixels" in str(each.message)] == []
