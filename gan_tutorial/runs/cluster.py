"""Join the workers of a run as one of them, as the environment variable TF_CONFIG says."""

import contextlib
import json
import os
import re
import signal
import socket
import sys
import threading

import tensorflow as tf

from .stopping import TERMINATIONS
from .workers import AddressTakenError

PATIENCE = 25  # seconds for which workers wait for one that does not start
_EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, "task": {"type": "worker", "index": 0}}'
)


def strategy_of_environment():
    """Return the MultiWorkerMirroredStrategy of TF_CONFIG; None if it names no other worker.

    Raise ValueError if TF_CONFIG makes no sense, AddressTakenError if its address is taken.
    If another worker does not start within 25 seconds, end the process with a line that names it.
    """
    if (found := read_config(os.environ.get("TF_CONFIG"))) is None:
        return None
    workers, index = found
    by_ring = tf.distribute.experimental.CommunicationImplementation.RING
    options = tf.distribute.experimental.CommunicationOptions(implementation=by_ring)
    with _bounded(workers, index), _handlers_kept():
        try:
            return tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
        except tf.errors.OpError as error:
            line = str(error).partition("\n")[0]
            raise AddressTakenError(
                f"worker {index} cannot start at {workers[index]!r}: {line}"
            ) from error


def read_config(text):
    """Return (addresses of all workers, index of this one) of a TF_CONFIG; None if it is alone.

    Raise ValueError, which says what is expected, if the text is no such thing.
    """
    try:
        config = json.loads(text or "{}")
        cluster = config.get("cluster", {})
        if not cluster:
            return None
        workers = [*cluster.get("chief", []), *cluster["worker"]]
        task = config["task"]
        index = task["index"] + (len(cluster.get("chief", [])) if task["type"] == "worker" else 0)
        sensible = (
            cluster.keys() <= {"chief", "worker"}
            and task["type"] in cluster
            and isinstance(cluster["worker"], list)
            and 0 <= task["index"] < len(cluster[task["type"]])
            and len({*workers}) == len(workers)
            and all(re.fullmatch(r"\S+:[0-9]{1,5}", address) for address in workers)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        sensible = False
    if not sensible:
        raise ValueError(f"TF_CONFIG must be like {_EXAMPLE}, but is {text}")
    return None if len(workers) == 1 else (workers, index)


@contextlib.contextmanager
def _bounded(workers, index):
    """End this process, with a line, if the block takes too long for a worker has not started.

    TensorFlow waits for ever, in C++, so that no exception can end it.
    """

    def give_up():
        missing = [place for place, address in enumerate(workers) if not _answers(address)]
        names = " and ".join(f"{place} ({workers[place]})" for place in missing) or "unknown"
        print(f"gan-tutorial: worker {names} has not started", file=sys.stderr, flush=True)
        os._exit(1)

    timer = threading.Timer(PATIENCE, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _answers(address):
    """Return whether somebody listens at an address; a worker listens before it waits."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _handlers_kept():
    """Set Python's handlers of signals again, because TensorFlow puts its own in their place."""
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number in TERMINATIONS:
                signal.signal(number, signal.getsignal(number))
