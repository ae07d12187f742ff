"""Execute the notebooks, and make pages of them that need no network; slides: gan-tutorial slides.

python tools/notebooks.py refresh [NOTEBOOK ...]
python tools/notebooks.py build [--output DIR] [--no-execute] [NOTEBOOK ...]
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.filters import strip_ansi
from tqdm import tqdm

from gan_tutorial.files import whole_file
from gan_tutorial.pages import PageExporter, SlidesExporter, render_index, title

PROJECT = Path(__file__).resolve().parent.parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # IPython's: to a lexer of Python alone, %pip and !git are mistakes
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
INDEX_TITLE = "<title>Generative adversarial networks</title>"
CELL_METADATA = ("alt", "slideshow", "tags")


def main(arguments=None):
    """Run a command; return 0, 1 with the failures on stderr, or 130 on Ctrl-C."""
    options = _parser().parse_args(arguments)
    if path := os.environ.get("GAN_TUTORIAL_MNIST"):
        os.environ["GAN_TUTORIAL_MNIST"] = os.path.abspath(path)  # kernels run in notebooks/
    notebooks = options.notebooks or sorted((PROJECT / "notebooks").rglob("[0-9]*.ipynb"))
    failures = [] if notebooks else ["no notebook in notebooks/"]
    if options.command is build:
        check_ours(options.output / "index.html")  # before the minutes that the notebooks take
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
        print(f"The list of all: {write_index(notebooks, options.output)}")
    for failure in failures:
        print(f"Failed: {failure}", file=sys.stderr)
    return 1 if failures else 0


def refresh(path, options):
    """Execute a notebook and put it in the old one's place, or leave that as it is."""
    notebook = execute(path)
    with whole_file(path) as temporary:
        nbformat.write(notebook, temporary)


def build(path, options):
    """Write the page and the slides of a notebook, which itself stays as it is."""
    notebook = execute(path) if options.execute else nbformat.read(path, as_version=4)
    for exporter in (PageExporter(), SlidesExporter()):
        resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
        html, _ = exporter.from_notebook_node(notebook, resources)
        with whole_file(options.output / (path.stem + exporter.suffix)) as temporary:
            temporary.write_text(html, encoding="utf-8")
        print(options.output / (path.stem + exporter.suffix), flush=True)


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


def check_ours(index):
    """Raise SystemExit if there is an index.html that is not one of these lists."""
    if index.exists() and INDEX_TITLE not in index.read_text(encoding="utf-8", errors="replace"):
        raise SystemExit(
            f"{str(index)!r} is not one of ours, and stays: give another folder (--output)"
        )


def execute(path):
    """Return the notebook at `path`, executed in its folder, without volatile metadata.

    Raise ValueError that names the cell where one fails.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = sum(cell.cell_type == "code" and cell.source.strip() != "" for cell in notebook.cells)
    start, begun = time.monotonic(), []
    with tqdm(total=cells, desc=path.stem, unit="cell", leave=False, disable=None) as bar:
        try:
            NotebookClient(
                notebook,
                timeout=None,
                kernel_name="python3",
                record_timing=False,
                resources={"metadata": {"path": str(path.parent)}},
                on_cell_execute=lambda cell, **_: begun.append(cell),
                on_cell_executed=lambda **_: bar.update(),
                # no word about how the kernel is reached
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            ).execute()
        except (CellExecutionError, DeadKernelError) as error:
            raise ValueError(_failure(begun, error)) from None
        except (AssertionError, asyncio.CancelledError):
            # so does nbclient end when Ctrl-C has taken its kernel away
            raise KeyboardInterrupt from None
    print(f"{path.stem}: {cells} cells, {time.monotonic() - start:.0f} s", flush=True)
    return _normalised(notebook)


def _failure(begun, error):
    reason = f"{error.ename}: {error.evalue}" if hasattr(error, "ename") else str(error)
    line = begun[-1].source.strip().splitlines()[0]
    return f"cell In [{len(begun)}], {line!r}: {reason}\n{strip_ansi(str(error))}"


def _normalised(notebook):
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        kept = {name: cell.metadata[name] for name in CELL_METADATA if name in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return notebook


def _joined(outputs):
    """Return outputs with neighbouring pieces of a stream in one, and without live widgets."""
    joined = []
    for output in outputs:
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
            continue  # without a kernel it would be a blank, or its name
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and output.get("name") == last.get("name"):
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _parser():
    parser = argparse.ArgumentParser(description="Execute and render the notebooks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for function, text in ((refresh, "execute, and keep the outputs"), (build, "pages, slides")):
        command = commands.add_parser(function.__name__, help=text)
        command.set_defaults(command=function, execute=True)
        command.add_argument(
            "notebooks", type=Path, nargs="*", metavar="NOTEBOOK", help="default: all in notebooks/"
        )
    command.add_argument("--output", type=Path, default=PROJECT / "build", metavar="DIR")
    command.add_argument(
        "--no-execute", dest="execute", action="store_false", help="render the kept outputs"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
