"""Test every slide of every notebook in a real browser without a network."""

import re
import shutil
import sys
import unicodedata

import nbformat
import pytest
from helpers import LESSONS, needs_browser, write_notebook
from pypdf import PdfReader

import lecture_pages
from gan_tutorial.__main__ import main
from lecture_pages import decks as slides

# Find the faults of the current slide: an element that is cut off, an element without a size, and
# LaTeX that did not become a formula. What is folded away is left out.
FAULTS = """() => {
  const slide = Reveal.getCurrentSlide(), content = slide.querySelector(".content");
  const frame = document.querySelector(".slides").getBoundingClientRect();
  const faults = [];
  if (content.scrollHeight > content.clientHeight + 1) faults.push("too high");
  const shown = "p, li, pre, img, math, table, h1, h2, h3";
  for (const element of content.querySelectorAll(shown)) {
    if (element.closest("aside, details:not([open]) > :not(summary)")) continue;
    const box = element.getBoundingClientRect();
    const name = `${element.tagName} ${element.textContent.trim().slice(0, 30)}`;
    if (box.width === 0 || box.height === 0) faults.push(`${name}: not drawn`);
    if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.bottom > frame.bottom + 2)
      faults.push(`${name}: outside of the slide`);
    if (element.scrollWidth > element.clientWidth + 1 && element.tagName === "PRE")
      faults.push(`${name}: cut off`);
  }
  for (const element of content.querySelectorAll(":is(p, li, td):not(:has(code))"))
    if (/\\$|\\\\[a-z]+/.test(element.innerText)) faults.push(`no formula: ${element.innerText}`);
  return faults;
}"""


# Find the elements of the handout that lie partly outside of their page.
CUT_OFF = """() => [...document.querySelectorAll(".pdf-page")].flatMap((page, number) => {
  const frame = page.getBoundingClientRect();
  const shown = page.querySelectorAll(".content :is(p, li, pre, img, math, table, h1, h2, h3)");
  return [...shown].filter((element) => {
    const box = element.getBoundingClientRect();
    const isOutside = box.bottom > frame.bottom + 2 || box.right > frame.right + 2;
    return isOutside && !element.closest("aside, details:not([open]) > :not(summary)");
  }).map((element) => `page ${number + 1}: ${element.tagName} ${element.textContent.slice(0, 30)}`);
})"""


# Return the text of each slide, without what is folded and the elements that hold a formula.
TEXTS = """() => Reveal.getSlides().map((slide) => {
  const folded = "details:not([open]) > :not(summary), details:not([open]) > :not(summary) *";
  const shown = slide.querySelectorAll(".content :is(p, li, pre, td, th, h1, h2, h3)");
  const plain = [...shown].filter((element) => !element.matches(`aside *, ${folded}, :has(math)`));
  return plain.map((element) => element.textContent).join(" ");
})"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    return {path.stem: slides.make_slides(path, folder) for path in LESSONS}


@needs_browser
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=str)
@pytest.mark.parametrize("name", [path.stem for path in LESSONS])
def test_every_slide_is_whole_and_needs_no_network(name, size, decks):
    with slides.browser() as chromium:
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
        walk(page, decks[name].as_uri())


def walk(page, address):
    """Go through all slides of a deck without a network, and fail if a slide has a fault."""
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.context.set_offline(True)
    page.goto(address)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    faults = {}
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        if found := page.evaluate(FAULTS):
            faults[number + 1] = found
        page.evaluate("Reveal.next()")
    assert faults == {}
    assert complaints == []
    assert [url for url in requests if url != address and not url.startswith("data:")] == []


def test_decks_are_below_8_megabytes(decks):
    assert max(path.stat().st_size for path in decks.values()) < 8e6


@needs_browser
def test_what_overflows_is_named(tmp_path, capsys):
    long = "# A long slide\n\n" + "\n\n".join(["word " * 30] * 40)
    path = write_notebook(tmp_path / "long.ipynb", "# One", long)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    notebook.cells[1].id = "the-long-one"
    nbformat.write(notebook, path)
    assert main(["slides", str(path), "--output", str(tmp_path)]) == 0
    complaint = capsys.readouterr().err
    assert complaint.count("pixels too high") == 1
    assert re.search(r'slide 2\.1, "A long slide" \(cell the-long-one\): \d+ pixels', complaint)


@needs_browser
@pytest.mark.parametrize("name", [path.stem for path in LESSONS])
def test_the_handout_has_a_page_for_each_slide_with_all_of_its_words(name, decks, tmp_path):
    deck = shutil.copy(decks[name], tmp_path)
    with slides.browser() as chromium:
        texts = slides.open_deck(chromium, deck).evaluate(TEXTS)
    pdf = slides.make_handout(deck)
    assert pdf == tmp_path / f"{name}.slides.pdf"
    printed = [page.extract_text() for page in PdfReader(pdf).pages]
    missing = [words(text) - words(page) for text, page in zip(texts, printed, strict=True)]
    assert missing == [set()] * len(texts)


def words(text):
    plain = unicodedata.normalize("NFKC", text)  # because a PDF has ligatures
    return set(re.findall(r"\w{3,}", plain))


@needs_browser
def test_light_and_dark(decks):
    style = "getComputedStyle(document.querySelector('.reveal-viewport')).backgroundColor"
    with slides.browser() as chromium:
        light, dark = (
            slides.open_deck(chromium, decks["03_checkpoints"], query) for query in ("", "?dark")
        )
        white = "rgb(255, 255, 255)"
        assert light.evaluate(style) == white != dark.evaluate(style)
        dark.keyboard.press("d")
        assert dark.evaluate(style) == white


def test_long_code_beside_a_picture_is_hidden(tmp_path):
    path = write_notebook(tmp_path / "code.ipynb", "# Slides")
    notebook = nbformat.read(path, as_version=4)
    output = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})
    for source in ("a = 1\nb = 2\nc = 3", "short = 1"):
        cell = nbformat.v4.new_code_cell(source, execution_count=1)
        notebook.cells.append(cell)
    notebook.cells[-1].outputs = [output]
    notebook.cells.append(
        nbformat.v4.new_code_cell(
            "x = 1\ny = 2\nz = 3",
            execution_count=1,
            metadata={"slideshow": {"slide_type": "slide"}},
        )
    )
    tagged = nbformat.v4.new_code_cell(
        "secret", execution_count=1, metadata={"tags": ["hide-code"]}
    )
    notebook.cells.append(tagged)
    nbformat.write(notebook, path)
    text = re.sub(r"<[^>]+>", "", slides.make_slides(path, tmp_path).read_text(encoding="utf-8"))
    assert "short = 1" in text
    assert "b = 2" not in text
    assert "y = 2" in text
    assert "secret" not in text


def test_a_notebook_that_was_not_executed_is_refused(tmp_path, capsys):
    path = write_notebook(tmp_path / "new.ipynb", "# New", "1 + 1")
    assert main(["slides", str(path), "--output", str(tmp_path)]) == 1
    assert "'new.ipynb' was not executed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_the_others_are_made_all_the_same(tmp_path, capsys):
    bad = write_notebook(tmp_path / "bad.ipynb", "# Bad", "1 + 1")
    good = write_notebook(tmp_path / "good.ipynb", "# Good")
    folder, missing, output = (tmp_path / name for name in ("a.ipynb", "missing.ipynb", "out"))
    folder.mkdir()
    names = map(str, (bad, folder, missing, good))
    assert main(["slides", *names, "--output", str(output)]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if "Chromium" not in line]
    assert [re.findall(r"(\w+)\.ipynb", line) for line in lines] == [["bad"], ["a"], ["missing"]]
    assert (output / "good.slides.html").exists()
    assert not list(output.glob("bad*"))


def test_headings_begin_slides_where_nothing_is_said_of_them(tmp_path):
    texts = ("# One", "> more of it", "## Two\n\ntext", "### Below two", "> end", "## Three")
    path = write_notebook(tmp_path / "plain.ipynb", *texts)
    deck = (
        slides.make_slides(path, tmp_path)
        .read_text(encoding="utf-8")
        .split('<div class="slides">')[1]
    )
    seen = re.findall(r'<section|</section|<h\d id="[\w-]+"|<p>more|<p>end', deck)
    section, end = "<section", "</section"
    assert seen == [
        *(section, section, '<h1 id="One"', "<p>more", end, end),
        *(section, section, '<h2 id="Two"', end),
        *(section, '<h3 id="Below-two"', "<p>end", end, end),
        *(section, section, '<h2 id="Three"', end, end),
    ]


@pytest.mark.parametrize("text", ["{}", "[]", '{"nbformat": 4}', "no JSON", ""])
def test_what_is_no_notebook_is_said(text, tmp_path, capsys):
    path = tmp_path / "odd.ipynb"
    path.write_text(text, encoding="utf-8")
    assert main(["slides", str(path), "--output", str(tmp_path / "out")]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "'odd.ipynb' is not a notebook: " in line
    assert list(tmp_path.iterdir()) == [path]


def test_a_notebook_that_stopped_is_refused(tmp_path):
    path = write_notebook(tmp_path / "half.ipynb", "# Half")
    notebook = nbformat.read(path, as_version=4)
    error = nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=[])
    notebook.cells.append(nbformat.v4.new_code_cell("x", outputs=[error], execution_count=3))
    nbformat.write(notebook, path)
    with pytest.raises(ValueError, match=r"'half.ipynb' stopped with an error in cell In \[3\]"):
        slides.make_slides(path, tmp_path)


def test_two_notebooks_of_one_name_are_refused(tmp_path, capsys):
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(str(write_notebook(tmp_path / folder / "same.ipynb", f"# {folder}")))
    assert main(["slides", *paths, "--output", str(tmp_path / "out")]) == 1
    assert "two notebooks have the same name" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_browser_that_does_not_start_is_said(tmp_path, monkeypatch):
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho requires the chromium snap >&2\nexit 1\n", encoding="utf-8")
    stub.chmod(0o755)
    monkeypatch.setattr(slides, "BROWSERS", (str(stub),))
    with pytest.raises(OSError, match="chromium' does not start"), slides.browser():
        pass


@needs_browser
@pytest.mark.parametrize("name", [path.stem for path in LESSONS])
def test_nothing_is_cut_off_in_print(name, decks):
    with slides.browser() as chromium:
        page = slides.open_deck(chromium, decks[name], "?print-pdf")
        page.wait_for_selector(".pdf-page")
        assert page.evaluate(CUT_OFF) == []


@needs_browser
def test_code_in_a_note_does_not_count(tmp_path):
    long = "# Long\n\n" + "\n\n".join(["word " * 30] * 10)
    path = write_notebook(tmp_path / "note.ipynb", long, "# Note\n\n```\ncode\n```")
    notebook = nbformat.read(path, as_version=4)
    for cell, kind in zip(notebook.cells, ("slide", "notes"), strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
    nbformat.write(notebook, path)
    assert slides.overflowing_slides(slides.make_slides(path, tmp_path)) == []


def test_no_notebook_and_no_browser_are_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["slides"]) == 1
    assert "no notebook in 'notebooks'" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    path = write_notebook(tmp_path / "one.ipynb", "# One")
    assert main(["slides", str(path), "--output", str(tmp_path)]) == 0
    assert "no Chromium or Chrome here" in capsys.readouterr().err
    with pytest.raises(OSError, match="Chromium or Chrome is needed"):
        slides.make_handout(tmp_path / "one.slides.html")


def test_nbconvert_knows_the_exporter(tmp_path):
    from nbconvert.exporters import get_exporter

    assert get_exporter("gan_tutorial_slides").__name__ == "SlidesExporter"


def test_a_missing_package_is_named_with_the_way_to_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nbformat", None)  # as if it were not installed
    for name in [name for name in sys.modules if name.startswith("lecture_pages.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(lecture_pages, "decks")
    assert main(["slides", str(tmp_path / "any.ipynb")]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "nbformat" in line
    assert "gan_tutorial[notebooks]" in line
