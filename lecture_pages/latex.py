r"""Prepare LaTeX as MathJax knows it for math-core, which knows less of it.

`Definitions` keeps the macros that a notebook defines, because math-core forgets them after each
formula. `for_math_core` replaces what math-core calls by another name.
"""

import re

_NAME = r"\{?\s*\\(?P<name>[a-zA-Z]+|[^a-zA-Z\s])\s*\}?"
_DEFINITION = re.compile(
    rf"\\(?P<command>(?:re)?newcommand|providecommand|[gex]?def|DeclareMathOperator)(?P<star>\*?)\s*"
    rf"{_NAME}\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*(?:#\d\s*)*(?=\{{)"
)
_LET = re.compile(rf"\\let\s*{_NAME}\s*=?\s*(?P<body>\\(?:[a-zA-Z]+|[^a-zA-Z])|\S)")
_COMMAND = re.compile(r"\\([a-zA-Z]+|[^a-zA-Z])")

# environments and commands of MathJax, and what math-core draws in the same way
_NUMBERED = "equation|align|gather|multline|alignat|flalign|eqnarray"
_STARRED = {"alignat": "align*", "flalign": "align*", "eqnarray": "align*"}
_OTHER_NAMES = {
    r"\\(mbox|hbox)(?![a-zA-Z])": r"\\text",
    r"\\(begin|end)\{split\}": r"\\\1{aligned}",
    r"\\(begin|end)\{smallmatrix\}": r"\\\1{matrix}",
    r"\\require\s*\{[^}]*\}": "",
    r"\\tag(\*?)\s*\{\$([^$]*)\$\}": r"\\tag\1{\2}",
}


class Definitions:
    """The macros that the formulas of a notebook have defined so far."""

    def __init__(self):
        """Begin without any macro."""
        self._bodies = {}
        self._defaults = {}  # of a macro whose first argument can be left out

    def taken_from(self, latex):
        """Note the macros that a formula defines, and return the formula without them."""
        while found := _DEFINITION.search(latex) or _LET.search(latex):
            end = found.end() if "body" in found.re.groupindex else group_end(latex, found.end())
            self._define(found, latex[found.end() : end])
            latex = latex[: found.start()] + latex[end:]
        return latex

    def _define(self, found, group):
        if "body" in found.re.groupindex:
            self._bodies[found["name"]] = found["body"]
            return
        body = group[1:-1]
        if found["command"] == "DeclareMathOperator":
            body = rf"\operatorname{found['star']}{{{body}}}"
        if found["command"] != "providecommand" or found["name"] not in self._bodies:
            self._bodies[found["name"]] = body
            self._defaults.pop(found["name"], None)
            if found["default"] is not None:
                self._defaults[found["name"]] = found["default"]

    def with_defaults(self, latex):
        """Return a formula in which no macro leaves out its first argument."""
        for name, default in self._defaults.items():
            used = rf"\\{re.escape(name)}(?![a-zA-Z])\s*(?:\[([^\]]*)\])?"
            latex = re.sub(used, lambda found, n=name, d=default: _argument(found, n, d), latex)
        return latex

    def used_in(self, latex):
        """Return {name: body} of the macros that a formula needs, so that no other can fail."""
        needed, new = {}, [latex]
        while new:
            names = set(_COMMAND.findall(new.pop())) & self._bodies.keys() - needed.keys()
            added = {name: for_math_core(self.with_defaults(self._bodies[name])) for name in names}
            needed |= added
            new += added.values()
        return needed


def _argument(found, name, default):
    return rf"\{name}{{{default if found[1] is None else found[1]}}}"


def group_end(latex, start):
    """Return the position after the group {...} that begins at `start`, or the end."""
    depth = 0
    for found in re.compile(r"\\.|[{}]", re.DOTALL).finditer(latex, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return len(latex)


def for_math_core(latex, display=None):
    """Return a formula with the names of math-core; `display` says what it is, a macro is neither.

    No line gets a number of its own, because in JupyterLab only a tag gives one.
    """
    for name, other in _OTHER_NAMES.items():
        latex = re.sub(name, other, latex)
    latex = _with_text_apart(_starred(latex))
    if display is False:
        return re.sub(r"\\(tag\s*\*?|label)\s*\{[^{}]*\}", "", latex)
    if display and r"\tag" in latex and not re.match(rf"\s*\\begin\{{({_NUMBERED})\*?\}}", latex):
        return rf"\begin{{equation*}}{latex}\end{{equation*}}"
    return latex


def _starred(latex):
    """Return a formula whose environments do not number their lines."""
    if "eqnarray" in latex:
        latex = re.sub(r"&([^&\\]*)&", r"&\1", latex)  # its middle column is one of the sign =
    latex = re.sub(r"(\\begin\s*\{alignat\*?\})\s*\{\d+\}", r"\1", latex)

    def star(found):
        return rf"\{found[1]}{{{_STARRED.get(found[2], found[2] + '*')}}}"

    return re.sub(rf"\\(begin|end)\s*\{{({_NUMBERED})\*?\}}", star, latex)


def _with_text_apart(latex):
    r"""Return a formula in which no \text{...} holds a formula $...$."""
    pieces, position = [], 0
    for found in re.finditer(r"\\text(?=\{)", latex):
        end = group_end(latex, found.end())
        inner = latex[found.end() + 1 : end - 1]
        if found.start() < position or not re.search(r"(?<!\\)\$", inner):
            continue
        parts = re.split(r"(?<!\\)\$", inner)
        drawn = [rf"\text{{{part}}}" if i % 2 == 0 else part for i, part in enumerate(parts)]
        pieces += [latex[position : found.start()], "{", *drawn, "}"]
        position = end
    return "".join(pieces) + latex[position:]
