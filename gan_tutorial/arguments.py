"""Types of the command line's arguments: what is wrong is said with what was given."""

import argparse
import math
from pathlib import Path


def natural(text):
    """Return the whole number, at least 1, that a text holds."""
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, but is {number}")
    return number


def whole(text):
    """Return the whole number that a text holds."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, but is {text!r}") from None


def seed(text):
    """Return the whole number from 0 to 2³² - 1 that a text holds."""
    number = whole(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"must be from 0 to 2³² - 1, but is {number}")
    return number


def finite(text):
    """Return the finite number that a text holds."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"must be a finite number, but is {text!r}")
    return number


def file_ending_in(*suffixes):
    """Return the type of an argument: the path of a file with one of these suffixes."""

    def path_of(text):
        path = Path(text)
        if path.suffix not in suffixes:
            raise argparse.ArgumentTypeError(
                f"must end in {' or '.join(suffixes)}, but is {text!r}"
            )
        if path.is_dir():
            raise argparse.ArgumentTypeError(f"must be a file, but {text!r} is a folder")
        return path

    return path_of
