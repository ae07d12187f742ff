"""Execute a notebook, and remove everything that would differ in the next execution."""

import asyncio
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.filters import strip_ansi
from tqdm import tqdm

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # the lexer of IPython, because the lexer of Python marks %pip and !git as mistakes
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
CELL_METADATA = ("alt", "slideshow", "tags")


def execute(path):
    """Execute the notebook at `path` in its own folder, and return it.

    The result holds no metadata that change with each execution. Raise ValueError, which names
    the cell, if a cell fails.
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
                # because the kernel would print how other programs can connect to it
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            ).execute()
        except (CellExecutionError, DeadKernelError) as error:
            raise ValueError(_failure(begun, error)) from None
        except (AssertionError, asyncio.CancelledError):
            # because nbclient ends with these errors if Ctrl-C has ended its kernel
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
    """Return the outputs with the pieces of each stream joined, and without live widgets.

    A long print can arrive in several pieces, and their number depends on the timing.
    """
    joined = []
    for output in outputs:
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
            continue  # because without a kernel a widget shows nothing, or only its name
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and output.get("name") == last.get("name"):
            last.text += output.text
        else:
            joined.append(output)
    return joined
