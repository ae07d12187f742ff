"""Show marks for other programs: as JSON, or as CSV with a row for each notebook."""

import csv
import io
import json

from .verdicts import RIGHT, UNCHANGED

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula


def as_json(marks):
    """Return the marks as a list of objects in JSON."""
    return json.dumps([mark._asdict() for mark in marks], indent=2, ensure_ascii=False)


def as_csv(marks):
    """Return the marks as CSV: a row for each notebook, a column for each exercise."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = sorted({(mark.lesson, mark.exercise) for mark in marks if mark.lesson is not None})
    names = [f"{lesson}-{exercise}" for lesson, exercise in columns]
    writer.writerow(["notebook", "lesson", *names, "number right", "messages"])
    for row in by_notebook(marks):
        writer.writerow(map(_harmless, _fields(row, columns)))
    return text.getvalue().rstrip("\n")


def by_notebook(marks):
    """Return a list of the marks of each notebook; a notebook that is given twice has two."""
    rows, seen = [], set()
    for mark in marks:
        if not rows or rows[-1][0].notebook != mark.notebook or mark[1:3] in seen:
            rows.append([])
            seen = set()
        rows[-1].append(mark)
        seen.add(mark[1:3])
    return rows


def messages(row):
    """Return what is told of the marks of a notebook; an untouched stub needs no message."""
    told = [mark for mark in row if mark.message and mark.message != UNCHANGED]
    return [f"{_name(mark)}{mark.result}: {mark.message}" for mark in told]


def _name(mark):
    return "" if mark.lesson is None else f"{mark.lesson}-{mark.exercise} "


def _fields(row, columns):
    results = {mark[1:3]: mark.result for mark in row}
    numbers = sorted({mark.lesson for mark in row if mark.lesson is not None})
    right = sum(mark.result == RIGHT for mark in row) if numbers else ""
    exercises = [results.get(column, "") for column in columns]
    lessons = ", ".join(map(str, numbers))
    return [row[0].notebook, lessons, *exercises, right, "; ".join(messages(row))]


def _harmless(field):
    return f"'{field}" if str(field).startswith(FORMULA) else field
