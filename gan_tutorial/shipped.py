"""The networks that come with the tutorial: where they are, and that they are the ones."""

import hashlib
from pathlib import Path

from .files import CheckpointError, whole_file


def shipped_run():
    """Return the folder of the run that comes with the tutorial: its own top level.

    An installed package, which has no such level, carries the networks (and nothing else of the
    run) inside.
    """
    package, project = Path(__file__).parents[:2]
    return package if (package / "training_checkpoints").is_dir() else project


def write_sums(folder):
    """Write SHA256SUMS of a folder's checkpoint files, as `sha256sum --check` reads it."""
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(Path(folder).glob("ckpt-*"))]
    with whole_file(Path(folder) / "SHA256SUMS") as temporary:
        temporary.write_text("".join(lines))


def check_sums(folder):
    """Raise CheckpointError unless the checkpoint files are those that SHA256SUMS names."""
    sums = Path(folder) / "SHA256SUMS"
    try:
        named = dict(reversed(line.split()) for line in sums.read_text().splitlines())
    except (FileNotFoundError, ValueError) as error:
        raise CheckpointError(f"{str(sums)!r} can't be read: {error}") from None
    found = {path.name: _sha256(path) for path in Path(folder).glob("ckpt-*")}
    for name in sorted(named.keys() | found.keys()):
        if named.get(name) != found.get(name):
            raise CheckpointError(
                f"{name!r} in {str(folder)!r} is not as shipped: its sha256 is "
                f"{found.get(name, 'missing')}, and should be {named.get(name, 'missing')}"
            )


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
