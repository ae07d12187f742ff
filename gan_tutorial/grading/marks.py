"""Show marks: a table for each lesson with its messages, JSON, or CSV."""

import csv
import io
import itertools
import json

WIDTH = 100


def as_json(marks):
    """Return the marks as a list of objects in JSON."""
    return json.dumps([mark._asdict() for mark in marks], indent=2, ensure_ascii=False)


def as_csv(marks):
    """Return the marks as CSV with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["notebook", "lesson", "exercise", "result", "message"])
    writer.writerows(marks)
    return text.getvalue().rstrip("\n")


def as_tables(marks):
    """Return a table for each lesson, then the files that were not graded."""
    parts, rest = [], [mark for mark in marks if mark.lesson is None]
    for lesson in sorted({mark.lesson for mark in marks} - {None}):
        parts.append(_table(lesson, [mark for mark in marks if mark.lesson == lesson]))
    if rest:
        parts.append("\n".join(["Not graded", *(f"  {m.notebook}: {m.message}" for m in rest)]))
    return "\n\n".join(parts)


def _table(lesson, marks):
    rows = [list(row) for row in _rows(marks)]
    columns = [f"{lesson}-{number}" for number in sorted({mark.exercise for mark in marks})]
    width = max(len(mark.result) for mark in marks)
    names = _shortened([row[0].notebook for row in rows], WIDTH - (width + 2) * len(columns))
    size = max(map(len, [f"Lesson {lesson}", *names]))
    lines = [_line(f"Lesson {lesson}", columns, size, width)]
    for name, row in zip(names, rows, strict=True):
        lines.append(_line(name, [mark.result for mark in row], size, width))
    return "\n".join([*lines, *_messages(rows)])


def _rows(marks):
    """Yield the marks of each notebook; one that is given twice has two rows."""
    first = min(mark.exercise for mark in marks)
    starts = itertools.accumulate(mark.exercise == first for mark in marks)
    for _, group in itertools.groupby(zip(starts, marks, strict=True), key=lambda pair: pair[0]):
        yield [mark for _, mark in group]


def _line(name, words, size, width):
    return "  ".join([name.ljust(size), *(word.ljust(width) for word in words)]).rstrip()


def _shortened(names, length):
    """Return names of at most `length` letters, which end as before."""
    length = max(length, 12)
    return [name if len(name) <= length else f"…{name[1 - length :]}" for name in names]


def _messages(rows):
    for row in rows:
        wrong = [mark for mark in row if mark.message]
        if wrong:
            yield f"\n{row[0].notebook}"
        for mark in wrong:
            yield f"  {mark.lesson}-{mark.exercise} {mark.result}: {mark.message}"
