"""Test what all notebooks must fulfil, and the program that executes and renders notebooks."""

import re
from html.parser import HTMLParser

import nbformat
import pytest
from helpers import GLOSSARY, LESSONS, NOTEBOOKS, SOLUTIONS, read, render, tagged, write_notebook

from browser_pages.pages import PAGES
from lecture_pages import __main__ as tool
from lecture_pages import execute
from lecture_pages import exporters as pages
from lecture_pages.names import page_of, texts_in
from lecture_pages.outside import outside_addresses

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def headings(path, level):
    """Return the headings of one level; a comment in fenced code is not a heading."""
    cells = (cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    text = re.sub(r"^```.*?^```", "", "\n".join(cells), flags=re.MULTILINE | re.DOTALL)
    return re.findall(rf"^{'#' * level} +(.+?) *$", text, re.MULTILINE)


def output_texts(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            texts = [output.get("text", ""), *output.get("data", {}).values()]
            kinds = ["text/plain", *output.get("data", {})]
            for kind, text in zip(kinds, texts, strict=True):
                if kind.startswith("text/"):
                    yield re.sub(r"base64,[^\"')]*", "", text)


def test_there_are_notebooks():
    assert LESSONS
    assert [path.stem[:2] for path in SOLUTIONS] == [path.stem[:2] for path in LESSONS]


@every_notebook
def test_has_one_title(path):
    assert len(headings(path, 1)) == 1


@every_notebook
def test_metadata_is_normalised(path):
    notebook = read(path)
    assert notebook.metadata == execute.METADATA
    names = {name for cell in notebook.cells for name in cell.metadata}
    assert names <= {"alt", "slideshow", "tags"}
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@every_notebook
def test_was_executed_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_outputs_hold_no_errors_warnings_or_paths(path):
    outputs = [output for cell in code_cells(path) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    for text in output_texts(path):
        assert "Warning" not in text
        assert not re.findall(r"(?<![\w/:.<)])/[\w.-]+/[\w./-]+|\b[A-Z]:\\\w+", text)


@every_lesson
def test_every_picture_is_described(path):
    drawing = [cell for cell in code_cells(path) if "image/" in str(cell.outputs)]
    assert drawing
    assert [cell.source for cell in drawing if not cell.metadata.get("alt")] == []


@every_lesson
def test_every_slide_has_a_heading(path):
    slides = [
        cell
        for cell in read(path).cells
        if cell.metadata.get("slideshow", {}).get("slide_type") in ("slide", "subslide")
    ]
    headed = [cell.cell_type == "markdown" and cell.source.startswith("#") for cell in slides]
    assert [cell.source for cell, good in zip(slides, headed, strict=True) if not good] == []


@every_notebook
def test_code_cells_are_short(path):
    lengths = [len(cell.source.splitlines()) for cell in code_cells(path)]
    assert max(lengths) <= 20


@every_notebook
def test_can_be_rendered(path):
    assert Loaded(render(read(path), path, pages.SlidesExporter)).addresses == []


@every_lesson
def test_ends_with_exercises_that_have_a_check(path):
    ends = headings(path, 2)
    assert "Exercises" in ends[-2:]
    number = int(path.stem[:2])
    exercises, checks = tagged(path, r"exercise-.*"), tagged(path, r"check-.*")
    assert checks
    assert list(exercises) == [f"exercise-{number}-{i + 1}" for i in range(len(exercises))]
    assert list(checks) == [tag.replace("exercise", "check") for tag in exercises]


@every_lesson
def test_exercises_are_solved_and_checked_alike(path):
    solutions = tagged(solutions_of(path), r"(solution|check)-\d+-\d+")
    checks, exercises = tagged(path, r"check-\d+-\d+"), tagged(path, r"exercise-\d+-\d+")
    assert 2 <= len(exercises) <= 4
    for tag, source in checks.items():
        assert solutions[tag] == source
    for tag, source in exercises.items():
        stub, solution = source.splitlines(), solutions[tag.replace("exercise", "solution")]
        assert stub[0] == solution.splitlines()[0]
        assert "..." in stub[-1]


@every_lesson
def test_stubs_fail_their_checks_and_solutions_pass(path):
    # the saved outputs are enough here, because CI executes the cells with nbval and compares
    for notebook, begin in ((path, "No answer yet: "), (solutions_of(path), "Right.")):
        cells = [
            cell
            for cell in code_cells(notebook)
            if any(tag.startswith("check-") for tag in cell.metadata.get("tags", []))
        ]
        for cell in cells:
            printed = [output.text for output in cell.outputs if output.get("name") == "stdout"]
            lines = "".join(printed).splitlines()
            assert any(line.startswith(begin) for line in lines), cell.source


def solutions_of(path):
    return path.parent / "solutions" / f"{path.stem[:2]}_solutions.ipynb"


# From here on the program runs on notebooks of a few cells


class Loaded(HTMLParser):
    """A parser that collects the addresses of the files that a page loads."""

    def __init__(self, html):
        super().__init__()
        self.addresses = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        names = () if tag == "a" else ("src", "srcset", "href", "xlink:href", "poster")
        found = [value for name, value in attributes if name in names]
        self.addresses += [value for value in found if not value.startswith("data:")]
        self.add_from_style(dict(attributes).get("style", ""))

    def handle_data(self, data):
        if self.cdata_elem == "style":
            self.add_from_style(data)

    def add_from_style(self, text):
        self.addresses += re.findall(r"url\(\s*(?![\"']?data:)[^)]*\)|@import[^;]*", text)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build two notebooks: the first fails, and the second has every kind of output."""
    folder = tmp_path_factory.mktemp("notebooks with space")
    failing = write_notebook(folder / "01_failing.ipynb", "# Failing", "1", "half = 1 / 0")
    good = write_notebook(
        folder / "02_good.ipynb",
        "# A *good* one\n\n[before](01_failing.ipynb), <https://arxiv.org/abs/1406.2661>",
        "import io\nimport PIL.Image\nfrom IPython.display import SVG, Image, Latex, display",
        "def image(kind):\n    file = io.BytesIO()\n"
        "    PIL.Image.new('L', (2, 2)).save(file, kind)\n"
        "    return Image(data=file.getvalue(), format=kind)\n",
        "display(image('png'), image('jpeg'), image('gif'), Latex('$$x^2 \\\\tag{7}$$'))\n"
        'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\'))',
        "print('hello'); 40 + 2",
    )
    before = good.read_bytes()
    status = tool.main(["build", "--output", str(folder / "built"), str(failing), str(good)])
    assert good.read_bytes() == before
    return status, folder / "built"


def test_build_goes_on_after_a_failure(built):
    status, folder = built
    assert status == 1
    names = ["02_good.html", "02_good.slides.html", "index.html", "search.html"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert "02_good.slides.html" in (folder / "index.html").read_text(encoding="utf-8")
    assert "01_failing" not in (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["02_good.html", "02_good.slides.html", "index.html", "search.html"]
)
def test_built_files_load_nothing(built, name):
    html = (built[1] / name).read_text(encoding="utf-8")
    assert Loaded(html).addresses == []
    assert outside_addresses(html) == []


@pytest.mark.parametrize("suffix", [".html", ".slides.html"])
def test_built_files_show_every_output(built, suffix):
    html = (built[1] / f"02_good{suffix}").read_text(encoding="utf-8")
    for kind in ("png", "jpeg", "gif", "svg+xml"):
        assert f'src="data:image/{kind};base64,' in html
    assert ">(7)</mtext>" in html
    assert "hello" in html
    assert ">42" in html.replace("\n", "")
    assert f'href="01_failing{suffix}"' in html


@pytest.mark.parametrize("exporter", [pages.PageExporter, pages.SlidesExporter])
def test_a_live_widget_leaves_nothing(exporter, tmp_path):
    path = write_notebook(tmp_path / "widget.ipynb", "# Widget")
    notebook = read(path)
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "VBox()"}
    outputs = [nbformat.v4.new_output("display_data", data) for data in (view, {"text/plain": "7"})]
    notebook.cells.append(nbformat.v4.new_code_cell("show", execution_count=1, outputs=outputs))
    html = render(notebook, path, exporter)
    assert "VBox" not in html
    assert "<pre>7</pre>" in html


def test_slides_follow_the_metadata(tmp_path):
    kinds = {"one": "slide", "two": "subslide", "three": "fragment", "four": "-"}
    kinds |= {"five": "skip", "six": "notes", "seven": "slide"}
    path = write_notebook(tmp_path / "slides.ipynb", *(f"# {name}" for name in kinds))
    notebook = read(path)
    for cell, kind in zip(notebook.cells, kinds.values(), strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
    html = render(notebook, path, pages.SlidesExporter).split('<div class="slides">')[1]
    seen = re.findall(r'<section|</section|<aside|class="fragment"|<h1 id="(?:\w+)"', html)
    section, end = "<section", "</section"
    assert seen == [
        *(section, section, '<h1 id="one"', end),
        *(section, '<h1 id="two"', 'class="fragment"', '<h1 id="three"', '<h1 id="four"'),
        *("<aside", '<h1 id="six"', end, end),
        *(section, section, '<h1 id="seven"', end, end),
    ]


def test_a_page_folds_set_up_cells_and_the_code_of_pictures(tmp_path):
    path = write_notebook(tmp_path / "folded.ipynb", "# Title", "one = 1", "two = 2", "three = 3")
    notebook = read(path)
    for cell, tag in zip(notebook.cells[1:], ("set-up", "hide-code", "other"), strict=True):
        cell.metadata["tags"] = [tag]
    html = render(notebook, path)
    folded = re.findall(
        r"<details class=\"folded\"><summary>(.*?)</summary>(.*?)</details>", html, re.S
    )
    assert [name for name, _ in folded] == ["Set-up", "Code"]
    assert [re.sub(r"<[^>]*>|\s", "", code) for _, code in folded] == ["one=1", "two=2"]
    assert "three" in re.sub(r"<details.*?</details>", "", html, flags=re.S)


def test_notes_are_folded_on_a_page_and_open_for_the_speaker(tmp_path):
    notes = "<details><summary>For the lecturer</summary>\n\nAsk *them*.\n\n</details>"
    path = write_notebook(tmp_path / "notes.ipynb", "# Title")
    notebook = read(path)
    notebook.cells.append(nbformat.v4.new_markdown_cell(notes))
    for cell, kind in zip(notebook.cells, ("slide", "notes"), strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
    page, deck = render(notebook, path), render(notebook, path, pages.SlidesExporter)
    assert re.search(r"<details><summary>For the lecturer</summary>\s*<p>Ask", page)
    aside = re.search(r"<aside.*?</aside>", deck, re.S)[0]
    assert "<p>Ask <em>them</em>.</p>" in aside
    assert "<details" not in aside


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="" src="https://example.org/x.png">',
        "<script src=//example.org/x.js></script>",
        '<link rel="stylesheet" href="http://example.org/x.css">',
        "<style>@import 'https://example.org/x.css';</style>",
        '<p style="background: url(https://example.org/x.png)">.</p>',
        "<script type=module>import x from 'https://example.org/x.mjs'</script>",
        "<script>fetch('https://example.org/x')</script>",
        '<img alt="a > b" src="HTTPS://example.org/x">',
        '<p style="background:url(&quot;https://example.org/x&quot;)">.</p>',
        '<img srcset="data:image/png;base64,AA 1x, https://example.org/2 2x" alt="">',
        '<video src="movie-of-example.org.mp4"></video>',
        "![](picture-of-example.org.png)",
    ],
)
def test_an_outside_address_is_refused(tmp_path, html):
    path = write_notebook(tmp_path / "outside.ipynb", f"# Outside\n\n{html}")
    with pytest.raises(ValueError, match=r"needs .*example\.org.*, which is not inside"):
        render(read(path), path)


def test_code_that_names_an_address_is_only_shown(tmp_path):
    text = "# Shown\n\n`background: url(https://example.org/x.png)` <https://example.org>"
    path = write_notebook(tmp_path / "shown.ipynb", text)
    assert "https://example.org/x.png" in render(read(path), path)


@pytest.mark.parametrize("suffix", [".html", ".slides.html"])
def test_links_lead_to_what_is_built(suffix):
    exporter = pages.PageExporter if suffix == ".html" else pages.SlidesExporter
    there = {path.stem + suffix for path in NOTEBOOKS} | {"index.html", "search.html"}
    there |= {f"{page.__name__}.html" for page in PAGES}
    there |= {page_of(path) for path in [GLOSSARY, *texts_in(NOTEBOOKS[0].parent)]}
    there |= {path.stem + ".slides.html" for path in NOTEBOOKS}
    for path in NOTEBOOKS:
        html = render(read(path), path, exporter).split("<body")[1].split("<script")[0]
        links = re.findall(r'<a [^>]*?href="([^"]+)"', html)
        local = {link.partition("#")[0] for link in links if ":" not in link}
        assert local - {""} <= there


def test_a_full_stop_stays_with_its_formula(tmp_path):
    path = write_notebook(tmp_path / "stop.ipynb", "# Stop\n\nIt is $x^2$, or $y$. And $z$ too.")
    html = render(read(path), path)
    kept = re.findall(r'<span class="unbroken"><math>(.*?)</math>(.*?)</span>', html)
    assert [(re.sub("<[^>]+>", "", formula), sign) for formula, sign in kept] == [
        ("x2", ","),
        ("y", "."),
    ]


@every_notebook
def test_no_code_is_marked_as_a_mistake(path):
    assert 'class="err"' not in render(read(path), path)


def test_the_text_for_a_picture_is_text(tmp_path):
    path = write_notebook(tmp_path / "picture.ipynb", "# Picture")
    notebook = read(path)
    output = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})
    text = 'a "b" onerror="x" <i>'
    cell = nbformat.v4.new_code_cell("1", outputs=[output], metadata={"alt": text})
    notebook.cells.append(cell)
    images, parser = [], HTMLParser()
    parser.handle_starttag = lambda tag, found: tag == "img" and images.append(dict(found))
    parser.feed(render(notebook, path))
    assert [(image["alt"], "onerror" in image) for image in images] == [(text, False)]


def test_refresh_keeps_the_old_notebook_where_a_cell_fails(tmp_path, capsys):
    path = write_notebook(tmp_path / "failing.ipynb", "# Failing", "x = 1", "x / 0  # here")
    before = path.read_bytes()
    assert tool.main(["refresh", str(path)]) == 1
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    first = capsys.readouterr().err.splitlines()[0]
    assert (
        first == "failing.ipynb: cell In [2], 'x / 0  # here': ZeroDivisionError: division by zero"
    )


def test_refresh_is_normalised_and_repeatable(tmp_path, capsys):
    path = write_notebook(
        tmp_path / "good.ipynb",
        "# Good",
        "import os, sys\nprint('a', flush=True)\nprint('b')",
        "print(os.path.basename(os.getcwd()))",
    )
    notebook = read(path)
    notebook.metadata = {"kernelspec": {"name": "other", "display_name": "other"}, "widgets": {}}
    notebook.cells[1].metadata = {"tags": ["nbval-check-output"], "scrolled": True}
    notebook.cells[1].execution_count = 7
    nbformat.write(notebook, path)
    assert tool.main(["refresh", str(path)]) == 0
    once = path.read_bytes()
    refreshed = read(path)
    assert refreshed.metadata == execute.METADATA
    assert [cell.id for cell in refreshed.cells] == [cell.id for cell in notebook.cells]
    assert [cell.metadata for cell in refreshed.cells] == [{}, {"tags": ["nbval-check-output"]}, {}]
    assert [cell.execution_count for cell in refreshed.cells[1:]] == [1, 2]
    texts = [[output.text for output in cell.outputs] for cell in refreshed.cells[1:]]
    assert texts == [["a\nb\n"], [f"{tmp_path.name}\n"]]
    assert tool.main(["refresh", str(path)]) == 0
    assert path.read_bytes() == once
    assert capsys.readouterr().out.startswith("good: 2 cells, ")


@pytest.mark.parametrize(
    ("number", "formula"),
    [
        ("1", r"v(\theta^{(g)}, \theta^{(d)}) = \mathbb{E}_{x\sim p_\mathrm{data}}\log d(x)"),
        ("2", r"g^* = \underset{g}{\operatorname{arg\,min}}\,\underset{d}{\max}\,v(g, d)"),
        (
            "3a",
            r"\begin{aligned} d^*(x) &= \frac{p'(x)}{p(x)} \\ &\le 1 \qquad x > 0 \end{aligned}",
        ),
        ("4", r"\lVert x \rVert_2 = \sqrt{x \cdot x}, \text{ if } x \in \mathbb{R}^n"),
    ],
)
def test_a_formula_becomes_mathml_with_its_number(tmp_path, number, formula):
    source = f"# $x$\n\nIt is\n$$\n{formula}\n\\tag{{{number}}}\n$$\nso."
    path = write_notebook(tmp_path / "formula.ipynb", source)
    html = render(read(path), path)
    display = re.findall(r'<math display="block">.*?</math>', html, re.DOTALL)
    assert len(display) == 1
    assert display[0].endswith(f"<mtext>({number})</mtext></mtd></mtr></mtable></math>")
    assert not re.search(r"[\\$&]", re.sub(r"&[gl]t;", "", display[0]))


def test_lines_of_an_environment_have_the_numbers_they_are_given(tmp_path):
    source = "# Lines\n\n\\begin{align}\na &= b \\tag{5} \\\\\nc &= d\n\\end{align}"
    path = write_notebook(tmp_path / "lines.ipynb", source)
    html = render(read(path), path)
    assert re.findall(r"<mtext>(.*?)</mtext>", html) == ["(5)"]


@pytest.mark.parametrize(
    "source",
    [
        "`a = $x$` and `b = $$y$$` and `$`",
        "```\n$$\nx\n$$\n```",
        "```python\nprint('$x$')\n```",
        "    indented $x$ code",
        "coffee is $5, beer $7, or 5 $ and 7 $",
        r"\$x\$",
    ],
)
def test_code_and_prices_are_no_formulas(tmp_path, source):
    path = write_notebook(tmp_path / "code.ipynb", f"# Code\n\n{source}")
    html = render(read(path), path)
    assert "<math" not in html
    text = re.sub(r"<[^>]*>", "", html.split("<main>")[1])
    assert text.count("$") == source.count("$")
