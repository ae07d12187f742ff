"""A kernel of our own Python, in a temporary folder, that ends with all that it started."""

import ast
import contextlib
import functools
import os
import queue
import re
import signal
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

from .kernel_environment import MARK, kernel_environment

LIMIT = 1_000_000  # characters that the cells of one call may print
CELL_FILE = re.compile(r"\((\d+\.py|<string>), ")  # what IPython calls a cell
CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")


class Stopped(Exception):  # noqa: N818, because that is no mistake of the program
    """The cells have been stopped, or have ended the kernel; the kernel is of no more use."""


class Ended(Stopped):
    """The kernel has ended before the cells."""


class Outcome(NamedTuple):
    """What a cell printed on stdout, its error or None, and the text that was asked for or None."""

    text: str
    error: str | None  # such as "NameError: …"
    asked: str | None = None


class OurPython(KernelSpecManager):
    """Only the Python that runs this program, whatever kernels are installed."""

    def get_kernel_spec(self, kernel_name):
        """Return how a kernel is started; the name is of no importance."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


@contextlib.contextmanager
def sandbox():
    """Start a kernel, and yield the function `run(sources, seconds, asked="")`, see `_run`."""
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(
        prefix="gan-tutorial-grade-", ignore_cleanup_errors=True
    ) as folder:
        manager = KernelManager(
            kernel_spec_manager=OurPython(), connection_file=str(Path(folder, "kernel.json"))
        )
        try:
            with _client(manager, Path(folder), mark) as client:
                yield functools.partial(_run, manager, client)
        finally:
            _end_all(mark, getattr(manager.provisioner, "pgid", None))
            if manager.has_kernel:
                manager.shutdown_kernel(now=True)


@contextlib.contextmanager
def _client(manager, folder, mark):
    (folder / "work").mkdir()
    nowhere = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)  # prints come as messages
    manager.start_kernel(cwd=str(folder / "work"), env=kernel_environment(folder, mark), **nowhere)
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


def _run(manager, client, sources, seconds, asked=""):
    """Run cells one after the other, and return their outcomes.

    Raise Stopped if they do not end within so many seconds, print too much or end the kernel.
    `asked` is an expression, whose value after the last cell is a text.
    """
    ends, printed, outcomes = time.monotonic() + seconds, 0, []
    for i, source in enumerate(sources, 1):
        options = {"store_history": False, "allow_stdin": False, "stop_on_error": False}
        wanted = {"asked": asked} if asked and i == len(sources) else {}
        sent = client.execute(source, user_expressions=wanted, **options)
        text, error = [], None
        for kind, content in _messages(manager, client, sent, ends, seconds):
            if kind == "error":
                reason = CELL_FILE.sub("(", content["evalue"])
                error = f"{content['ename']}: {reason}".removesuffix(": ")
            elif kind == "stream":
                text += [content["text"]] * (content["name"] == "stdout")
                printed += len(content["text"])
            if printed > LIMIT:
                raise Stopped(f"printed more than {LIMIT:,} characters")
        outcomes.append(Outcome("".join(text), error, _reply(client, sent)))
    return outcomes


def _messages(manager, client, sent, ends, seconds):
    """Yield (kind, content) of what a cell sends, until it is finished."""
    while True:
        if time.monotonic() > ends:
            raise Stopped(f"no answer within {seconds:g} s")
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            if not manager.is_alive():
                raise Ended(_why_ended(manager.provisioner)) from None
            continue
        if message["parent_header"].get("msg_id") != sent:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return
        yield kind, content


def _why_ended(provisioner):
    status = getattr(getattr(provisioner, "process", None), "returncode", None)
    if status is None or status >= 0:
        return "Python ended" if status is None else f"Python ended with status {status}"
    crashes = [getattr(signal, name, None) for name in CRASHES]
    if -status in crashes:
        return f"Python crashed (signal {-status})"
    memory = "; perhaps it took too much memory" if status == -9 else ""
    return f"the process was killed (signal {-status}{memory})"


def _reply(client, sent):
    """Return the text that was asked for with a finished cell, or None.

    Raise Ended if the cell has called exit(), which ends the kernel a bit later.
    """
    with contextlib.suppress(queue.Empty):
        while True:
            reply = client.get_shell_msg(timeout=5)
            if reply["parent_header"].get("msg_id") == sent:
                content = reply["content"]
                if any(each.get("source") == "ask_exit" for each in content.get("payload", [])):
                    raise Ended("the answer called exit()")
                asked = content.get("user_expressions", {}).get("asked", {})
                return ast.literal_eval(asked["data"]["text/plain"]) if "data" in asked else None
    return None


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
