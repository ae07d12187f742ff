"""Turn a notebook into one HTML file that a browser can show without a network.

This module has two exporters for nbconvert: one makes a page, the other makes slides. The HTML
file holds everything it needs. Formulas become MathML. The slides hold a copy of reveal.js (MIT
licence).
"""

import base64
import copy
import re
from html import escape
from importlib.metadata import distribution
from pathlib import Path

import jinja2
import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from . import slides
from .fonts import math_font
from .links import address_on_page
from .markdown import to_html
from .notebooks import cell_name, has_slides, tags
from .outputs import draws, with_shown_streams
from .outside import outside_addresses
from .pictures import embedded
from .tags import closed, with_attribute
from .typeset import Typesetter

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
        config.CSSHTMLHeaderPreprocessor.style = "xcode"  # all its colours can be read
        return config

    def from_notebook_node(self, notebook, resources=None, **more):
        """Return the HTML of a notebook, and nbconvert's resources.

        A formula that cannot be drawn stands there as LaTeX, and a warning names its cell. Raise
        ValueError if the HTML would need another file.
        """
        about = dict((resources or {}).get("metadata", {}))
        name = about.get("name", "notebook")
        resources = {**(resources or {}), "title": title(notebook) or name}
        resources |= {"has_slides": has_slides(notebook), "download": _download(notebook)}
        resources["dark_code"] = HtmlFormatter(style="monokai").get_style_defs(".highlight")
        notebook = with_shown_streams(notebook)
        filters = _Filters(notebook, f"{name}.ipynb", about.get("path", ""), self.suffix)
        for each in (filters.markdown2html, filters.latex2html, filters.shown_html):
            self.register_filter(each.__name__, jinja2.pass_context(_unbound(each)))
        html, resources = super().from_notebook_node(notebook, resources, **more)
        html = filters.with_kept(html)
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
        it could be large enough to be read. If no cell begins a slide, each heading does.
        """
        notebook = copy.deepcopy(notebook)
        slides.arrange(notebook)
        for cells in slides.split(notebook.cells):
            drawn = any(map(draws, cells))
            for cell in cells:
                is_long = drawn and cell.cell_type == "code" and cell.source.count("\n") > 1
                if is_long or "hide-code" in tags(cell):
                    cell.metadata["transient"] = {"remove_source": True}
        return super().from_notebook_node(notebook, resources, **more)


class _Filters:
    """The filters that the templates use for the cells of one notebook.

    Each filter keeps its HTML and returns a mark, because nbconvert reads and writes the page
    with BeautifulSoup, which closes elements at other places than a browser does.
    """

    def __init__(self, notebook, name, folder, suffix):
        self.typesetter = Typesetter(notebook, name)
        self.folder, self.suffix, self.kept = str(folder), suffix, []

    def with_kept(self, html):
        """Return a page with the HTML of the filters in place of their marks."""
        return re.sub(r"<!--kept (\d+)-->", lambda mark: self.kept[int(mark[1])], html)

    def markdown2html(self, context, source):
        """Return the HTML of the Markdown of a cell or of an output."""
        return self._embedded(context, to_html(source, self._typeset(context), self._address))

    def latex2html(self, context, source):
        """Return the HTML of an output of LaTeX."""
        return self._keep(self._typeset(context)(escape(source, quote=False)))

    def shown_html(self, context, source):
        """Return the HTML of an output of HTML; JupyterLab draws the formulas in it too."""
        return self._embedded(context, self._typeset(context)(closed(source)))

    def _typeset(self, context):
        cell = context["cell"]
        for source in cell.metadata.pop(slides.LEFT_OUT, []):
            self.typesetter.note_macros(source)
        return lambda html: self.typesetter.typeset(html, cell_name(cell))

    def _embedded(self, context, html):
        # because a screen reader would announce the empty corner of a table as a heading
        html = re.sub(r"<th((?:\s[^>]*)?)>\s*</th>", r"<td\1></td>", html)
        html = with_attribute(html, {("a", "href")}, lambda url: self._address(url) or "")
        return self._keep(embedded(html, self.folder, context["cell"].get("attachments")))

    def _keep(self, html):
        self.kept.append(html)
        return f"<!--kept {len(self.kept) - 1}-->"

    def _address(self, url):
        return address_on_page(url, self.folder, self.suffix)


def _unbound(method):
    def function(context, source):
        return method(context, source)

    return function


def title(notebook):
    """Return the first main heading (# ...) of a notebook, or None if there is no heading."""
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = (re.search(r"^# +(.+?) *$", text, re.MULTILINE) for text in texts)
    return next((heading[1] for heading in headings if heading), None)


def _download(notebook):
    """Return a notebook without its outputs in base64, or nothing if it has no cells to run."""
    if all(cell.cell_type != "code" or not cell.source for cell in notebook.cells):
        return ""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return base64.b64encode(nbformat.writes(notebook).encode()).decode()


def _reveal():
    # the files are found without an import, because the import would load all of Sphinx
    return distribution("sphinx-revealjs").locate_file("sphinx_revealjs/_static/revealjs")
