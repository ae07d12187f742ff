"""Check the answers of an exercise without giving the right answers away."""

import decimal
import fractions
import math

import numpy as np

NO_ANSWER = "No answer yet: replace the dots with your own code."


def check_answers(answers, expected, *, atol=1e-4):
    """Print "Right." if all answers are as expected, or the first mistake if they are not.

    Args:
        answers: the student's answers, in the order of `expected`. Each answer is a number, an
            array or a tensor. An exercise that is not solved yet gives `...` instead.
        expected: the right answers, each a number or an array of numbers.
        atol: how far a number may be from the right number.

    Returns:
        True if all answers are right, and False otherwise.
    """
    mistake = first_mistake(answers, expected, atol)
    print(mistake or "Right.")
    return mistake is None


def first_mistake(answers, expected, atol):
    """Return what is wrong with answers, see `check_answers`, or None if all are right."""
    expected = [np.asarray(right, float) for right in expected]
    if answers is ...:
        return NO_ANSWER
    if answers is None:
        return "Not yet: the answer is None. Does your function return its result?"
    if isinstance(answers, dict | set | frozenset):
        kind = type(answers).__name__
        return f"Not yet: the answers must be a list or a tuple, but they are a {kind}."
    answers = list(answers) if np.iterable(answers) else [answers]
    if len(answers) != len(expected):
        return f"Not yet: {len(expected)} answers are needed, but {len(answers)} are given."
    for i, (answer, right) in enumerate(zip(answers, expected, strict=True), 1):
        mistake = _mistake(f"Not yet: answer {i} of {len(expected)}", answer, right, atol)
        if mistake is not None:
            return mistake
    return None


def _mistake(name, answer, right, atol):
    """Return what is wrong with one answer, or None if the answer is right."""
    if answer is ...:
        return NO_ANSWER
    if answer is None:
        return f"{name} is None. Does your function return its result?"
    given = _numbers(answer)
    if given is None:
        return f"{name} is neither a number nor an array of numbers."
    if given.shape != right.shape:
        return f"{name} has the shape {given.shape}, but should have the shape {right.shape}."
    wrong = ~np.isclose(given, right, rtol=1e-6, atol=atol)
    return _wrong_number(name, given[wrong][0], right[wrong][0]) if wrong.any() else None


def _wrong_number(name, number, right):
    if np.isnan(number):
        return f"{name} contains {number}, which is no number."
    side = "small" if number < right else "large"
    return f"{name} contains {number:.5g}, which is too {side}."


def _numbers(answer):
    """Return an answer as an array of floats, or None if the answer is not made of real numbers.

    Text, complex numbers and masked values are no real numbers, although NumPy would turn some of
    them into floats.
    """
    if isinstance(answer, int | float | fractions.Fraction | decimal.Decimal):
        return _float(answer)
    if isinstance(answer, np.ma.MaskedArray) and np.ma.is_masked(answer):
        return None
    if hasattr(answer, "numpy"):  # because NumPy cannot read a tensor of one bfloat16 by itself
        answer = answer.numpy()
    try:
        array = np.asarray(answer)
        real = array.dtype.kind in "buif" or array.dtype.name == "bfloat16"
        return array.astype(float) if real else None
    except (TypeError, ValueError):
        return None


def _float(number):
    try:
        return np.asarray(float(number))
    except OverflowError:  # because Python's whole numbers may be larger than any float
        return np.asarray(math.inf if number > 0 else -math.inf)
