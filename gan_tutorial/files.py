"""Files that are whole or not there, and what can be wrong with those that we read."""

import contextlib
import os
from pathlib import Path


class DataError(OSError, ValueError):
    """A data file that is missing, damaged or not MNIST."""


class CheckpointError(OSError, ValueError):
    """A run's folder or checkpoint that is missing, in use, damaged or of another network."""


@contextlib.contextmanager
def whole_file(path):
    """Yield a temporary path beside `path` that becomes `path` if the block ends well.

    Otherwise the old file, if there was one, stays as it was. Missing folders are made. The
    temporary name begins with a dot, so that no listing of a run takes it for a part of it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
