"""A notebook as one HTML file, page or slides, that a browser shows without a network."""

import base64
import io
import re
from html import unescape
from importlib.metadata import distribution
from pathlib import Path

import jinja2
from fontTools import subset
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)
from traitlets.config import Config

TEMPLATES = Path(__file__).resolve().parent / "templates"
SUFFIXES = {"page": ".html", "slides": ".slides.html"}


def render(notebook, path, template):
    """Return the HTML of the notebook at `path` by a template, "page" or "slides".

    Raise ValueError for a formula that cannot be drawn, or an address that would be loaded.
    """
    exporter = HTMLExporter(
        template_name=template,
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(TEMPLATES), str(_reveal())],
        filters={"markdown2html": _markdown_filter(path.parent, SUFFIXES[template])},
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        config=_config(),
    )
    about = {"metadata": {"name": path.stem}, "title": title(notebook) or path.stem}
    html, _ = exporter.from_notebook_node(notebook, about)
    if addresses := outside_addresses(html):
        raise ValueError(f"needs a network for {', '.join(addresses)}")
    return html.replace("</head>", f"<style>{_math_font(html)}</style></head>", 1)


def render_index(entries):
    """Return the HTML of the list of pages; `entries` are pairs (stem, title)."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("index.html.j2")
    return template.render(entries=entries)


def title(notebook):
    """Return the first H1 of a notebook, or None."""
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = (re.search(r"^# +(.+?) *$", text, re.MULTILINE) for text in texts)
    return next((heading[1] for heading in headings if heading), None)


def outside_addresses(html):
    """Return what a browser would load from elsewhere for this HTML; links do not count."""
    attribute = r"""<(?!a\b)\w[^<>]*?\s(?:src|href|xlink:href|srcset|poster|data)\s*=\s*["']?\s*"""
    rule = r"""url\(\s*["']?|@import\s+["']|\bimport\s*\(?[^;"']{0,200}["']"""
    return re.findall(rf"(?:{attribute}|{rule})((?:https?:)?//[^\s\"'<>)]+)", html)


def mathml(latex, display=True):
    r"""Return a formula as MathML, which browsers draw by themselves; \tag{n} is at the right.

    Raise ValueError that names the formula where it has a command that is not known.
    """
    try:
        converter = LatexToMathML(fancy_error=False)
        formula = converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"formula {latex.strip()!r}: {error}") from None
    # headings are parsed as XML, which does not know this name
    return formula.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")


def _config():
    kinds = ["text/html", "text/markdown", "text/latex", "image/svg+xml", "image/gif"]
    config = Config()
    config.NbConvertBase.display_data_priority = [*kinds, "image/png", "image/jpeg", "text/plain"]
    config.CSSHTMLHeaderPreprocessor.style = "friendly"
    return config


def _reveal():
    # only the static files: importing the package would import Sphinx
    return distribution("sphinx-revealjs").locate_file("sphinx_revealjs/_static/revealjs")


def _markdown_filter(folder, suffix):
    @jinja2.pass_context
    def markdown2html(context, source):
        attachments = context["cell"].get("attachments", {})
        renderer = _Renderer(suffix, path=str(folder), attachments=attachments)
        return MarkdownWithMath(renderer, inline=_Inline(hard_wrap=False)).render(source)

    return markdown2html


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown, with MathML for formulas and pages for notebooks."""

    def __init__(self, suffix, **options):
        super().__init__(escape=False, embed_images=True, **options)
        self.suffix = suffix

    def inline_math(self, body):
        return mathml(body, display=False)

    def block_math(self, body):
        return mathml(rf"\begin{{equation*}}{body}\end{{equation*}}" if r"\tag" in body else body)

    def latex_environment(self, name, body):
        # with a star, as Jupyter has it: what has no \tag has no number
        starred = name.removesuffix("*") + "*"
        return mathml(rf"\begin{{{starred}}}{body}\end{{{starred}}}")

    def link(self, text, url, title=None):
        return super().link(text, re.sub(r"^([^/:]+)\.ipynb\b", rf"\1{self.suffix}", url), title)


class _Inline(MathInlineParser):
    # as Pandoc: no space inside of the dollars, no digit after them; so $5 and 5 $ are prices
    SPECIFICATION = MathInlineParser.SPECIFICATION | {
        "inline_math_tex": r"(?<![$\\])\$(?=[^\s$])"
        r"(?P<math_inline_tex>(?:[^$`\\]|\\.)+?)"
        r"(?<!\s)\$(?!\d)"
    }


def _math_font(html):
    # without a font made for it, brackets, roots and sums do not grow with what they hold
    options = subset.Options(flavor="woff", layout_features=["*"], hinting=False)
    path = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
    font, subsetter, file = subset.load_font(path, options), subset.Subsetter(options), io.BytesIO()
    for table in font["cmap"].tables:
        # browsers do not take the prime that the font has for superscripts by themselves
        table.cmap |= {0x2032: "minute.ssty"} if 0x2032 in table.cmap else {}
    # what they draw though no text has it: the root, and a variable's letter as its italic twin
    drawn = [0x221A, 0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]
    formulas = "".join(re.findall(r"<math.*?</math>", html, re.DOTALL))
    subsetter.populate(text=unescape(formulas), unicodes=drawn)
    subsetter.subset(font)
    subset.save_font(font, file, options)
    data = base64.b64encode(file.getvalue()).decode()
    return f'@font-face {{ font-family: "Math"; src: url("data:font/woff;base64,{data}"); }}'
