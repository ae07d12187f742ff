"""Execute a notebook, and remove everything that would differ in the next execution."""

import asyncio
import os
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.filters import strip_ansi
from tqdm import tqdm

from .notebooks import SKIPPED, read_notebook, tags
from .outputs import joined

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # the lexer of IPython, because the lexer of Python marks %pip and !git as mistakes
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
# what editors and runs leave behind; everything else, such as the marks of nbgrader, stays
PASSING = ("ExecuteTime", "collapsed", "execution", "executionInfo", "outputId", "papermill")
PASSING += ("scrolled", "signature", "trusted", "widgets")


def execute(path):
    """Execute the notebook at `path` in its own folder, and return it.

    The result holds no metadata that change with each execution. Raise ValueError, which names
    the cell, if a cell fails.
    """
    notebook = read_notebook(path)
    cells = sum(map(_is_executed, notebook.cells))
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
            ).execute(env=_environment())
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


def _is_executed(cell):
    return cell.cell_type == "code" and bool(cell.source.strip()) and SKIPPED not in tags(cell)


def _environment():
    """Return the environment of the kernel, in which pictures go into the notebook.

    Clusters set MPLBACKEND so that Matplotlib needs no screen. The kernel would obey, and no
    picture would be left.
    """
    return {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}


def _normalised(notebook):
    notebook.metadata = nbformat.from_dict({**_lasting(notebook.metadata), **METADATA})
    for cell in notebook.cells:
        cell.metadata = _lasting(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def _lasting(metadata):
    return nbformat.from_dict({name: metadata[name] for name in metadata if name not in PASSING})
