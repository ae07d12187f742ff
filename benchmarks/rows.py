"""Results as rows of a CSV file, so that a measurement that was made is not made again."""

import pandas as pd


def done(path):
    """Return the pairs (recipe, seed) that have a row."""
    if not path.exists():
        return set()
    results = pd.read_csv(path)
    return set(zip(results["recipe"], results["seed"], strict=True))


def add(path, row, columns=None):
    """Append a row to a file, and print it; `columns` are those to keep, all if None."""
    row = pd.DataFrame([row], columns=columns)
    style = {"index": False, "float_format": "%.6g", "lineterminator": "\n"}
    row.to_csv(path, mode="a", header=not path.exists(), **style)
    print(row.to_csv(None, sep="\t", header=False, **style), end="", flush=True)
