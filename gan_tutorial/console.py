"""What a command is given and how it ends: types, an exit status, and one line on stderr."""

import contextlib
import logging
import math
import os
import signal
import sys
import warnings

import click

from .files.paths import path_of
from .runs.stopping import termination_raises


def finite(text):
    """Return the finite number that a text holds."""
    with contextlib.suppress(ValueError):
        if math.isfinite(number := float(text)):
            return number
    raise click.BadParameter(f"must be a finite number, but is {text!r}")


def path(text):  # of this name, because the help calls a value by its function
    """Return the path that a text holds."""
    return path_of(text)


def file_ending_in(*suffixes):
    """Return the type of an option: the path of a file with one of these suffixes."""

    def file(text):
        path = path_of(text)
        if path.suffix not in suffixes:
            raise click.BadParameter(f"must end in {' or '.join(suffixes)}, but is {text!r}")
        if path.is_dir():
            raise click.BadParameter(f"must be a file, but {text!r} is a folder")
        return path

    return file


def given_options(*without):
    """Return the options of the command that runs as arguments for the same command, but some."""
    arguments = []
    for name, value in click.get_current_context().params.items():
        option = f"--{name.replace('_', '-')}"
        if name not in without and value not in (None, False):
            arguments.append(option if value is True else f"{option}={value}")
    return arguments


def run_command(cli, arguments=None):
    """Run a command of a click group; return the exit status.

    The status is 0; 1 with one line on stderr if the command failed; 2 if the usage was wrong; or
    128 + the number of a signal that ended the command. `arguments` are those of the command line
    if None.
    """
    try:
        return _run(cli, sys.argv[1:] if arguments is None else [*arguments])
    except click.exceptions.Exit as end:  # how --help ends
        return end.exit_code
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except Exception as error:
        _last_words(_reason(error))
        return 1
    except KeyboardInterrupt as error:
        _last_words(str(error) or "interrupted")
        return 128 + getattr(error, "signal", signal.SIGINT)


def _run(cli, arguments):
    """Run a command with its warnings as one line each; return its exit status, 0 or 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # because a terminal may be unable to show the name of a file
            stream.reconfigure(errors="backslashreplace")
    # because TensorFlow's remarks on a checkpoint that does not fit would bury our one line
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with warnings.catch_warnings(), termination_raises():
        warnings.showwarning = lambda message, *_: say(message)
        # not click's own `main`, because it forgets which signal came
        with cli.make_context("gan-tutorial", arguments) as context:
            return cli.invoke(context) or 0


def _reason(error):
    """Return why a command failed; raise the error again if it is a mistake of the program."""
    if isinstance(error, OSError | ValueError | MemoryError):
        return str(error) or type(error).__name__
    if isinstance(error, ModuleNotFoundError):
        return f"{error}: pip install 'gan_tutorial[notebooks]'"
    if isinstance(error, ImportError):  # of another backend of Keras, see shield.py
        return str(error)
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None or not isinstance(error, tensorflow.errors.OpError):
        raise error
    return f"TensorFlow: {str(error).splitlines()[0]}"


def say(message):
    """Print a message on stderr, in one line that names the program."""
    line = " ".join(str(message).splitlines())
    print(f"gan-tutorial: {line}", file=sys.stderr, flush=True)


def _last_words(message):
    """Say why the program ends, or print nothing from here on if the terminal has closed."""
    try:
        say(message)
    except OSError:
        # because Python would try again to print the rest at its end, and fail with status 120
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
