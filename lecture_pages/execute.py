"""Execute a notebook, and leave out of it what differs from one execution to the next."""

import asyncio
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.filters import strip_ansi
from tqdm import tqdm

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # IPython's lexer, because to one of Python alone %pip and !git are mistakes
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
CELL_METADATA = ("alt", "slideshow", "tags")


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
