"""Run our cells beside a student's: in the same kernel, with names of their own.

The student's cells are run as in every notebook. Our set-up and our checks are run in a second
namespace, because an answer may define `sum`, `np` or another name that a check uses. A check sees
of the student only the names that its exercise asks for. What our cells define, the student's
cells see, as in the lesson. What a check prints is kept apart from what an answer prints.
"""

import builtins
import functools
import os
import sys
import threading

from IPython import get_ipython

import gan_tutorial
from gan_tutorial.classroom.exercises import check_answers, first_mistake


@functools.cache
def referee():
    """Return the referee of this kernel; the first call must come before the student's cells."""
    return Referee()


class Referee:
    """Our namespace in a kernel, and what our cells rely on."""

    def __init__(self):
        """Remember the folder and the streams of a kernel that has run no other cells."""
        self.shell = get_ipython()
        self.folder = os.getcwd()
        self.streams, self.print = (sys.stdout, sys.stderr), builtins.print
        self.thread = threading.get_ident()
        self.ours = {"__name__": "__main__"}
        self.said = ""  # what our last check has printed

    def run(self, source):
        """Run a cell of ours, and let the student's cells see the names that it binds."""
        self.restore()
        self.shell.user_ns.update(self._new_names(source))

    def check(self, source, names):
        """Run a check with the student's answer, which has bound these names."""
        for name in names:
            self.ours.pop(name, None)
            if name in self.shell.user_ns:
                self.ours[name] = self.shell.user_ns[name]
        self.restore()
        self.said, self.ours["print"] = "", self._say
        gan_tutorial.check_answers = self._check_answers
        try:
            new = self._new_names(source)
        finally:
            del self.ours["print"]
            gan_tutorial.check_answers = check_answers
        self.shell.user_ns.update(new)

    def restore(self):
        """Restore the folder, the streams, `print` and `check_answers`, which may be changed."""
        os.makedirs(self.folder, exist_ok=True)
        os.chdir(self.folder)
        sys.stdout, sys.stderr = self.streams
        builtins.print = self.print
        gan_tutorial.check_answers = check_answers
        for name, value in self.ours.items():  # because `%reset` removes the names that we gave
            self.shell.user_ns.setdefault(name, value)

    def _new_names(self, source):
        """Run a cell of ours, and return the names that it binds with their values."""
        before = dict(self.ours)
        # by IPython, because tf.function asks for the source of what it compiles
        file = self.shell.compile.cache(source)
        exec(compile(source, file, "exec"), self.ours)
        new = {name: value for name, value in self.ours.items() if before.get(name) is not value}
        new.pop("__builtins__", None)
        return new

    def _say(self, *texts):
        if threading.get_ident() == self.thread:  # because an answer may leave threads behind
            self.said += " ".join(map(str, texts)) + "\n"

    def _check_answers(self, answers, expected, *, atol=1e-4):
        """Do what `gan_tutorial.check_answers` does, but do not print."""
        mistake = first_mistake(answers, expected, atol)
        self._say(mistake or "Right.")
        return mistake is None
