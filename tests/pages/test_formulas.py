"""Compare the formulas of pages and decks with what JupyterLab 4.6 shows.

The right values were read off in JupyterLab: each formula is given as the text of its MathML.
"""

import re
import warnings
from html import unescape

import nbformat
import pytest
from helpers import read, render, write_notebook

from gan_tutorial.__main__ import main
from lecture_pages import __main__ as tool
from lecture_pages.exporters import PageExporter, SlidesExporter


def shown(tmp_path, *sources, exporter=PageExporter):
    """Return the HTML of Markdown cells, with ⟦formulas⟧ as text and without other tags."""
    html = body(tmp_path, *sources, exporter=exporter)
    html = re.sub(r"<math(?: [^>]*)?>(.*?)</math>", r"⟦\1⟧", html, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", "", html)).replace("\u2061", "").replace("¶", "")
    return " ".join(text.split())


def body(tmp_path, *sources, exporter=PageExporter):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(s) for s in sources])
    html = render(notebook, tmp_path / "some.ipynb", exporter)
    start = "<main>" if exporter is PageExporter else '<div class="slides">'
    return html.split(start)[1].split("<script")[0].split("</main>")[0]


@pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a $ x $ b, $x $ c, $ y$ d", "a ⟦x⟧ b, ⟦x⟧ c, ⟦y⟧ d"),
        ("$ 5 + 3 $ and $5 \\cdot 3$", "⟦5+3⟧ and ⟦5⋅3⟧"),
        ("$a$5 and 3$b$", "⟦a⟧5 and 3⟦b⟧"),
        ("$a\n+ b$ text", "⟦a+b⟧ text"),
        ("$$\na\n+ b\n- c\n$$", "⟦a+b−c⟧"),
        ("- item $a\n  - b$ end", "item ⟦a−b⟧ end"),
        ("a $x\n> y$ b", "a ⟦x>y⟧ b"),
        ("$a\n1. b$", "⟦a1.b⟧"),
        ("$a_1$ and _it_ $b_1$", "⟦a1⟧ and it ⟦b1⟧"),
        ("$a *b$ c* d", "⟦a∗b⟧ c* d"),
        ("$x<y$ and $a>b$ & c", "⟦x<y⟧ and ⟦a>b⟧ & c"),
        (r"\\(x\\) and \\[y\\] and \(z\)", "⟦x⟧ and ⟦y⟧ and (z)"),
        (r"$\text{if $x$}$", "⟦if x⟧"),
        ("$$a\n\nb$$", "$$a b$$"),
        ("[l $x$](https://e.org/$a$)", "l ⟦x⟧"),
        ("It costs $5 and 10 $ here", "It costs $5 and 10 $ here"),
        ("**Price:** $5 to $6, and $x$", "Price: $5 to $6, and ⟦x⟧"),
        ("10 $; $ x $, 5 $, 6 $ and 7$, 8$", "10 $; ⟦x⟧, 5 $, 6 $ and 7$, 8$"),
        (r"\\$5 and \\$6", "$5 and $6"),
        ("only $5 here", "only $5 here"),
        ("@@0@@ $x$ @@7@@", "@@0@@ ⟦x⟧ @@7@@"),
        ("    a `$x$`\n    \\begin{align}b\\end{align}", "a `$x$` \\begin{align}b\\end{align}"),
        ("1. one\n   ```sh\n   echo $HOME\n   ```\n   costs $x$", "one echo $HOME costs ⟦x⟧"),
        ("`\\begin{align}` and `\\end{align}`", "\\begin{align} and \\end{align}"),
    ],
)
def test_a_text_has_the_formulas_that_jupyterlab_shows(tmp_path, source, text, exporter):
    assert shown(tmp_path, source, exporter=exporter) == text


def test_a_table_with_a_bar_in_a_formula_is_a_table(tmp_path):
    html = body(tmp_path, "| a | b |\n|---|---|\n| $p(x|z)$ | $2 \\| 3$ |")
    cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    assert [re.sub("<[^>]+>", "", cell) for cell in cells] == ["p(x|z)", "2‖3"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"$$\begin{equation} E = mc^2 \end{equation}$$", "⟦E=mc2⟧"),
        (r"\begin{equation} E \label{e} \end{equation}", "⟦E⟧"),
        ("\\begin{align}\na &= b \\\\\n+c &= d\n\\end{align}", "⟦a=b+c=d⟧"),
        (r"$$\begin{align} a \tag{1a}\\ b \end{align}$$", "⟦a(1a)b⟧"),
        (r"\begin{eqnarray} a &=& b \end{eqnarray}", "⟦a=b⟧"),
        (r"$$\begin{equation}\begin{split} a &= b \\ &= c \end{split}\end{equation}$$", "⟦a=b=c⟧"),
        (r"\begin{alignat}{2} a &= b \end{alignat}", "⟦a=b⟧"),
        (r"$x\tag{4}$", "⟦x⟧"),
        (r"$$x \tag{$*$}$$", "⟦x(*)⟧"),
    ],
)
def test_only_a_tag_gives_a_number(tmp_path, source, text):
    assert shown(tmp_path, source) == text


def test_references_show_the_tags_of_the_whole_notebook(tmp_path):
    first = r"\begin{align} a \tag{1}\label{eq:one} \\ c \label{eq:two} \end{align}"
    second = r"\eqref{eq:one}, \ref{eq:one}, $x \eqref{eq:one}$, \eqref{eq:two}, \ref{none}"
    assert shown(tmp_path, first, second).endswith("(1), 1, ⟦x(1)⟧, (???), ???")
    html = body(tmp_path, first, second)
    [address] = set(re.findall(r'<a href="#([^"]+)">\(?1', html))
    assert f'id="{address}"' in html
    assert shown(tmp_path, r"see \eqref{l}", r"$$x\tag{9}\label{l}$$").startswith("see (9)")


@pytest.mark.parametrize(
    ("definition", "used", "text"),
    [
        (r"$\newcommand{\E}{\mathbb{E}}$", r"$\E x$", "⟦𝔼x⟧"),
        (r"$$\newcommand\E[2]{\mathbb{E}_{#1}[#2]}$$", r"$\E{p}{x}$", "⟦𝔼p[x]⟧"),
        (r"$\def\foo#1{#1^2}$", r"$\foo x$", "⟦x2⟧"),
        (r"$\newcommand{\nk}[2][3]{#1#2}$", r"$\nk{a}$ $\nk[4]{b}$", "⟦3a⟧ ⟦4b⟧"),
        (r"$\DeclareMathOperator{\KL}{KL}$", r"$\KL(q)$", "⟦KL(q)⟧"),
        (r"$\newcommand{\a}{x}\renewcommand{\a}{y}$", r"$\a$", "⟦y⟧"),
        (r"$\let\eps=\varepsilon$", r"$\eps$", "⟦ε⟧"),
        (r"$\newcommand{\a}{\b}\newcommand{\b}{z}\newcommand{\c}{\nosuch}$", r"$\a$", "⟦z⟧"),
    ],
)
def test_a_macro_lives_through_the_notebook(tmp_path, definition, used, text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # what another test has left open
        assert shown(tmp_path, definition, "# Next", used) == f"Next {text}"


@pytest.mark.parametrize("kind", ["skip", "notes", "-"])
def test_a_macro_of_a_cell_on_no_slide_lives_on(tmp_path, kind):
    sources = ["# One", r"$\newcommand{\E}{\mathbb{E}}$", r"$\E x$"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(s) for s in sources])
    notebook.cells[1].metadata["slideshow"] = {"slide_type": kind}
    html = render(notebook, tmp_path / "some.ipynb", SlidesExporter)
    assert "<mi>𝔼</mi><mi>x</mi>" in html


def test_a_macro_does_not_live_in_the_next_notebook(tmp_path):
    shown(tmp_path, r"$\newcommand{\mine}{x}$")
    with pytest.warns(UserWarning, match=r"mine"):
        assert shown(tmp_path, r"$\mine$") == r"$\mine$"


@pytest.mark.parametrize("command", ["slides", "build"])
def test_an_unknown_formula_costs_itself(tmp_path, capsys, command):
    path = write_notebook(tmp_path / "odd.ipynb", "# One", "# Odd $\\nosuch{x}$ and $y$", "# $z$")
    notebook = read(path)
    notebook.cells[1].id = "the-odd-one"
    nbformat.write(notebook, path)
    if command == "slides":
        status = main(["slides", str(path), "--output", str(tmp_path)])
    else:
        status = tool.main(["build", "--no-execute", "--output", str(tmp_path), str(path)])
    assert status == 0
    [line] = [line for line in capsys.readouterr().err.splitlines() if "nosuch" in line]
    assert re.search(r"odd\.ipynb, cell the-odd-one.*\$\\nosuch\{x\}\$.*Unknown command", line)
    html = (tmp_path / "odd.slides.html").read_text(encoding="utf-8")
    assert re.findall(r'<code class="unknown-formula".*?>(.*?)</code>', html) == [r"$\nosuch{x}$"]
    assert html.count("<math>") == 2


def test_formulas_in_outputs_are_drawn(tmp_path):
    data = [
        {"text/latex": r"$\displaystyle x$ and *b*"},
        {"text/latex": r"\begin{equation}a\end{equation}"},
        {"text/html": "<p>$z$ <code>$c$</code></p><td>$5</td><td>$6</td>"},
        {"text/markdown": "md $ y $ **b**"},
    ]
    outputs = [nbformat.v4.new_output("display_data", each) for each in data]
    cell = nbformat.v4.new_code_cell("1", execution_count=1, outputs=outputs)
    html = render(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "some.ipynb")
    formulas = re.findall(r"<math.*?</math>", html, re.DOTALL)
    assert [re.sub("<[^>]+>", "", formula) for formula in formulas] == ["x", "a", "z", "y"]
    assert "*b*" in html
    assert "<code>$c$</code></p><td>$5</td><td>$6</td>" in html


def test_an_escaped_dollar_begins_no_formula(tmp_path):
    assert shown(tmp_path, r"\$x\$ and $y$") == "$x$ and ⟦y⟧"
