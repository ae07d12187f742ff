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

from .decks import write_deck
from .execute import execute
from .exporters import PageExporter, render_index, title
from .names import INDEX, PAGE, chosen, collisions, notebooks_in
from .notebooks import read_notebook
from .ours import browser_pages_in, check_ours, clean, is_ours


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
    notebooks = chosen(options.notebooks or lessons())
    failures = [] if notebooks else ["no notebook in notebooks/"]
    is_build = options.command is build
    refused = collisions(notebooks, taken=[INDEX]) if is_build else {}
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
        print(f"The index of all pages: {write_index(notebooks, output)}")
    except OSError as error:
        return [str(error)]
    return []


def lessons():
    """Return the paths of the notebooks in notebooks/ and in notebooks/solutions/."""
    return [*notebooks_in("notebooks"), *notebooks_in("notebooks/solutions")]


def refresh(path, options):
    """Execute a notebook and save its outputs in it.

    If a cell fails, the file of the notebook does not change.
    """
    notebook = execute(path)
    with whole_file(path) as temporary:
        nbformat.write(notebook, temporary)


def build(path, options):
    """Write the page and the deck of a notebook.

    The file of the notebook does not change, even if the notebook is executed.
    """
    # first, because the execution can take minutes
    check_ours(options.output / f"{path.stem}.html")
    notebook = execute(path) if options.execute else read_notebook(path)
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    html, _ = PageExporter().from_notebook_node(notebook, resources)
    page = options.output / f"{path.stem}.html"
    with whole_file(page) as temporary:
        temporary.write_text(html, encoding="utf-8")
    print(page, flush=True)
    print(write_deck(notebook, path, options.output), flush=True)


def write_index(notebooks, output):
    """Write the index of all pages and return its path.

    The index lists every notebook in the folders of `notebooks` whose page is in `output`, and
    the pages there that draw in a browser.
    """
    folders = {path.resolve().parent for path in notebooks}
    paths = sorted(path for folder in folders for path in notebooks_in(folder))
    entries = {path.stem: _title(path) for path in paths if _has_page(path, output)}
    index = output / "index.html"
    check_ours(index)
    with whole_file(index) as temporary:
        live = browser_pages_in(output)
        temporary.write_text(render_index(entries.items(), live), encoding="utf-8")
    return index


def _has_page(path, output):
    return path.stem != Path(INDEX).stem and is_ours(output / f"{path.stem}{PAGE}")


def _title(path):
    try:
        return title(read_notebook(path)) or path.stem
    except (OSError, ValueError):  # the notebook has changed since its page was made
        return path.stem


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
