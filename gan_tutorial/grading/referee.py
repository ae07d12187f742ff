"""Run our cells beside a student's: in the same kernel, with names of their own.

The student's cells are run as in every notebook. Our set-up and our checks are run in a second
namespace, because an answer may define `sum`, `np` or another name that a check uses. A check sees
of the student only the names that its exercise asks for. What our cells define, the student's
cells see, as in the lesson.
"""

import functools
import os
import sys

from IPython import get_ipython

import gan_tutorial
from gan_tutorial.classroom.exercises import check_answers


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
        self.streams = sys.stdout, sys.stderr
        self.ours = {"__name__": "__main__"}

    def run(self, source):
        """Run a cell of ours, and let the student's cells see the names that it binds."""
        self.restore()
        before = dict(self.ours)
        # by IPython, because tf.function asks for the source of what it compiles
        file = self.shell.compile.cache(source)
        exec(compile(source, file, "exec"), self.ours)
        new = {name: value for name, value in self.ours.items() if before.get(name) is not value}
        new.pop("__builtins__", None)
        self.shell.user_ns.update(new)

    def check(self, source, names):
        """Run a check with the student's answer, which has bound these names."""
        for name in names:
            self.ours.pop(name, None)
            if name in self.shell.user_ns:
                self.ours[name] = self.shell.user_ns[name]
        self.run(source)

    def restore(self):
        """Restore the folder, the streams and `check_answers`, which an answer may have changed."""
        os.makedirs(self.folder, exist_ok=True)
        os.chdir(self.folder)
        sys.stdout, sys.stderr = self.streams
        gan_tutorial.check_answers = check_answers
