"""The check of an exercise: right, or what differs, without giving the answer away."""

import numpy as np


def check_answers(answers, expected, *, atol=1e-4):
    """Print "right" where all answers are the expected numbers, or what differs; return which.

    `answers` may be numbers, arrays or tensors of any kind, or what an unfilled stub returns.
    """
    difference = _difference(answers, [np.asarray(right, float) for right in expected], atol)
    print("right" if difference is None else f"not yet: {difference}")
    return difference is None


def _difference(answers, expected, atol):
    try:
        answers = iter(answers)
    except TypeError:
        return "there is no number yet"
    answers = list(answers)  # not above: where answers are made here, their errors are a student's
    if len(answers) != len(expected):
        return f"{len(expected)} answers are needed, {len(answers)} are given"
    for i, (answer, right) in enumerate(zip(answers, expected, strict=True), 1):
        if difference := _difference_of_one(answer, right, atol):
            return difference.format(name=f"answer {i} of {len(expected)}")
    return None


def _difference_of_one(answer, right, atol):
    if answer is ...:
        return "there is no number yet"
    if answer is None:
        return "{name} is None: is there a return?"
    try:
        if isinstance(answer, str):  # NumPy would read the number in it
            raise TypeError
        given = np.asarray(answer, float)
    except (TypeError, ValueError):
        return "{name} is neither a number nor an array of numbers"
    if given.shape != right.shape:
        return f"{{name}} has the shape {given.shape}, and should have {right.shape}"
    wrong = ~np.isclose(given, right, rtol=1e-6, atol=atol)
    if not wrong.any():
        return None
    first = given[wrong][0]
    side = "small" if first < right[wrong][0] else "large"
    return f"{{name}} has {first:.5g}, " + ("too " + side if first == first else "no number")
