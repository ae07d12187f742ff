"""A kernel of our own Python, in a temporary folder, that ends with all that it started."""

import contextlib
import os
import queue
import re
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import psutil
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

LIMIT = 1_000_000  # characters that the cells of one call may print
CELL_FILE = re.compile(r"\((\d+\.py|<string>), ")  # what IPython calls a cell
ENDED = "ended the kernel"
MARK = "GAN_TUTORIAL_GRADING"  # in the environment of a kernel and of all that it starts
PROJECT = Path(__file__).parents[2]
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


class Stopped(Exception):  # noqa: N818, because that is no mistake of the program
    """The cells have been stopped, or have ended the kernel; the kernel is of no more use."""


class Outcome(NamedTuple):
    """What a cell printed on stdout, and its error, such as "NameError: …", or None."""

    text: str
    error: str | None


class OurPython(KernelSpecManager):
    """Only the Python that runs this program, whatever kernels are installed."""

    def get_kernel_spec(self, kernel_name):
        """Return how a kernel is started; the name is of no importance."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


@contextlib.contextmanager
def sandbox():
    """Start a kernel, and yield the function `run(sources, seconds)`, see `_run`."""
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(
        prefix="gan-tutorial-grade-", ignore_cleanup_errors=True
    ) as folder:
        manager = KernelManager(
            kernel_spec_manager=OurPython(), connection_file=str(Path(folder, "kernel.json"))
        )
        try:
            with _client(manager, Path(folder), mark) as client:
                yield lambda sources, seconds: _run(manager, client, sources, seconds)
        finally:
            _end_all(mark, getattr(manager.provisioner, "pgid", None))
            if manager.has_kernel:
                manager.shutdown_kernel(now=True)


@contextlib.contextmanager
def _client(manager, folder, mark):
    (folder / "work").mkdir()
    nowhere = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)  # prints come as messages
    manager.start_kernel(cwd=str(folder / "work"), env=_environment(folder, mark), **nowhere)
    client = manager.blocking_client()
    client.start_channels()
    try:
        _wait(client)
        yield client
    finally:
        client.stop_channels()


def _wait(client):
    try:
        client.wait_for_ready(timeout=120)
    except RuntimeError as error:
        raise Stopped(f"no kernel could be started: {error}") from None


def _environment(folder, mark):
    """Return an environment in which programs take temporary folders for the user's own."""
    folders = {name: str(folder / place) for name, place in FOLDERS.items()}
    for place in folders.values():
        Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {name: os.environ[name] for name in os.environ if name != "PYTHONSTARTUP"}
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


def _run(manager, client, sources, seconds):
    """Run cells one after the other, and return their outcomes.

    Raise Stopped if they do not end within so many seconds, print too much or end the kernel.
    """
    ends, printed, outcomes = time.monotonic() + seconds, 0, []
    for source in sources:
        asked = client.execute(source, store_history=False, allow_stdin=False, stop_on_error=False)
        text, error = [], None
        for kind, content in _messages(manager, client, asked, ends, seconds):
            if kind == "error":
                reason = CELL_FILE.sub("(", content["evalue"])
                error = f"{content['ename']}: {reason}".removesuffix(": ")
            elif kind == "stream":
                text += [content["text"]] * (content["name"] == "stdout")
                printed += len(content["text"])
            if printed > LIMIT:
                raise Stopped(f"printed more than {LIMIT:,} characters")
        if _asks_for_the_end(client, asked):
            raise Stopped(ENDED)
        outcomes.append(Outcome("".join(text), error))
    return outcomes


def _messages(manager, client, asked, ends, seconds):
    """Yield (kind, content) of what a cell sends, until it is finished."""
    while True:
        if time.monotonic() > ends:
            raise Stopped(f"no answer within {seconds:g} s")
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            if not manager.is_alive():
                raise Stopped(ENDED) from None
            continue
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return
        yield kind, content


def _asks_for_the_end(client, asked):
    """Say whether a cell that is finished has called exit(), which ends the kernel a bit later."""
    with contextlib.suppress(queue.Empty):
        while True:
            reply = client.get_shell_msg(timeout=5)
            if reply["parent_header"].get("msg_id") == asked:
                payload = reply["content"].get("payload", [])
                return any(each.get("source") == "ask_exit" for each in payload)
    return False


def _end_all(mark, group):
    """Kill a kernel and what it started: what carries its mark, or is of its process group."""
    for _ in range(20):  # because a process may start another one meanwhile
        found = [process for process in psutil.process_iter() if _is_of(process, mark, group)]
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=1)
        if not found:
            return


def _is_of(process, mark, group):
    with contextlib.suppress(psutil.Error, OSError):
        if hasattr(os, "getpgid") and os.getpgid(process.pid) == group:
            return process.status() != psutil.STATUS_ZOMBIE
        return process.environ().get(MARK) == mark
    return False
