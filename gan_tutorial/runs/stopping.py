"""Stopping a run well: the step is finished, the state saved, and one line says how to go on."""

import contextlib
import signal
import threading

# SIGTERM asks a program to end; SIGHUP says that its terminal has closed, and Windows has none
TERMINATIONS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Stopped(KeyboardInterrupt):
    """A run was stopped by a signal, and saved; `signal` is the signal's number."""

    def __init__(self, number, message):
        """Keep the signal's number, and the line for the user."""
        super().__init__(message)
        self.signal = number


@contextlib.contextmanager
def termination_raises():
    """Let SIGTERM and SIGHUP raise `Stopped` in the block, so that half-written files go."""
    noted = []

    def stop(number, frame):
        noted.append(number)
        if len(noted) == 1:  # the next one must not interrupt what clears up after the first
            raise Stopped(number, "terminated")

    with _handled_by(stop, TERMINATIONS):
        yield


@contextlib.contextmanager
def signals_noted():
    """Yield a list that takes the numbers of signals instead of stopping at once.

    The signals are SIGINT, SIGTERM and SIGHUP. The same one again does stop at once, by
    KeyboardInterrupt, but not SIGHUP, because a terminal that closes sends it more than once.
    Outside of the main thread the list stays empty.
    """
    noted = []

    def note(number, frame):
        if number in noted and number != getattr(signal, "SIGHUP", None):
            raise KeyboardInterrupt
        noted.append(number)

    with _handled_by(note, (signal.SIGINT, *TERMINATIONS)):
        yield noted


@contextlib.contextmanager
def _handled_by(handler, numbers):
    """Handle signals in the block; the old handlers are back after it.

    A signal that is ignored stays ignored, because that is what `nohup` is for. Nothing changes
    outside of the main thread, where Python allows no handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    before = {number: old for number, old in before.items() if old is not signal.SIG_IGN}
    try:
        for number in before:
            signal.signal(number, handler)
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old if old is not None else signal.SIG_DFL)


def until_signal(items):
    """Yield the items; raise `Stopped` after the one during which a signal came.

    An exception out of a signal's handler would be lost where it hits a finaliser.
    """
    with signals_noted() as noted:
        for item in items:
            yield item
            if noted:
                word = "interrupted" if noted[0] == signal.SIGINT else "terminated"
                raise Stopped(noted[0], word)
