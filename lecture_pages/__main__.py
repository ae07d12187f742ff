"""Execute the notebooks of a course, and make pages and decks of slides of them.

python -m lecture_pages refresh [NOTEBOOK ...]
python -m lecture_pages build [--output DIR] [--no-execute] [NOTEBOOK ...]
python -m lecture_pages clean [--output DIR]

Decks alone, of notebooks as they are kept: gan-tutorial slides.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat

from gan_tutorial.files import whole_file

from .decks import write_deck
from .execute import execute
from .exporters import PageExporter, render_index, title
from .ours import check_ours, clean


def main(arguments=None):
    """Run a command; return 0, 1 with the failures on stderr, or 130 on Ctrl-C."""
    options = _parser().parse_args(arguments)
    if options.command is clean:
        clean(options.output)
        return 0
    if path := os.environ.get("GAN_TUTORIAL_MNIST"):
        os.environ["GAN_TUTORIAL_MNIST"] = os.path.abspath(path)  # kernels run in notebooks/
    notebooks = options.notebooks or lessons()
    failures = [] if notebooks else ["no notebook in notebooks/"]
    for path in notebooks:
        try:
            options.command(path, options)
        except (OSError, ValueError) as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            failures.append(f"{path.name}: {str(error).splitlines()[0]}")
        except KeyboardInterrupt:
            print(f"Interrupted: {path.name} is as it was", file=sys.stderr)
            return 130
    if options.command is build and notebooks:
        try:
            print(f"The list of all: {write_index(notebooks, options.output)}")
        except OSError as error:
            failures.append(str(error))
    for failure in failures:
        print(f"Failed: {failure}", file=sys.stderr)
    return 1 if failures else 0


def lessons():
    """Return the paths of the notebooks in notebooks/ and in its solutions/."""
    folder = Path("notebooks")
    return sorted([*folder.glob("[0-9]*.ipynb"), *folder.glob("solutions/*.ipynb")])


def refresh(path, options):
    """Execute a notebook and put it in the old one's place, or leave that as it is."""
    notebook = execute(path)
    with whole_file(path) as temporary:
        nbformat.write(notebook, temporary)


def build(path, options):
    """Write the page and the deck of a notebook, which itself stays as it is."""
    check_ours(options.output / f"{path.stem}.html")  # before the minutes that it may take
    notebook = execute(path) if options.execute else nbformat.read(path, as_version=4)
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    html, _ = PageExporter().from_notebook_node(notebook, resources)
    page = options.output / f"{path.stem}.html"
    with whole_file(page) as temporary:
        temporary.write_text(html, encoding="utf-8")
    print(page, flush=True)
    print(write_deck(notebook, path, options.output), flush=True)


def write_index(notebooks, output):
    """Write the list of the pages there are of these notebooks and of those beside them."""
    folders = {path.resolve().parent for path in notebooks}
    paths = sorted(path for folder in folders for path in folder.glob("*.ipynb"))
    entries = [
        (path.stem, title(nbformat.read(path, as_version=4)) or path.stem)
        for path in paths
        if (output / f"{path.stem}.html").exists()
    ]
    index = output / "index.html"
    check_ours(index)
    with whole_file(index) as temporary:
        temporary.write_text(render_index(entries), encoding="utf-8")
    return index


def _parser():
    parser = argparse.ArgumentParser(
        "python -m lecture_pages", description="Execute and render the notebooks."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for function, text in ((refresh, "execute, and keep the outputs"), (build, "pages, slides")):
        command = commands.add_parser(function.__name__, help=text)
        command.set_defaults(command=function, execute=True)
        command.add_argument(
            "notebooks", type=Path, nargs="*", metavar="NOTEBOOK", help="default: all in notebooks/"
        )
    removing = commands.add_parser("clean", help="remove the pages and slides")
    removing.set_defaults(command=clean)
    for each in (command, removing):
        each.add_argument("--output", type=Path, default=Path("build"), metavar="DIR")
    command.add_argument(
        "--no-execute", dest="execute", action="store_false", help="render the kept outputs"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
