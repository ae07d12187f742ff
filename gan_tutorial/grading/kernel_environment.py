"""The environment of a kernel: folders that are removed afterwards, and none of our secrets."""

import os
import re
from pathlib import Path

MARK = "GAN_TUTORIAL_GRADING"  # in the environment of a kernel and of all that it starts
PROJECT = Path(__file__).parents[2]
# of Python, the locale, TensorFlow, CUDA, this library and Windows; others may be secrets
KNOWN = re.compile(
    r"PATH|LANG|LC_\w+|TZ|PYTHONPATH|LD_LIBRARY_PATH|(DYLD|TF|OMP|GAN_TUTORIAL|PROCESSOR)_\w+"
    r"|(CUDA|NVIDIA|XLA|MKL)\w*|SYSTEMROOT|SYSTEMDRIVE|COMSPEC|WINDIR|PATHEXT"
    r"|NUMBER_OF_PROCESSORS"
)
FOLDERS = {
    "HOME": "home",
    "USERPROFILE": "home",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_RUNTIME_DIR": "run",
    "APPDATA": "home",
    "LOCALAPPDATA": "home",
    "IPYTHONDIR": "home/.ipython",
    "JUPYTER_CONFIG_DIR": "home/.jupyter",
    "JUPYTER_DATA_DIR": "home/.local/share/jupyter",
    "JUPYTER_RUNTIME_DIR": "run",
    "MPLCONFIGDIR": "home/.config/matplotlib",
    "KERAS_HOME": "home/.keras",
    "TMPDIR": "tmp",
    "TEMP": "tmp",
    "TMP": "tmp",
}


def kernel_environment(folder, mark):
    """Return an environment in which programs take temporary folders for the user's own."""
    folders = {name: str(folder / place) for name, place in FOLDERS.items()}
    for place in folders.values():
        Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {name: value for name, value in os.environ.items() if KNOWN.fullmatch(name)}
    paths = [str(PROJECT), *filter(None, [known.get("PYTHONPATH")])]
    ours = {MARK: mark, "MPLBACKEND": "agg", "PYTHONPATH": os.pathsep.join(paths)}
    return {**known, **folders, **_mnist(), **ours}


def _mnist():
    """Name MNIST by its absolute path, because Keras finds no cache in another home."""
    if named := os.environ.get("GAN_TUTORIAL_MNIST"):
        return {"GAN_TUTORIAL_MNIST": os.path.abspath(os.path.expanduser(named))}
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").absolute()
    cached = keras / "datasets" / "mnist.npz"
    in_project = (PROJECT / "data" / "mnist.npz").exists()  # which the library finds by itself
    return {"GAN_TUTORIAL_MNIST": str(cached)} if cached.exists() and not in_project else {}
