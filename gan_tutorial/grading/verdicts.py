"""The result of an exercise, and the message that says why the answer is not right."""

import re

from gan_tutorial.classroom.exercises import NO_ANSWER

from .syntax import parsed

RIGHT, NOT_YET = "right", "not yet"
NOT_ATTEMPTED, DOES_NOT_RUN = "not attempted", "does not run"
NOT_GRADED = "not graded"  # of a file that is no notebook of ours, or if our own cells fail
UNCHANGED = "the stub is unchanged"
VERDICT = re.compile(rf"(Right\.|Not yet.*|{re.escape(NO_ANSWER)})$", re.MULTILINE)
UNKNOWN_NAME = re.compile(r"NameError: name '(\w+)' is not defined")
ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])")


def verdict(checked):
    """Return (result, message) of what a check said; the last verdict counts."""
    if checked.error:
        return DOES_NOT_RUN, checked.error
    found = VERDICT.findall(checked.asked or "")
    if not found:
        return DOES_NOT_RUN, "the check has given no verdict"
    if found[-1] == "Right.":
        return RIGHT, ""
    if found[-1] == NO_ANSWER:
        return NOT_ATTEMPTED, NO_ANSWER
    return NOT_YET, found[-1].removeprefix("Not yet").lstrip(": ")


def explained(error, answer):
    """Return an error with what the student's notebook tells of it."""
    found = UNKNOWN_NAME.fullmatch(error)
    if not found:
        return error
    functions = functions_of(answer.cells)
    if found[1] in answer.asked and found[1] not in functions:
        defined = ", ".join(f"'{name}'" for name in functions)
        return f"no function '{found[1]}'; the cell defines {defined or 'no function'}"
    if found[1] in answer.elsewhere:
        return f"{error}: the notebook defines it in another cell, which was not run"
    return error


def functions_of(sources):
    """Return the names of the functions that cells define, in their order."""
    trees = [tree for tree in map(parsed, sources) if tree is not None]
    return [each.name for tree in trees for each in tree.body if hasattr(each, "name")]


def shown(message):
    """Return a message as one line of moderate length without control characters."""
    text = ANSI.sub("", str(message))
    words = "".join(letter for letter in text if letter.isprintable() or letter.isspace()).split()
    line = " ".join(words)
    return line if len(line) <= 300 else f"{line[:299]}…"
