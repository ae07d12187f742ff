"""Read notebooks, name their cells, and say whether a notebook was executed."""

import nbformat

SKIPPED = "skip-execution"  # the tag of a cell that is not executed


def read_notebook(path):
    """Return the notebook in a file; raise ValueError, which names it, if it holds none."""
    try:
        return nbformat.read(path, as_version=4)
    except OSError:
        raise
    except Exception as error:  # because nbformat raises errors of many classes
        line = str(error).splitlines()[0]
        raise ValueError(f"{path.name!r} is not a notebook: {line}") from error


def cell_name(cell):
    """Return a cell's id and its first line, by which a reader finds the cell."""
    lines = cell.source.strip().splitlines() or [""]
    line = lines[0] if len(lines[0]) <= 40 else lines[0][:40] + "…"
    return f"cell {cell.get('id', '?')}, {line!r}"


def slide_type(cell):
    """Return Jupyter's slide type of a cell, or None if it has none."""
    kind = (cell.metadata.get("slideshow") or {}).get("slide_type")
    return None if kind in ("-", "") else kind


def has_slides(notebook):
    """Return whether a notebook has a cell that may be on a slide."""
    return any(slide_type(cell) != "skip" for cell in notebook.cells)


def tags(cell):
    """Return the tags of a cell."""
    return cell.metadata.get("tags") or []


def check_executed(notebook, name):
    """Raise ValueError if a notebook was not executed, or if it stopped with an error.

    A cell with the tag "skip-execution" and a cell that is not on any slide need no outputs, and
    an error in a cell with the tag "raises-exception" is meant. Some tools remove the counts of
    all cells and keep their outputs: such a notebook was executed.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    cells = [cell for cell in cells if slide_type(cell) != "skip"]
    has_counts = not any(cell.outputs and cell.execution_count is None for cell in cells)
    for cell in cells:
        is_left_out = SKIPPED in tags(cell)
        if has_counts and cell.execution_count is None and not is_left_out:
            where = f"{cell_name(cell)} has no outputs"
            raise ValueError(f"{name!r} was not executed: run all cells, and save it ({where})")
        if "raises-exception" not in tags(cell) and _has_error(cell):
            where = f"In [{cell.execution_count or ' '}]"
            raise ValueError(f"{name!r} stopped with an error in cell {where}: {cell_name(cell)}")


def _has_error(cell):
    return any(output.output_type == "error" for output in cell.outputs)
