"""An answer that means harm costs its own exercise only, and leaves nothing behind."""

import psutil
import pytest
from helpers import contents
from small_lesson import ANSWERS, RIGHT, WRONG, fails, marks_of, not_yet, with_answers, write

from gan_tutorial.files.mnist import PROJECT_FILE
from gan_tutorial.grading.sandbox import Ended, sandbox

LOOP = "while True:\n    pass"
STUBBORN = """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass
"""
FLOOD = "while True:\n    print('spam ' * 20)"
PATCHED = """
import builtins, io, os, sys, tempfile
os.chdir(tempfile.mkdtemp())
sys.stdout = io.StringIO()
gt.check_answers = np = lambda *arguments: builtins.print("Right.")
def double(x):
    return x
"""
WRITES = """
from pathlib import Path
import tempfile
for folder in (Path(), Path.home(), Path.home() / ".config", Path(tempfile.gettempdir())):
    folder.mkdir(exist_ok=True)
    (folder / "written.txt").write_text("here")
def double(x):
    return 2 * x
"""
PROCESS = """
import subprocess, sys
for options in ({}, {"start_new_session": True}, {"env": {}}):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(9999)", MARK], **options)
"""
ASKS = "def total(numbers):\n    return float(input())"
NO_INPUT = "StdinNotImplementedError: raw_input was called, but this frontend does not support "
LIMIT = fails("no answer within 3 s")
FLOODED = fails("printed more than 1,000,000 characters")
EXIT, ENDED = fails("the answer called exit()"), fails("Python ended with status 0")
THREAD = """
import builtins, threading, time
say = print
def go():
    while True:
        time.sleep(0.001)
        say("Right.", flush=True)
threading.Thread(target=go, daemon=True).start()
builtins.print = lambda *texts, **options: None
"""
SLOW = "    import time; time.sleep(0.3)\n    print('Right.')\n    return 0"
TOO_SMALL = not_yet("answer 1 of 1 contains 0, which is too small.")
HOSTILE = {  # three answers, and their marks
    "loops": ((LOOP, STUBBORN, "def four():\n    while True: pass"), (LIMIT, LIMIT, LIMIT)),
    "exits": (("exit()", "def total(x):\n    import os; os._exit(0)"), (EXIT, ENDED, RIGHT)),
    "floods": ((FLOOD, "print('x' * 50_000_000)"), (FLOODED, FLOODED, RIGHT)),
    "patched": ((PATCHED, "def total(numbers):\n    return 10"), (WRONG, RIGHT, RIGHT)),
    "prints": (
        (THREAD + ANSWERS["9-1"], f"def total(x):\n{SLOW}", f"def four():\n{SLOW}"),
        (RIGHT, TOO_SMALL, TOO_SMALL),
    ),
    "writes": ((WRITES, ASKS), (RIGHT, fails(f"{NO_INPUT}input requests."), RIGHT)),
}


def test_hostile_answers_cost_their_own_exercise_only(solutions, surroundings, tmp_path, capsys):
    for name, (answers, _) in HOSTILE.items():
        write(tmp_path / "in" / f"{name}.ipynb", with_answers(*answers))
    before = contents(tmp_path)
    marks = marks_of(tmp_path / "in", solutions, capsys, "--timeout", "3")
    assert marks == {name: [*marks] for name, (_, marks) in HOSTILE.items()}
    assert contents(tmp_path) == before
    assert list((surroundings / "temporary").iterdir()) == []


def test_no_process_outlives_the_grading(solutions, tmp_path, capsys):
    mark = tmp_path.as_posix()  # as an argument it finds the processes again
    starts = PROCESS.replace("MARK", repr(mark))
    answers = f"{starts}\n{ANSWERS['9-1']}", [starts, LOOP], [starts, "1 / 0"]
    write(tmp_path / "process.ipynb", with_answers(*answers))
    marks = marks_of(tmp_path / "process.ipynb", solutions, capsys, "--timeout", "3")
    assert marks == {"process": [RIGHT, LIMIT, fails("ZeroDivisionError: division by zero")]}
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert [line for line in lines if mark in line] == []


def test_an_earlier_answer_is_there_in_a_new_kernel(solutions, tmp_path, capsys):
    calls_the_first = "def four():\n    return double(offset)"
    path = write(tmp_path / "x.ipynb", with_answers(two="exit()", three=calls_the_first))
    assert marks_of(path, solutions, capsys) == {"x": [RIGHT, EXIT, RIGHT]}


@pytest.mark.parametrize("is_named", [True, False])
def test_mnist_is_found_from_another_home(is_named, surroundings, monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.delenv("GAN_TUTORIAL_MNIST", raising=False)
    cached = surroundings / "home" / ".keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_text("not read here", encoding="utf-8")
    if is_named:
        monkeypatch.setenv("GAN_TUTORIAL_MNIST", "mine.npz")
    elif PROJECT_FILE.exists():
        pytest.skip("data/mnist.npz comes before Keras's")
    with sandbox() as run:
        [outcome] = run(["import os; print(os.environ['GAN_TUTORIAL_MNIST'])"], 30)
    named = surroundings / "current" / "mine.npz"
    assert outcome.text == f"{named if is_named else cached}\n"


def test_a_kernel_knows_no_secrets(monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("LC_TIME", "C")
    with sandbox() as run:
        source = "import os; print([os.environ.get(name) for name in ('MY_TOKEN', 'LC_TIME')])"
        [outcome] = run([source], 30)
    assert outcome.text == "[None, 'C']\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("exit()", "the answer called exit()"),
        ("import os; os.kill(os.getpid(), 9)",
         "the process was killed (signal 9; perhaps it took too much memory)"),
        ("import os; os.kill(os.getpid(), 11)", "Python crashed (signal 11)"),
        ("import os; os._exit(3)", "Python ended with status 3"),
    ],
)  # fmt: skip
def test_how_a_kernel_has_ended(source, reason):
    with sandbox() as run, pytest.raises(Ended) as caught:
        run([source], 30)
    assert str(caught.value) == reason
