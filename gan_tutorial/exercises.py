"""The check of an exercise: which numbers were expected, and which were given."""

import numpy as np


def check_answers(answers, expected, *, atol=1e-4):
    """Print "right" where all answers are the expected numbers, "not yet" elsewhere; return which.

    `answers` may be numbers, arrays or tensors of any kind, or what an unfilled stub returns.
    """
    expected = np.asarray(expected, float)
    try:
        given = np.array([np.asarray(answer, float) for answer in answers])
    except (TypeError, ValueError):
        given = None
    right = given is not None and given.shape == expected.shape
    right = right and np.allclose(given, expected, atol=atol)
    shown = "no numbers" if given is None else _rounded(given)
    print(f"{'right' if right else 'not yet'}: expected {_rounded(expected)}, got {shown}")
    return right


def _rounded(numbers):
    shown = [round(float(number), 4) for number in np.ravel(numbers)[:6]]
    return shown if np.size(numbers) <= 6 else [*shown, "..."]
