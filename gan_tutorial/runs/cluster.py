"""Join the workers of a run as one of them, as the environment variable TF_CONFIG says."""

import contextlib
import faulthandler
import json
import os
import re
import signal
import socket
import threading
import time

from gan_tutorial._quiet import quiet

from .stopping import TERMINATIONS
from .workers import AddressTakenError, LostWorkerError

PATIENCE = 20  # seconds for which workers wait for one that does not start
_EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, "task": {"type": "worker", "index": 0}}'
)


def strategy_of_environment():
    """Return the MultiWorkerMirroredStrategy of TF_CONFIG; None if it names no other worker.

    Raise ValueError if TF_CONFIG makes no sense, AddressTakenError if another program listens at
    the address of this worker, and LostWorkerError if another worker does not start in 20 seconds.
    """
    if (found := read_config(os.environ.get("TF_CONFIG"))) is None:
        return None
    with quiet():
        import tensorflow as tf
    kinds = tf.distribute.experimental.CommunicationImplementation
    kind = kinds.AUTO if tf.config.list_physical_devices("GPU") else kinds.RING
    options = tf.distribute.experimental.CommunicationOptions(implementation=kind)
    meet(*found)
    # If a worker dies just now, TensorFlow waits for it for ever and lets no Python run.
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    try:
        return tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
    finally:
        faulthandler.cancel_dump_traceback_later()
        _take_signals_again()


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
            and type(index) is int
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        sensible = False
    if not sensible:
        raise ValueError(f"TF_CONFIG must be like {_EXAMPLE}, but is {text}")
    return None if len(workers) == 1 else (workers, index)


def meet(workers, index, patience=PATIENCE):
    """Wait until the workers at all addresses have started.

    Raise AddressTakenError if another program listens at our own address. Raise LostWorkerError,
    which names the missing ones, after some seconds of patience.
    """
    missing, end = {*range(len(workers))} - {index}, time.monotonic() + patience
    with listening(workers[index], index):
        while missing := {other for other in missing if not _answers(workers[other])}:
            if time.monotonic() > end:
                names = " and ".join(f"{other} ({workers[other]})" for other in sorted(missing))
                raise LostWorkerError(f"worker {names} did not start within {patience} seconds")
            time.sleep(0.1)


def listening(address, index):
    """Return a socket that listens at our port, until TensorFlow does."""
    try:
        return socket.create_server(("", int(address.rpartition(":")[2])), backlog=1024)
    except OSError as error:
        line = f"worker {index} cannot listen at {address!r}: {os.strerror(error.errno)}"
        raise AddressTakenError(line) from error


def _answers(address):
    """Return whether somebody listens at an address."""
    host, _, port = address.rpartition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=2):
        return True
    return False


def _take_signals_again():
    """Set Python's handlers again, because TensorFlow has put its own in their place."""
    if threading.current_thread() is threading.main_thread():
        for number in TERMINATIONS:
            signal.signal(number, signal.getsignal(number))
