"""Two sources beside each other in a table, with lines that correspond in one row."""

import ast
import difflib
import re
from html import escape
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_ALIKE = 0.4  # two lines may share a row if this share of their text is the same


def beside(first, second, root=".", *, titles=("TensorFlow", "PyTorch")):
    """Return an HTML table of two Python sources, without their docstrings.

    The rows keep the order of both sources. Lines whose text is alike share a row, and a line
    that has none like it stands beside an empty cell.

    Args:
        first: what to show on the left, "path/of/file.py:name". Several functions or classes are
            separated by commas, "path/of/file.py:name,other".
        second: what to show on the right, in the same way.
        root: the folder where the paths begin.
        titles: the headings of the two columns. Where the columns do not fit beside each other,
            the capitals of its title stand before each line.

    Returns:
        A `table` of the class "beside". Its style is `templates/beside.css`.

    Raises:
        ValueError: if there is no such file, or no such function or class at its top level.
    """
    left, right = source(first, root), source(second, root)
    sides = [(lines, _highlighted(lines)) for lines in (left, right)]
    # TF of TensorFlow: on a narrow screen each line needs to say whose it is
    labels = ["".join(filter(str.isupper, title)) for title in titles]
    rows = [map(_cell, sides, row, labels) for row in aligned(left, right)]
    body = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    heads = "".join(
        f'<th scope="col" data-label="{label}">{escape(title)}</th>'
        for title, label in zip(titles, labels, strict=True)
    )
    return (
        f'<table class="beside highlight"><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>{body}</tbody></table>"
    )


def source(name, root="."):
    """Return the lines of functions or classes, "path/of/file.py:name,other", as one list."""
    path, _, names = name.rpartition(":")
    file = Path(root) / path
    if not path or not file.is_file():
        raise ValueError(f"no file for {name!r}: expected 'path/of/file.py:name' below {root}")
    text = file.read_text(encoding="utf-8")
    found = {getattr(node, "name", None): node for node in ast.parse(text).body}
    lines = []
    for each in map(str.strip, names.split(",")):
        if not each or each not in found:
            raise ValueError(f"{path} has no function or class {each!r}, which {name!r} asks for")
        lines += [""] * bool(lines) + _without_docstrings(found[each], text.split("\n"))
    return lines


def aligned(left, right):
    """Return rows (number of the left line or None, number of the right line or None).

    Of all rows that keep the order on both sides, these have the largest sum of likeness
    (Needleman and Wunsch 1970, with gaps that cost nothing).
    """
    best = {}  # (i, j): the largest sum for the lines from i and from j on, and the first step

    def choose(i, j):
        steps = [(best[i + 1, j][0], (1, 0))] if i < len(left) else []
        steps += [(best[i, j + 1][0], (0, 1))] if j < len(right) else []
        if len(steps) == 2 and (alike := _likeness(left[i], right[j])) > _ALIKE:
            steps.append((best[i + 1, j + 1][0] + alike, (1, 1)))
        return max(steps, default=(0.0, None))

    for i in range(len(left), -1, -1):
        for j in range(len(right), -1, -1):
            best[i, j] = choose(i, j)
    rows, i, j = [], 0, 0
    while step := best[i, j][1]:
        rows.append((i if step[0] else None, j if step[1] else None))
        i, j = i + step[0], j + step[1]
    return rows


def _likeness(line, other):
    """Return how much of two lines is the same, letter by letter or word by word, from 0 to 1."""
    texts = [line.lower(), other.lower()]
    letters = [re.sub(r"\s", "", text) for text in texts]
    words = [sorted(re.findall(r"[^\W\d_]+", text)) for text in texts]
    return max(difflib.SequenceMatcher(None, *x, autojunk=False).ratio() for x in (letters, words))


def _without_docstrings(node, lines):
    """Return the lines of a function or a class, its decorators included."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    kept = dict(enumerate(lines[first - 1 : node.end_lineno], first))
    for each in ast.walk(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            text = each.body[0]
            if ast.get_docstring(each, clean=False) is not None:
                for number in range(text.lineno, text.end_lineno + 1):
                    del kept[number]
    return list(kept.values())


def _highlighted(lines):
    formatter = HtmlFormatter(nowrap=True)
    html = highlight("\n".join(lines), PythonLexer(stripnl=False, ensurenl=False), formatter)
    # so that a long line is broken after such a sign, and not after the spaces at its beginning
    html = re.sub(r'(<span class="[op]">[^<]*[(\[=.]</span>)', r"\1<wbr>", html)
    return html.split("\n")


def _cell(side, number, label):
    lines, html = side
    if number is None or not lines[number].strip():
        return "<td></td>"
    indent = len(lines[number]) - len(lines[number].lstrip())
    # the style needs the indent, so that what wraps stands further in than the line's beginning
    code = f'<code style="--indent: {indent}">{html[number]}</code>'
    return f'<td data-label="{label}">{code}</td>'
