"""Importing TensorFlow without its start-up log."""

import contextlib
import os

LEVEL = "TF_CPP_MIN_LOG_LEVEL"


@contextlib.contextmanager
def quiet():
    """Drop what TensorFlow logs while it is imported: `with gt.quiet(): import tensorflow as tf`.

    No setting switches off its first five lines, on the processor and on GPUs that are not there.
    In the block, whatever is written to file descriptor 2 is therefore dropped, also what other C
    libraries write. Python's errors are raised as ever. After the block both the descriptor and
    the environment variable TF_CPP_MIN_LOG_LEVEL are as they were.
    """
    level = os.environ.get(LEVEL)
    os.environ[LEVEL] = level or "3"  # TensorFlow reads it for the lines after the first five
    kept = os.dup(2)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        del os.environ[LEVEL]
        if level is not None:
            os.environ[LEVEL] = level
