"""What Ctrl-C and other signals do: a run ends its step, saves, and says how to go on."""

import contextlib
import signal
import threading

# SIGTERM asks a program to end. SIGHUP says that its terminal was closed. Windows has no SIGHUP.
TERMINATIONS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Stopped(KeyboardInterrupt):
    """A signal has stopped a run; the attribute `signal` is the number of the signal."""

    def __init__(self, number, message):
        """Keep the number of the signal, and the message for the user."""
        super().__init__(message)
        self.signal = number


@contextlib.contextmanager
def termination_raises():
    """Let SIGTERM and SIGHUP raise `Stopped` in the block.

    Without this exception the process would end at once, and leave half-written files behind.
    """
    noted = []

    def stop(number, frame):
        noted.append(number)
        if len(noted) == 1:  # because a second signal must not interrupt the cleaning up
            raise Stopped(number, "terminated")

    with _handled_by(stop, TERMINATIONS):
        yield


@contextlib.contextmanager
def signals_noted():
    """Note SIGINT, SIGTERM and SIGHUP in a list during the block, instead of stopping at once.

    The list is yielded, and holds the numbers of the signals. If SIGINT or SIGTERM comes a second
    time, it raises KeyboardInterrupt at once. SIGHUP does not, because a terminal that is closed
    can send SIGHUP more than once. Outside of the main thread the list stays empty.
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
    """Handle signals in the block, and restore the old handlers after the block.

    A signal that is ignored stays ignored, because `nohup` ignores SIGHUP on purpose. Outside of
    the main thread nothing changes, because Python allows handlers only in the main thread.
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


def stop_if_noted(signals, save, step, directory):
    """If a signal was noted, save the run, and raise `Stopped` with one line for the user.

    Args:
        signals: the numbers of the signals so far, from `signals_noted`.
        save: a function that saves the run.
        step: the number of the last step.
        directory: the run's folder.
    """
    if not signals:
        return
    save()  # before any word, because a terminal that was closed takes no more words
    raise Stopped(
        signals[0],
        f"stopped after step {step}, which is saved in {str(directory)!r}; "
        "go on with --resume (resume=True)",
    )


def way_on(directory):
    """Say how to go on with the run in a folder, after its processes have ended."""
    found = (directory / "training_checkpoints").glob("ckpt-*.index")
    steps = [int(path.stem[5:]) for path in found if path.stem[5:].isdecimal()]
    if steps:
        return f"the last checkpoint is of step {max(steps)}; --resume goes on"
    begun = (directory / "run.json").exists()
    return (
        "nothing is saved; --resume starts at step 0" if begun else "nothing is saved; start again"
    )


def until_signal(items):
    """Yield the items, and raise `Stopped` after the item during which a signal came.

    The signal's handler itself does not raise the exception, because Python loses an exception
    that is raised during a finaliser (`__del__`).
    """
    with signals_noted() as noted:
        for item in items:
            yield item
            if noted:
                word = "interrupted" if noted[0] == signal.SIGINT else "terminated"
                raise Stopped(noted[0], word)
