"""Time functions by turns, and write the times as text; used by `python benchmarks/steps.py`.

If the machine does something else, all functions of a round are slowed down alike. Hence we compare
times of the same round.
"""

import time

import numpy as np


def by_turns(functions, rounds, *, warm_up=2):
    """Call each of {name: function} in turn (A B A B ...); return {name: seconds (rounds,)}.

    The first `warm_up` rounds, in which graphs are traced and memory is found, do not count.
    """
    seconds = {name: np.empty(rounds) for name in functions}
    for i in range(-warm_up, rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            if i >= 0:
                seconds[name][i] = time.perf_counter() - start
    return seconds


def ratio(seconds, other):
    """Return the median of the ratios of all rounds, and their quartiles: (median, low, high)."""
    return tuple(np.percentile(seconds / other, [50, 25, 75]))


def with_quartiles(ratios):
    """Return (median, low, high) as text, such as "0.73 (0.72-0.74)"; a thing by itself is 1."""
    return "1" if ratios == (1, 1, 1) else "{:.2f} ({:.2f}-{:.2f})".format(*ratios)


def table(header, rows):
    """Return a Markdown table of text and numbers, the first column left-aligned, others right."""
    lines = [header, ["---", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
