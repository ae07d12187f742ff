"""The arguments of the command line: what is wrong is said with what was given."""

import argparse
import math
from pathlib import Path


def make_parser():
    """Return the parser of the command line; `command` is the command's name."""
    parser = argparse.ArgumentParser("gan-tutorial", description="GANs on MNIST.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_generate(commands)
    _add_evaluate(commands)
    _add_movie(commands)
    _add_slides(commands)
    return parser


def _add_train(commands):
    command = commands.add_parser("train", help="train the two networks in a run's folder")
    command.add_argument("--recipe", choices=("lecture", "fast"), help="default: lecture")
    command.add_argument("--epochs", type=natural, metavar="N", help="default: the recipe's")
    command.add_argument("--batch-size", type=natural, metavar="N", help="default: the recipe's")
    command.add_argument("--seed", type=seed, metavar="N", help="default: drawn and written down")
    command.add_argument("--limit", type=natural, metavar="N", help="the first N images only")
    command.add_argument("--precision", choices=("float32", "mixed_bfloat16"))
    command.add_argument("--output", type=Path, metavar="DIR", help="default: runs/<recipe>")
    command.add_argument("--resume", action="store_true", help="go on with the run in DIR")


def _add_generate(commands):
    command = commands.add_parser("generate", help="write images from a trained generator")
    command.add_argument("--checkpoint", type=Path, metavar="DIR", help="default: the shipped one")
    command.add_argument("--number", type=natural, default=100, metavar="N", help="default: 100")
    command.add_argument("--scale-means", type=finite, metavar="X", help="the lecture's points")
    command.add_argument("--scale-stds", type=finite, metavar="X", help="the lecture's points")
    command.add_argument("--seed", type=seed, metavar="N")
    command.add_argument(
        "--output",
        type=file_ending_in(".png", ".npz"),
        required=True,
        metavar="FILE",
        help=".png: a grid; .npz: raw",
    )


def _add_evaluate(commands):
    command = commands.add_parser("evaluate", help="measure generated images against real ones")
    command.add_argument("--checkpoint", type=Path, metavar="DIR", help="default: the shipped one")
    command.add_argument(
        "--number", type=natural, default=10_000, metavar="N", help="default: 10000"
    )
    command.add_argument("--seed", type=seed, default=0, metavar="N", help="default: 0")
    command.add_argument("--json", action="store_true", help="for machines")
    command.add_argument(
        "--pairs",
        type=file_ending_in(".png"),
        metavar="FILE",
        help="the pairs nearest to each other, a .png",
    )


def _add_movie(commands):
    command = commands.add_parser("movie", help="join a run's pictures into generation.gif")
    command.add_argument(
        "directory", type=Path, nargs="?", default=Path(), help="the run's folder; default: here"
    )


def _add_slides(commands):
    command = commands.add_parser("slides", help="make slides of executed notebooks")
    command.add_argument(
        "notebooks",
        type=Path,
        nargs="*",
        metavar="NOTEBOOK",
        help="default: those in notebooks/ and its solutions/",
    )
    command.add_argument(
        "--output", type=Path, default=Path("build/slides"), metavar="DIR", help="build/slides"
    )


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
