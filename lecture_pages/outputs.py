"""What JupyterLab shows of the outputs of a cell."""

import copy

from .terminal import as_shown

_WIDGET = "application/vnd.jupyter.widget-view+json"


def joined(outputs):
    """Return the outputs with the pieces of each stream joined, and without live widgets.

    A long print can arrive in several pieces, and their number depends on the timing.
    """
    found = []
    for output in outputs:
        if _WIDGET in output.get("data", {}):
            continue  # because without a kernel a widget shows nothing, or only its name
        last = found[-1] if found else {}
        if output.output_type == "stream" and output.get("name") == last.get("name"):
            last["text"] = last["text"] + output["text"]
        else:
            found.append(output)
    return found


def with_shown_streams(notebook):
    """Return a copy of a notebook whose printed text is what a terminal shows of it."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output["text"] = as_shown(output["text"])
    return notebook


def draws(cell):
    """Return whether a cell has a picture among its outputs."""
    kinds = [kind for output in cell.get("outputs", []) for kind in output.get("data", {})]
    return any(kind.startswith("image/") for kind in kinds)
