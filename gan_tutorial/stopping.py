"""Stopping a run well: the step is finished, the state saved, and one line says how to go on."""

import contextlib
import signal
import threading


class Stopped(KeyboardInterrupt):
    """A run was stopped by a signal, and saved. `signal` is its number, SIGINT or SIGTERM."""

    def __init__(self, number, message):
        """Keep the signal's number, and the line for the user."""
        super().__init__(message)
        self.signal = number


@contextlib.contextmanager
def termination_raises():
    """Let SIGTERM raise `Stopped` in the block, so that what is half-written is removed."""

    def stop(number, frame):
        raise Stopped(number, "terminated")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)


@contextlib.contextmanager
def signals_noted():
    """Yield a list that takes the numbers of SIGINT and SIGTERM instead of stopping at once.

    A second signal does stop at once, by KeyboardInterrupt. The old handlers are back after the
    block. Outside of the main thread, where Python allows no handlers, the list stays empty.
    """
    noted = []

    def note(number, frame):
        if noted:
            raise KeyboardInterrupt
        noted.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    handlers = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield noted
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def until_signal(items):
    """Yield the items; raise `Stopped` after the one during which SIGINT or SIGTERM came.

    An exception out of a signal's handler would be lost where it hits a finaliser.
    """
    with signals_noted() as noted:
        for item in items:
            yield item
            if noted:
                word = "interrupted" if noted[0] == signal.SIGINT else "terminated"
                raise Stopped(noted[0], word)
