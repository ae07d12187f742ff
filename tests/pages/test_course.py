"""Test what leads from page to page: the contents, previous and next, the search, a download."""

import base64
import json
import re
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import needs_browser, read, write_notebook
from PIL import Image
from pypdf import PdfReader
from test_folder import links

from lecture_pages import __main__ as tool
from lecture_pages.ours import MARK

LESSONS = ["index.html", "01_first.html", "02_second.html", "03_third.html"]
SKIP = {"slideshow": {"slide_type": "skip"}}


def build(folder, *names):
    paths = [str(folder / name) for name in names]
    return tool.main(["build", "--no-execute", "--output", str(folder / "built"), *paths])


def write(path, text):
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Return the folder of a small course: three lessons, a solution, a glossary, a text."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "solutions").mkdir()
    write(
        folder / "README.md", "# My course\n\n[first](01_first.ipynb)\n\n## Who\n\n![Us](us.png)\n"
    )
    Image.new("L", (3, 3)).save(folder / "us.png")
    reference = "```{reference} gan_tutorial games\n```"
    write(folder / "text.md", f"# A text\n\n{reference}\n\n## Below\n\nEnd.\n")
    link = "[**term**](glossary.ipynb#Old-term)"
    write_notebook(folder / "01_first.ipynb", f"# First\n\nA {link}.", "## Größe & <b>", "1 + 1")
    first = read(folder / "01_first.ipynb")
    first.cells[2].execution_count = 1
    nbformat.write(first, folder / "01_first.ipynb")
    write_notebook(folder / "02_second.ipynb", "# Second", "## One\n\nA walrus.", "### Two", "## 3")
    write_notebook(folder / "03_third.ipynb", "# Third", "## One\n\nThe walrus, and an otter.")
    write_notebook(folder / "solutions" / "01_solutions.ipynb", "# Solutions: First")
    glossary = write_notebook(folder / "glossary.ipynb", "# Glossary", "## Old term\n\nA *word*.")
    notebook = read(glossary)
    for cell in notebook.cells:
        cell.metadata = SKIP
    nbformat.write(notebook, glossary)
    return folder


@pytest.fixture(scope="module")
def built(source):
    """Return the folder of the course's pages, among them one that draws in a browser."""
    live = source / "built" / "draw.html"
    live.parent.mkdir()
    write(live, f'<html class="browser-page"><head>{MARK}<title>Draw</title></head></html>')
    names = [path.name for path in sorted(source.glob("*.ipynb"))]
    assert build(source, *names, "text.md", "solutions/01_solutions.ipynb") == 0
    return source / "built"


def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def contents(path):
    """Return pairs (address, text) of the links of a page's contents."""
    found = soup(path).select("#contents a")
    return [(unquote(link["href"]), link.get_text()) for link in found]


def test_each_page_names_all_pages(built):
    expected = [
        *(
            ("01_first.html", "1 First"),
            ("02_second.html", "2 Second"),
            ("03_third.html", "3 Third"),
        ),
        ("01_solutions.html", "Solutions: First"),
        *(("glossary.html", "Glossary"), ("text.html", "A text"), ("search.html", "Search")),
        ("draw.html", "Draw"),
    ]
    made = {path.name for path in built.glob("*.html") if ".slides" not in path.name}
    assert {name for name, _ in expected} | {"index.html"} == made
    for name in made - {"draw.html"}:
        found = contents(built / name)
        assert [link for link in found if not link[0].startswith("#")] == expected, name
        current = soup(built / name).select("#contents [aria-current=page]")
        assert [link["href"] for link in current] == ([name] if name != "index.html" else [])


def test_the_contents_have_the_sections_of_the_page(built):
    sections = [link for link in contents(built / "02_second.html") if link[0].startswith("#")]
    assert sections == [("#One", "One"), ("#3", "3")]
    [(address, text)] = [link for link in contents(built / "01_first.html") if link[0][0] == "#"]
    assert text == "Größe &"  # the heading's <b> is no text
    assert soup(built / "01_first.html").find(id=address[1:]).name == "h2"


def test_previous_and_next_follow_the_order_of_the_lessons(built):
    turns = {name: soup(built / name).select(".turn a") for name in LESSONS}
    found = {name: {link["rel"][0]: link["href"] for link in turns[name]} for name in LESSONS}
    assert found == {
        "index.html": {"next": "01_first.html"},
        "01_first.html": {"next": "02_second.html"},
        "02_second.html": {"prev": "01_first.html", "next": "03_third.html"},
        "03_third.html": {"prev": "02_second.html"},
    }
    assert soup(built / "glossary.html").select(".turn a") == []


def test_the_first_page_is_the_text(built):
    page = soup(built / "index.html")
    assert page.title.get_text() == "My course"
    assert page.find(id="Who")
    assert page.find("img", alt="Us")["src"].startswith("data:image/png;base64,")
    assert [link["href"] for link in page.select("main p > a")] == ["01_first.html"]
    assert "README" not in page.get_text()


def test_what_has_no_slides_has_no_deck_and_decks_do_not_lead_there(built):
    assert {path.name for path in built.glob("*.slides.html")} == {
        *("01_first.slides.html", "02_second.slides.html", "03_third.slides.html"),
        "01_solutions.slides.html",
    }
    assert "glossary" not in (built / "01_first.slides.html").read_text(encoding="utf-8")
    [link] = soup(built / "01_first.html").select('main a[href^="glossary"]')
    assert link["href"] == "glossary.html#Old-term"
    assert soup(built / "glossary.html").find(id="Old-term")


def test_the_download_is_the_notebook_without_outputs(built, source):
    [link] = soup(built / "01_first.html").select("a[download]")
    assert link["download"] == "01_first.ipynb"
    kind, _, data = link["href"].partition(";base64,")
    found = nbformat.reads(base64.b64decode(data).decode(), as_version=4)
    nbformat.validate(found)
    assert kind == "data:application/x-ipynb+json"
    original = read(source / "01_first.ipynb")
    original.cells[2].execution_count = None
    assert found == original
    assert soup(built / "glossary.html").select("a[download]") == []


def test_to_build_one_page_again_changes_no_other(built, source):
    before = {path.name: path.read_bytes() for path in built.iterdir()}
    assert build(source, "02_second.ipynb") == 0
    assert {path.name: path.read_bytes() for path in built.iterdir()} == before


def test_an_unknown_directive_costs_its_own_page(tmp_path, capsys):
    write(tmp_path / "odd.md", "# Odd\n\n```{nonsense} x\n```\n")
    write_notebook(tmp_path / "good.ipynb", "# Good")
    assert build(tmp_path, "odd.md", "good.ipynb") == 1
    assert "odd.md: 'odd.md': the directive 'nonsense' is unknown" in capsys.readouterr().err
    assert links(tmp_path / "built" / "index.html") == {"good.html", "good.slides.html"}


def test_the_index_of_the_search_holds_each_section(built):
    index = json.loads(soup(built / "search.html").find(id="search-index").string)
    found = {(each["file"], each["heading"]): each["text"] for each in index}
    assert found["02_second.html", "One"] == "A walrus."
    assert found["glossary.html", "Old term"] == "A word."
    assert ("index.html", "Who") in found
    headings = {(each["file"], each["id"]) for each in index}
    for file, name in headings:
        assert soup(built / file).find(id=name), (file, name)


@pytest.fixture(scope="module")
def open_page(built):
    """Return a function that opens a page of the course; nothing may be asked for or complain."""
    from lecture_pages.decks import browser

    heard = []
    with browser() as chromium:

        def open_page(address, **options):
            page = chromium.new_context(offline=True, **options).new_page()
            page.on("console", lambda message: heard.append(message.text))
            page.on("pageerror", lambda error: heard.append(str(error)))
            page.on("request", lambda request: heard.append(request.url))
            page.goto(f"{built.as_uri()}/{address}")
            return page

        yield open_page
    pages = re.compile(rf"{re.escape(built.as_uri())}/[\w.]+\.html[?#]?|data:")
    assert [text for text in heard if not pages.match(text)] == []


@needs_browser
def test_a_search_leads_to_the_sections(open_page):
    page = open_page("02_second.html")
    page.keyboard.press("/")
    page.keyboard.type("WALRUS otter")
    page.keyboard.press("Enter")
    page.wait_for_selector("#found li")
    assert page.locator("#found a").all_inner_texts() == ["One"]
    assert page.locator("#found mark").all_inner_texts() == ["walrus", "otter"]
    assert page.locator("#asked").inner_text() == "One section has all these words."
    page.click("#found a")
    assert page.url.endswith("/03_third.html#One")


@needs_browser
@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("walrus", "One"),
        ("What is the old-term?", "Old term"),
        ("otters", "One"),
        ("größe", "Größe &"),
        ("gt.games.trajectory", "games.trajectory"),
        ("nonsense OTTER", "One"),
    ],
)
def test_the_search_puts_first_what_was_asked_for(open_page, question, heading):
    page = open_page("search.html")
    page.fill("[role=search] input", question)
    assert page.locator("#found a").first.inner_text() == heading
    has_all = not page.locator("#asked").inner_text().startswith("No section has all")
    assert has_all == ("nonsense" not in question)


@needs_browser
@pytest.mark.parametrize("question", ["otterly", "§(", "<img src=x onerror=alert(1)>", "a" * 9999])
def test_strange_questions_find_nothing_and_break_nothing(open_page, question):
    page = open_page("search.html")
    page.fill("[role=search] input", question)
    assert page.locator("#found img").count() == 0
    page.fill("[role=search] input", "")
    assert page.locator("#found li").count() == 0
    assert page.locator("#asked").inner_text().startswith("Type words")


@needs_browser
def test_a_search_is_in_the_address(open_page):
    page = open_page("search.html")
    page.fill("[role=search] input", "walrus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=walrus")
    page.click("#found a")
    page.go_back()
    assert page.input_value("[role=search] input") == "walrus"


@needs_browser
def test_the_contents_are_the_first_stop_of_the_keyboard(open_page):
    page = open_page("02_second.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#contents') !== null")


@needs_browser
def test_paper_shows_what_is_folded_and_breaks_long_lines(built, open_page, tmp_path):
    page = open_page("text.html")
    page.evaluate("""document.querySelector("main").insertAdjacentHTML("beforeend",
      "<details><summary>Answer</summary><p>hidden otter</p></details><pre>"
      + "x".repeat(300) + "END</pre>")""")
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    text = "".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages)
    assert "hidden otter" in text
    assert "END" in text
    assert page.locator("main details[open]").count() == 0


@needs_browser
def test_without_javascript_the_headings_are_there(open_page):
    page = open_page("search.html", java_script_enabled=False)
    page.click("summary >> text=The headings of all pages")
    page.click("main >> text=Old term")
    assert page.url.endswith("/glossary.html#Old-term")


@needs_browser
@pytest.mark.parametrize("name", ["index.html", "search.html", "02_second.html", "text.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_a_page(open_page, complaints_of_axe, name, scheme):
    page = open_page(name, color_scheme=scheme)
    assert complaints_of_axe(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@needs_browser
def test_the_contents_show_where_one_is(open_page):
    page = open_page("text.html", viewport={"width": 1200, "height": 300})
    page.evaluate("location.hash = 'Below'")
    page.wait_for_selector("#contents a[aria-current=location] >> text=Below")


@needs_browser
def test_the_right_arrow_shows_every_slide(open_page):
    page = open_page("02_second.slides.html")
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    seen = []
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        seen.append(page.evaluate("Reveal.getCurrentSlide().querySelector('h1, h2, h3').id"))
        page.keyboard.press("ArrowRight")
    assert seen == ["Second", "One", "Two", "3"]
