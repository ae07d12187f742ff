"""Make a course of pages: what is on each, what comes before and after, where to search.

A page is one file that needs no other, so that each page holds the list of all pages. The list
is filled in when all pages are there.
"""

import json
import re
from dataclasses import dataclass
from urllib.parse import quote

import jinja2

from gan_tutorial.files.whole import whole_file

from .exporters import TEMPLATES, PageExporter, title
from .names import DECK, FRONT, INDEX, SEARCH, is_own, notebooks_in, page_of, texts_in
from .notebooks import has_slides
from .ours import browser_pages_in, check_ours, is_ours
from .places import fill
from .sections import sections_of
from .texts import notebook_of, read

JINJA = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
LESSONS, REFERENCE, LIVE = "Parts of the course", "To look things up", "To play with"


@dataclass(frozen=True)
class Page:
    """A page of a course: its file, what it is called in lists, its deck if it has one."""

    file: str
    label: str
    group: str
    deck: str | None = None


def write_course(notebooks, output):
    """Write the first page and the search of a course, and let all its pages lead on.

    Return the path of the first page. The course is every notebook and text in the folders of
    `notebooks`, above and below them, whose page is in `output`, and the pages there that draw in
    a browser.
    """
    folders = folders_of(notebooks)
    text = _front_text(folders[0])
    front, find = read(text) if text else notebook_of("# All pages"), notebook_of("# Search")
    pages = pages_of(folders, output)
    live = [Page(file, name, LIVE) for file, name in browser_pages_in(output)]
    search, first = Page(SEARCH, "Search", REFERENCE), Page(INDEX, title(front), "")
    groups = grouped([*pages, search, *live])
    _write(output / INDEX, front, folders[0], "" if text else _part("list", groups))
    _write(output / SEARCH, find, folders[0], _search([first, *pages, *live], output))
    for page in (first, *pages, search):
        _lead_on(output / page.file, page, groups)
    return output / INDEX


def folders_of(notebooks):
    """Return the folders of a course: that of its lessons, and those below, with solutions."""
    folders = {path.resolve().parent for path in notebooks}
    tops = {each.parent if notebooks_in(each.parent) else each for each in folders}
    below = {path.parent for top in tops for path in top.glob("*/*.ipynb") if is_own(path)}
    return [*sorted(tops), *sorted((below | folders) - tops)]


def pages_of(folders, output):
    """Return the pages in `output` of the notebooks and texts in some folders."""
    paths = [path for each in folders for path in (*notebooks_in(each), *texts_in(each))]
    there = [path for path in paths if is_ours(output / page_of(path))]
    return [_page(path, folders[0]) for path in there if page_of(path) not in (INDEX, SEARCH)]


def _page(path, first_folder):
    try:
        notebook = read(path)
    except (OSError, ValueError):  # the notebook has changed since its page was made
        return Page(page_of(path), path.stem, LESSONS)
    number = re.match(r"0*(\d+)_", path.stem) if path.parent == first_folder else None
    label = f"{number[1]} {title(notebook)}" if number else title(notebook) or path.stem
    if not has_slides(notebook):
        return Page(page_of(path), label, REFERENCE)
    group = LESSONS if path.parent == first_folder else path.parent.name.capitalize()
    return Page(page_of(path), label, group, f"{path.stem}{DECK}")


def grouped(pages):
    """Return pairs (name, pages) of the groups of pages: the lessons first, then as they come."""
    names = dict.fromkeys([LESSONS, *(p.group for p in pages if p.deck), REFERENCE, LIVE])
    groups = [(name, [page for page in pages if page.group == name]) for name in names]
    return [(name, those) for name, those in groups if those]


def _front_text(folder):
    """Return the path of the text of the first page, or None if the course has none."""
    path = folder / FRONT
    return path if path.is_file() else None


def _search(pages, output):
    """Return the HTML that searches the headings and texts of some pages."""
    index = [
        {"page": page.label, "file": page.file, **vars(section)}
        for page in pages
        for section in sections_of((output / page.file).read_text(encoding="utf-8"))
    ]
    # no text may end the element that holds it
    text = json.dumps(index, ensure_ascii=False).replace("<", r"\u003c")
    return JINJA.get_template("search.html.j2").render(index=text, sections=index)


def _write(path, notebook, folder, html):
    """Write a page that is made of a notebook in a folder, and of HTML below it."""
    check_ours(path)
    resources = {"metadata": {"name": path.stem, "path": str(folder)}}
    page, _ = PageExporter().from_notebook_node(notebook, resources)
    _replace(path, fill(page, list=html))


def _lead_on(path, page, groups):
    """Fill in what a page says of the others: the contents, and what comes before and after."""
    html = path.read_text(encoding="utf-8")
    sections = [section for section in sections_of(html) if section.level == 2]
    contents = _part("contents", groups, page, sections)
    html = fill(html, contents=contents, turn=_part("turn", *_neighbours(page, groups)))
    _replace(path, html)
    if page.deck and is_ours(deck := path.with_name(page.deck)):
        link = f'<a class="as-page" href="{quote(page.file)}">Read as a page</a>'
        _replace(deck, fill(deck.read_text(encoding="utf-8"), page=link))


def _replace(path, html):
    with whole_file(path) as temporary:
        temporary.write_text(html, encoding="utf-8")


def _neighbours(page, groups):
    """Return the lessons before and after a page, or None; the first lesson follows INDEX."""
    lessons = next((those for _, those in groups if page in those), [])
    if page.file == INDEX:
        lessons = [page, *groups[0][1]]
    elif not page.deck:
        return None, None
    at = lessons.index(page)
    return (lessons[at - 1] if at else None), next(iter(lessons[at + 1 :]), None)


def _part(name, *values):
    """Return the HTML that a macro of the template makes."""
    return getattr(JINJA.get_template("pages.html.j2").module, name)(*values)
