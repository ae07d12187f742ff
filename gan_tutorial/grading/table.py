"""Show marks to read: a table for each lesson, the messages, and the files not graded."""

from .marks import by_notebook, messages
from .short_names import short_names

WIDTH = 88


def as_tables(marks):
    """Return a table for each lesson, then the files that were not graded, and their numbers."""
    graded = [mark for mark in marks if mark.lesson is not None]
    rest = [mark for mark in marks if mark.lesson is None]
    parts = []
    for lesson in sorted({mark.lesson for mark in graded}):
        parts.append(_table(lesson, [mark for mark in graded if mark.lesson == lesson]))
    if rest:
        parts.append("\n".join(["Not graded", *(f"  {m.notebook}: {m.message}" for m in rest)]))
    return "\n\n".join([*parts, _numbers(graded, rest)])


def _table(lesson, marks):
    rows = by_notebook(marks)
    columns = [f"{lesson}-{number}" for number in sorted({mark.exercise for mark in marks})]
    width = max(len(mark.result) for mark in marks)
    names = short_names([row[0].notebook for row in rows], WIDTH - (width + 2) * len(columns))
    size = max(map(len, [f"Lesson {lesson}", *names]))
    lines = [_line(f"Lesson {lesson}", columns, size, width)]
    for name, row in zip(names, rows, strict=True):
        lines.append(_line(name, [mark.result for mark in row], size, width))
    return "\n".join([*lines, *_all_messages(rows)])


def _line(name, words, size, width):
    return "  ".join([name.ljust(size), *(word.ljust(width) for word in words)]).rstrip()


def _all_messages(rows):
    for row in rows:
        if told := messages(row):
            yield f"\n{row[0].notebook}"
            yield from (f"  {message}" for message in told)


def _numbers(graded, rest):
    number = len({mark.notebook for mark in graded})
    end = f", {len(rest)} not" if rest else ""
    return f"{number} notebook{'s' * (number != 1)} graded{end}"
