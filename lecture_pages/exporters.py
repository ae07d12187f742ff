"""A notebook as one HTML file, page or slides, that a browser shows without a network.

Two exporters of nbconvert, with templates of our own, MathML and reveal.js (MIT licence) inside.
"""

import copy
import re
from importlib.metadata import distribution
from pathlib import Path

import jinja2
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)

from .formulas import math_font, mathml
from .outside import outside_addresses

TEMPLATES = Path(__file__).resolve().parent / "templates"


class PageExporter(HTMLExporter):
    """nbconvert's exporter of a page: `jupyter nbconvert --to gan_tutorial_page`.

    Raise ValueError for a formula that cannot be drawn, or a file that would be loaded.
    """

    layout, suffix = "page", ".html"

    def __init__(self, **options):
        """Make an exporter; `options` are nbconvert's."""
        super().__init__(
            template_name=self.layout,
            extra_template_basedirs=[str(TEMPLATES)],
            extra_template_paths=[str(TEMPLATES), str(_reveal())],
            template_extension=".html.j2",
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            **options,
        )

    @property
    def default_config(self):
        """What this exporter settles; what is given on a command line goes before."""
        config = super().default_config
        kinds = ["text/html", "text/markdown", "text/latex", "image/svg+xml", "image/gif"]
        kinds += ["image/png", "image/jpeg", "text/plain"]
        config.NbConvertBase.display_data_priority = kinds
        config.CSSHTMLHeaderPreprocessor.style = "friendly"
        return config

    def from_notebook_node(self, notebook, resources=None, **more):
        """Return the HTML and nbconvert's resources of a notebook."""
        about = dict((resources or {}).get("metadata", {}))
        name = about.get("name", "notebook")
        resources = {**(resources or {}), "title": title(notebook) or name}
        self.register_filter("markdown2html", _markdown_filter(about.get("path", ""), self.suffix))
        html, resources = super().from_notebook_node(notebook, resources, **more)
        if addresses := outside_addresses(html):
            raise ValueError(f"needs {', '.join(addresses)}, which is not inside")
        return html.replace("</head>", f"<style>{math_font(html)}</style></head>", 1), resources


class SlidesExporter(PageExporter):
    """nbconvert's exporter of slides: `jupyter nbconvert --to gan_tutorial_slides`."""

    layout, suffix = "slides", ".slides.html"
    file_extension = ".slides.html"
    export_from_notebook = "gan_tutorial slides"

    def from_notebook_node(self, notebook, resources=None, **more):
        """Return the HTML and nbconvert's resources, without the code that a hall cannot read.

        On a slide with a picture that is all code of more than two lines, elsewhere that of the
        cells with the tag "hide-code". A notebook that says nothing of slides begins one at each
        heading.
        """
        notebook = copy.deepcopy(notebook)
        if not any(map(_slide_type, notebook.cells)):
            _split_at_headings(notebook.cells)
        for cells in _slides(notebook.cells):
            drawn = any(map(_draws, cells))
            for cell in cells:
                is_long = drawn and cell.cell_type == "code" and cell.source.count("\n") > 1
                if is_long or "hide-code" in cell.metadata.get("tags", []):
                    cell.metadata["transient"] = {"remove_source": True}
        return super().from_notebook_node(notebook, resources, **more)


def _slides(cells):
    """Return the cells of each slide, a list of lists."""
    slides = [[]]
    for cell in cells:
        kind = _slide_type(cell)
        if kind in ("slide", "subslide"):
            slides.append([])
        if kind != "skip":
            slides[-1].append(cell)
    return slides


def _slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type")


def _split_at_headings(cells):
    for cell in cells:
        if heading := cell.cell_type == "markdown" and re.match("#{1,3} ", cell.source):
            kind = "subslide" if heading[0] == "### " else "slide"
            cell.metadata["slideshow"] = {"slide_type": kind}


def _draws(cell):
    kinds = [kind for output in cell.get("outputs", []) for kind in output.get("data", {})]
    return any(kind.startswith("image/") for kind in kinds)


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


def _reveal():
    # only the static files: importing the package would import Sphinx
    return distribution("sphinx-revealjs").locate_file("sphinx_revealjs/_static/revealjs")


def _markdown_filter(folder, suffix):
    @jinja2.pass_context
    def markdown2html(context, source):
        attachments = context["cell"].get("attachments", {})
        renderer = _Renderer(suffix, path=str(folder), attachments=attachments)
        html = MarkdownWithMath(renderer, inline=_Inline(hard_wrap=False)).render(source)
        # browsers break a line between a formula and the full stop after it
        ending = r"(<math>(?:(?!</math>).)*</math>[.,;:?!)]+)"
        return re.sub(ending, r'<span class="unbroken">\1</span>', html, flags=re.DOTALL)

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
        # pages lie in one folder; other files of the project are not beside them
        if notebook := re.fullmatch(r"(?:\.\./|solutions/)?([^/:]+)\.ipynb(#.*)?", url):
            url = f"{notebook[1]}{self.suffix}{notebook[2] or ''}"
        elif not re.match(r"[a-z]+:|#|//", url, re.I):
            return text
        return super().link(text, url, title)


class _Inline(MathInlineParser):
    # as Pandoc: no space inside of the dollars, no digit after them; so $5 and 5 $ are prices
    SPECIFICATION = MathInlineParser.SPECIFICATION | {
        "inline_math_tex": r"(?<![$\\])\$(?=[^\s$])"
        r"(?P<math_inline_tex>(?:[^$`\\]|\\.)+?)"
        r"(?<!\s)\$(?!\d)"
    }
