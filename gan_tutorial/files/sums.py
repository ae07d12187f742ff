"""SHA256SUMS: whether a file that comes with the tutorial has the bytes that it should have."""

import hashlib
from pathlib import Path

from .whole import whole_file

SUMS = "SHA256SUMS"


class NotAsShippedError(OSError):
    """A file that comes with the tutorial is missing, or has other bytes than it should."""


def sha256(path):
    """Return the sha256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder, names):
    """Write the sha256 of some files of a folder to SHA256SUMS, as `sha256sum --check` reads it."""
    lines = [f"{sha256(Path(folder) / name)}  {name}\n" for name in sorted(names)]
    with whole_file(Path(folder) / SUMS) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")


def read_sums(folder):
    """Return {name: sha256} from SHA256SUMS of a folder, {} if there is no such file."""
    path = Path(folder) / SUMS
    try:
        return dict(
            reversed(line.split()) for line in path.read_text(encoding="utf-8").splitlines()
        )
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise NotAsShippedError(f"{str(path)!r} can't be read: {error}") from None


def check_sums(folder):
    """Return the names in SHA256SUMS of a folder.

    Raise NotAsShippedError if SHA256SUMS is missing or names no file, or if a file that it names
    has another sha256.
    """
    if not (named := read_sums(folder)):
        raise NotAsShippedError(f"{str(Path(folder) / SUMS)!r} is missing or empty")
    for name, expected in named.items():
        path = Path(folder) / name
        found = sha256(path) if path.exists() else "missing"
        if found != expected:
            raise NotAsShippedError(
                f"{name!r} in {str(folder)!r} is not as shipped: its sha256 is {found}, and should "
                f"be {expected}; take the file from the repository once more"
            )
    return {*named}
