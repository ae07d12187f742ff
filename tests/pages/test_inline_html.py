"""Test that HTML in Markdown is what JupyterLab shows, and that it ends with its cell."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import needs_browser, render

from lecture_pages import decks
from lecture_pages.exporters import PageExporter, SlidesExporter

both = pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])


def cells_of(tmp_path, *sources, exporter=PageExporter):
    """Return the elements of Markdown cells, as a browser builds them."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(s) for s in sources])
    html = render(notebook, tmp_path / "some.ipynb", exporter)
    return BeautifulSoup(html, "html.parser").select(".jp-MarkdownOutput")


@both
@pytest.mark.parametrize(
    ("source", "tag", "text"),
    [
        ("10<sup>2</sup> m", "sup", "2"),
        ("H<sub>2</sub>O", "sub", "2"),
        ("a <b>bold *word*</b> b", "b", "bold word"),
        ('see <a href="https://e.org/?a=1&amp;b=2">here</a>', "a", "here"),
        ("a <span style='color: red'>red</span> b", "span", "red"),
        ("<kbd>Ctrl</kbd>+<kbd>C</kbd>", "kbd", "Ctrl"),
        ("| a |\n|---|\n| x<sup>3</sup> |", "sup", "3"),
        ("# A <em>title</em>", "em", "title"),
        ("- <u>item</u>", "u", "item"),
        ("<div align='center'>\n\n**in** it\n\n</div>", "div", "in it"),
        ("<p><mark>a</mark>", "mark", "a"),
        ("$x$ <i>y</i>", "i", "y"),
    ],
)
def test_an_element_holds_its_text(tmp_path, source, tag, text, exporter):
    [cell] = cells_of(tmp_path, source, exporter=exporter)
    assert cell.find(tag).get_text().strip() == text


@both
def test_a_link_has_its_address(tmp_path, exporter):
    sources = ('<a href="https://e.org" target="_blank">e</a> <a href="other.ipynb#Part">o</a> ',)
    sources = (sources[0] + "<a href='data.csv'>d</a> <a id='here'></a> <a href=\"#here\">h</a>",)
    [cell] = cells_of(tmp_path, *sources, exporter=exporter)
    addresses = {link.get_text(): link.get("href") for link in cell.find_all("a")}
    page = f"other{exporter.suffix}#Part"
    assert addresses == {"e": "https://e.org", "o": page, "d": None, "": None, "h": "#here"}


@both
@pytest.mark.parametrize(
    "source",
    [
        "<details>\n<summary>Solution</summary>\n\nhidden **bold** $x$\n\n</details>",
        "<details><summary>Solution</summary>hidden</details>",
        "Q? <details><summary>Solution</summary>\n\nhidden\n\n</details>",
        "- item\n\n  <details><summary>Solution</summary>\n\n  hidden\n\n  </details>",
    ],
)
@needs_browser
def test_details_are_closed_and_hold_what_they_hide(tmp_path, source, exporter):
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("# One", source, "after")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    file = tmp_path / f"some{exporter.suffix}"
    file.write_text(render(notebook, tmp_path / "some.ipynb", exporter), encoding="utf-8")
    with decks.browser() as chromium:
        page = chromium.new_page()
        page.goto(file.as_uri())
        if exporter is SlidesExporter:
            page.wait_for_function("window.Reveal && Reveal.isReady()")
        details = page.query_selector("details")
        closed = details.inner_text()
        page.click("summary")
        opened = details.inner_text()
        outside = page.evaluate("[...document.querySelectorAll('p')].at(-1).closest('details')")
    assert "hidden" not in closed
    assert "hidden" in opened
    assert outside is None


@both
@pytest.mark.parametrize(
    "source",
    [
        "<details><summary>s</summary>\n\nx",
        "<div>\n\nx",
        "a</div></section>",
        "<b>x",
        "<!-- x",
        "<style>",
        "<style>p > b {}",
        "<textarea>x",
    ],
)
def test_a_tag_without_its_end_costs_only_its_cell(tmp_path, source, exporter):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(text) for text in (source, "after")]
    )
    html = render(notebook, tmp_path / "some.ipynb", exporter)
    after = BeautifulSoup(html, "html.parser").find(string="after")
    parents = [parent.name for parent in after.parents]
    assert not {"details", "b"} & set(parents)
    body = re.sub(r"<!--.*?-->", "", html.split("<body>")[1], flags=re.DOTALL).split("<script")[0]
    for tag in ("div", "section", "details", "b"):
        assert len(re.findall(rf"<{tag}[\s>]", body)) == body.count(f"</{tag}>")


def test_html_comments_and_entities_stay_as_they_are(tmp_path):
    [cell] = cells_of(tmp_path, "a &lt;b&gt; &amp; c &nbsp;d <!-- secret --> e < f > g")
    assert " ".join(cell.get_text().split()) == "a <b> & c d e < f > g"
