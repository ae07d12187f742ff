"""Execute the notebooks of a course, and make pages and decks of slides from them.

python -m lecture_pages refresh [NOTEBOOK ...]
python -m lecture_pages build [--output DIR] [--no-execute] [NOTEBOOK ...]
python -m lecture_pages clean [--output DIR]

The command `gan-tutorial slides` makes only the decks, and executes nothing.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path

import nbformat

from gan_tutorial.files.whole import whole_file

from .course import write_course
from .decks import write_deck
from .execute import execute
from .exporters import PageExporter
from .names import INDEX, SEARCH, chosen, collisions, notebooks_in, page_of, texts_in
from .notebooks import has_slides
from .ours import check_ours, clean
from .texts import read


def main(arguments=None):
    """Run one command of this package and return its exit status.

    Args:
        arguments: the words of the command line; None takes the words from `sys.argv`.

    Returns:
        0 if everything succeeded, 1 if something failed, or 130 after Ctrl-C. Each failure is
        named on stderr.
    """
    options = _parser().parse_args(arguments)
    if options.command is clean:
        clean(options.output)
        return 0
    if path := os.environ.get("GAN_TUTORIAL_MNIST"):
        # absolute, because each kernel runs in the folder of its notebook
        os.environ["GAN_TUTORIAL_MNIST"] = os.path.abspath(path)
    with warnings.catch_warnings():
        # one line for each warning, although the page and the deck both have its cause
        warnings.filterwarnings("default", category=UserWarning)
        warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
        return _run(options)


def _run(options):
    is_build = options.command is build
    notebooks = chosen(options.notebooks or (pages() if is_build else lessons()))
    failures = [] if notebooks else ["no notebook in notebooks/"]
    refused = collisions(notebooks, taken=[INDEX, SEARCH]) if is_build else {}
    for path in notebooks:
        try:
            if path in refused:
                raise ValueError(refused[path])
            options.command(path, options)
        except (OSError, ValueError) as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            failures.append(f"{path.name}: {str(error).splitlines()[0]}")
        except KeyboardInterrupt:
            print(f"Interrupted: {path.name} has not been changed", file=sys.stderr)
            return 130
    if is_build and notebooks:
        failures += _index_failures(notebooks, options.output)
    for failure in failures:
        print(f"Failed: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _index_failures(notebooks, output):
    try:
        print(f"The index of all pages: {write_course(notebooks, output)}")
    except (OSError, ValueError) as error:
        return [str(error)]
    return []


def lessons():
    """Return the paths of the notebooks in notebooks/ and in notebooks/solutions/."""
    return [*notebooks_in("notebooks"), *notebooks_in("notebooks/solutions")]


def pages():
    """Return the paths of what becomes a page: the lessons, and the texts in notebooks/."""
    return [*lessons(), *texts_in("notebooks")]


def refresh(path, options):
    """Execute a notebook and save its outputs in it.

    If a cell fails, the file of the notebook does not change.
    """
    notebook = execute(path)
    with whole_file(path) as temporary:
        nbformat.write(notebook, temporary)


def build(path, options):
    """Write the page of a notebook or of a Markdown file, and the deck if it has slides.

    The file of the notebook does not change, even if the notebook is executed.
    """
    page = options.output / page_of(path)
    check_ours(page)  # first, because the execution can take minutes
    is_executed = options.execute and path.suffix != ".md"
    notebook = execute(path) if is_executed else read(path)
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    html, _ = PageExporter().from_notebook_node(notebook, resources)
    with whole_file(page) as temporary:
        temporary.write_text(html, encoding="utf-8")
    print(page, flush=True)
    if has_slides(notebook):
        print(write_deck(notebook, path, options.output), flush=True)


def _parser():
    parser = argparse.ArgumentParser(
        "python -m lecture_pages", description="Execute and render the notebooks."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    helps = {refresh: "execute notebooks and save their outputs", build: "make pages and slides"}
    for function, text in helps.items():
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
        "--no-execute", dest="execute", action="store_false", help="show the saved outputs"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
