"""Turn a notebook into one HTML file that a browser can show without a network.

This module has two exporters for nbconvert: one makes a page, the other makes slides. The HTML
file holds everything it needs. Formulas become MathML. The slides hold a copy of reveal.js (MIT
licence).
"""

import copy
import re
from importlib.metadata import distribution
from pathlib import Path

import jinja2
from nbconvert import HTMLExporter

from .formulas import FormulaRenderer, math_font, render
from .outside import outside_addresses

TEMPLATES = Path(__file__).resolve().parent / "templates"


class PageExporter(HTMLExporter):
    """The exporter that makes a page: `jupyter nbconvert --to gan_tutorial_page`."""

    layout, suffix = "page", ".html"

    def __init__(self, **options):
        """Make an exporter; `options` go to nbconvert's `HTMLExporter`."""
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
        """The options that this exporter sets; an option on the command line has priority."""
        config = super().default_config
        kinds = ["text/html", "text/markdown", "text/latex", "image/svg+xml", "image/gif"]
        kinds += ["image/png", "image/jpeg", "text/plain"]
        config.NbConvertBase.display_data_priority = kinds
        config.CSSHTMLHeaderPreprocessor.style = "friendly"
        return config

    def from_notebook_node(self, notebook, resources=None, **more):
        """Return the HTML of a notebook, and nbconvert's resources.

        Raise ValueError if a formula cannot be drawn, or if the HTML would need another file.
        """
        about = dict((resources or {}).get("metadata", {}))
        name = about.get("name", "notebook")
        resources = {**(resources or {}), "title": title(notebook) or name}
        self.register_filter("markdown2html", _markdown_filter(about.get("path", ""), self.suffix))
        html, resources = super().from_notebook_node(notebook, resources, **more)
        if addresses := outside_addresses(html):
            raise ValueError(f"needs {', '.join(addresses)}, which is not inside the notebook")
        return html.replace("</head>", f"<style>{math_font(html)}</style></head>", 1), resources


class SlidesExporter(PageExporter):
    """The exporter that makes slides: `jupyter nbconvert --to gan_tutorial_slides`."""

    layout, suffix = "slides", ".slides.html"
    file_extension = ".slides.html"
    export_from_notebook = "gan_tutorial slides"

    def from_notebook_node(self, notebook, resources=None, **more):
        """Return the HTML of the slides, and nbconvert's resources.

        The code of a cell is hidden if the cell has the tag "hide-code". On a slide with a
        picture, all code of more than two lines is hidden too, because no room is left in which
        it could be large enough to be read. If no cell has a slide type, each heading begins a
        slide.
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
    """Return a list that holds a list of cells for each slide."""
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
    """Return the HTML of the index; `entries` are pairs (file name without suffix, title)."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("index.html.j2")
    return template.render(entries=entries)


def title(notebook):
    """Return the first main heading (# ...) of a notebook, or None if there is no heading."""
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = (re.search(r"^# +(.+?) *$", text, re.MULTILINE) for text in texts)
    return next((heading[1] for heading in headings if heading), None)


def _reveal():
    # the files are found without an import, because the import would load all of Sphinx
    return distribution("sphinx-revealjs").locate_file("sphinx_revealjs/_static/revealjs")


def _markdown_filter(folder, suffix):
    @jinja2.pass_context
    def markdown2html(context, source):
        attachments = context["cell"].get("attachments", {})
        renderer = _Renderer(suffix, path=str(folder), attachments=attachments)
        return render(source, renderer)

    return markdown2html


class _Renderer(FormulaRenderer):
    """The renderer of Markdown with formulas, in which links to notebooks lead to their pages."""

    def __init__(self, suffix, **options):
        super().__init__(escape=False, embed_images=True, **options)
        self.suffix = suffix

    def link(self, text, url, title=None):
        # a link to another file of the project becomes text, because only pages are in the folder
        if notebook := re.fullmatch(r"(?:\.\./|solutions/)?([^/:]+)\.ipynb(#.*)?", url):
            url = f"{notebook[1]}{self.suffix}{notebook[2] or ''}"
        elif not re.match(r"[a-z]+:|#|//", url, re.I):
            return text
        return super().link(text, url, title)
