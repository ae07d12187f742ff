"""The workers of a run on this machine: started, watched and ended by one parent.

The parent trains nothing, and imports no TensorFlow. Each worker is the same command once more,
with TF_CONFIG in its environment and a pipe of the parent as its standard input. The pipe ends
with the parent, however the parent ends, and then the worker ends itself.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from .stopping import signals_noted, way_on

CHILD = "GAN_TUTORIAL_WORKER"  # is set in the environment of a worker that has a parent
GRACE = 10.0  # seconds for which a worker may be stopped
TICK = 0.05  # seconds from one look at the workers to the next


class WorkerError(OSError):
    """A worker of a run has failed, was killed or was stopped; the message names it."""

    status = 1


class LostWorkerError(WorkerError):
    """Another worker does not answer."""

    status = 74  # says to the parent, which knows more, that the last word is its


class AddressTakenError(WorkerError):
    """Another program listens at the address of a worker."""

    status = 73  # says to the parent that it should choose other ports


def train_together(number, arguments, directory):
    """Run `gan-tutorial train` with arguments in so many processes; return the exit status.

    The first worker, the chief, speaks for all. Signals are passed on to it. Raise WorkerError,
    which names the worker, if one fails, is killed or is stopped for more than 10 seconds.
    """
    for _ in range(5):
        with _started(number, arguments) as workers, signals_noted() as signals:
            status = _watched(workers, signals, directory)
        if status != AddressTakenError.status:
            return status
    raise WorkerError("five times a port for a worker was taken by another program")


def _watched(workers, signals, directory):
    """Return the status of the chief, or that of a worker whose address is taken."""
    passed_on, chief = 0, workers[0].process
    while True:
        time.sleep(TICK)
        for number in signals[passed_on:]:
            chief.send_signal(number)
            passed_on += 1
        statuses = [worker.look() for worker in workers]
        if AddressTakenError.status in statuses:
            return AddressTakenError.status
        for worker in workers:
            if fault := worker.fault():
                raise WorkerError(f"worker {worker.index} {fault}; {way_on(directory)}")
        if statuses[0] is not None and statuses[0] != LostWorkerError.status:
            return statuses[0]  # the chief has saved, and the others hold nothing of their own


@contextlib.contextmanager
def _started(number, arguments):
    """Start the workers, and end them all after the block."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(number)]
    workers = []
    try:
        for index in range(number):
            workers.append(_Worker(index, addresses, arguments))
        yield workers
    finally:
        for worker in workers:
            worker.end()


def free_ports(number):
    """Return ports of this machine that nobody listens at; another program may take them yet."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class _Worker:
    """A process that trains."""

    def __init__(self, index, addresses, arguments):
        self.index, self.stopped, self.seconds = index, False, 0.0
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": addresses}, "task": task})
        threads = max(1, (os.cpu_count() or 1) // len(addresses))
        usual = {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.errors = None if index == 0 else tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gan_tutorial", "train", *arguments],
            env={**usual, **os.environ, "TF_CONFIG": config, CHILD: str(os.getpid())},
            stdin=subprocess.PIPE,
            stdout=None if index == 0 else subprocess.DEVNULL,  # only the chief speaks
            stderr=self.errors,
            start_new_session=True,  # so that Ctrl-C reaches the parent alone, which passes it on
        )

    def end(self):
        """End the process at once, also one that is stopped."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        if self.errors is not None:
            self.errors.close()

    def look(self):
        """Note for how long the process is stopped, or has failed; return its status, or None."""
        with contextlib.suppress(ChildProcessError, AttributeError):  # not every system can tell
            options = os.WSTOPPED | os.WCONTINUED | os.WNOHANG
            if event := os.waitid(os.P_PID, self.process.pid, options):
                self.stopped = event.si_code == os.CLD_STOPPED
        status = self.process.poll()
        # counted in looks, because nobody has looked while the parent itself was stopped
        self.seconds = self.seconds + TICK if self.stopped or status else 0
        return status

    def fault(self):
        """Return what has befallen the process, in words; None if nothing has."""
        status = self.process.poll()
        if status is None:
            return "was stopped (SIGSTOP)" if self.seconds > GRACE else None
        if status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        if status == LostWorkerError.status:
            return "has lost the others" if self.seconds > 2 * GRACE else None
        # a second, in which the chief may end with the same fault and its own words
        if status == 0 or status > 128 or self.index == 0 or self.seconds < 1:
            return None
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines() or ["silently"]
        return f"failed: {lines[-1].removeprefix('gan-tutorial: ')}"


def end_with_parent():
    """End this process, if a parent has started it as a worker, as soon as the parent has ended."""
    if CHILD not in os.environ:
        return

    def wait():
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):  # Linux ends even a process that is stopped
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG


@contextlib.contextmanager
def last_word_to_parent():
    """End silently on an error between workers, if a parent started this one: it knows more."""
    try:
        yield
    except WorkerError as error:
        if CHILD not in os.environ:
            raise
        sys.exit(error.status)
