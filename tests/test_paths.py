"""Paths as people give them, terminals that cannot print them, file systems without locks."""

import errno
import inspect
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import TINY, assert_same, contents, newest, run_python, write_notebook
from matplotlib.figure import Figure
from PIL import Image

import gan_tutorial as gt
from gan_tutorial.__main__ import cli, main
from gan_tutorial.console import finite
from gan_tutorial.files import paths
from gan_tutorial.files.whole import whole_file

# ~ is the home folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return a home folder, and work in another; HOME is where `~` leads to."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    yield tmp_path / "home"
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("kind", [str, Path])
def test_a_run_at_home(kind, home, few, whole):
    gt.run(few, kind("~/run"), TINY, seed=3, epochs=1)
    gt.run(few, kind("~/run"), resume=True)
    assert_same(home / "run", whole)
    equal = np.array_equal(gt.read_losses(kind("~/run")), gt.read_losses(whole))
    assert equal
    gt.restore(kind("~/run"))
    gt.restore(kind("~/run/training_checkpoints"), 9)
    assert gt.make_movie(kind("~/run/images_from_seed_images")).is_relative_to(home)


@pytest.mark.parametrize("kind", [str, Path])
def test_files_at_home(kind, home, images, whole, mnist_file):
    generator, discriminator = gt.restore(whole)
    points, figure = gt.sample_prior(2, seed=0), gt.plot_result(images[:1])
    gt.plotting.save_figure(figure, kind("~/one.png"))
    gt.generate_and_save_images(generator, 1, points, kind("~/pictures"))
    gt.make_movie(kind("~/pictures"), kind("~/movie.gif"))
    pair = (generator, discriminator)
    checkpoint = gt.checkpoints.make(*pair, *gt.make_optimizers(TINY))
    gt.checkpoints.save(checkpoint, kind("~/saved"), 3)
    assert gt.checkpoints.load(checkpoint, kind("~/saved")) == 3
    assert gt.checkpoints.resume(checkpoint, kind("~/saved")) == 3
    shutil.copy(mnist_file, home / "mnist.npz")
    gt.load_mnist(kind("~/mnist.npz"))
    gt.evaluation.judge_model().save_weights(home / "my.weights.h5")
    gt.evaluation.load_judge(kind("~/my.weights.h5"))
    assert {*os.listdir(home)} == {
        *("one.png", "pictures", "movie.gif", "saved", "mnist.npz", "my.weights.h5")
    }


def test_the_commands_at_home(home, mnist_file, monkeypatch, whole, capsys):
    shutil.copy(mnist_file, home / "mnist.npz")
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", "~/mnist.npz")
    limit = ["--limit", "64", "--epochs", "1", "--recipe", "fast"]
    assert main(["train", "--output=~/run", *limit]) == 0
    for name in ("a.png", "a.npz"):
        assert main(["generate", "--checkpoint=~/run", f"--output=~/{name}", "--number=2"]) == 0
    assert main(["movie", "~/run"]) == 0
    write_notebook(home / "one.ipynb", "# A heading")
    assert main(["slides", "--output=~/decks", "~/one.ipynb"]) == 0
    assert "~" not in "".join(capsys.readouterr())
    assert {*os.listdir(home)} >= {"run", "a.png", "a.npz", "decks"}


def test_no_command_takes_a_path_in_another_way():
    kinds = {
        name: getattr(parameter.type, "func", parameter.type)
        for command in cli.commands.values()
        for parameter in command.params
        if (name := parameter.name) in ("output", "pairs", "directory", "notebooks")
    }
    assert len(kinds) == 4
    for kind in kinds.values():
        module = inspect.getmodule(kind)
        assert module.__name__ == "gan_tutorial.console"
        assert kind is not finite


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("~", "home"),
        ("~/a", "home/a"),
        ("a/~/b", "a/~/b"),
        ("./~", "work/~"),
        ("./~/a", "work/~/a"),
        ("~no-such-user/a", "work/~no-such-user/a"),
    ],
)
def test_where_a_path_leads_once_and_twice(given, expected, home):
    found = paths.path_of(given)
    absolute = home.parent / expected if expected.startswith(("home", "work")) else Path(expected)
    assert found == paths.path_of(found) == absolute


# suffixes


def leads(picture):
    starts = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"%PDF": ".pdf", b"<?xml": ".svg"}
    return next(suffix for start, suffix in starts.items() if picture.startswith(start))


@pytest.mark.parametrize(
    ("name", "written", "kind"),
    [
        ("digits", "digits.png", ".png"),
        ("digits.png", "digits.png", ".png"),
        ("DIGITS.PNG", "DIGITS.PNG", ".png"),
        ("digits.svg", "digits.svg", ".svg"),
        ("digits.jpg", "digits.jpg", ".jpg"),
        ("digits.jpeg", "digits.jpeg", ".jpg"),
        ("digits.pdf", "digits.pdf", ".pdf"),
        (".hidden", ".hidden.png", ".png"),
    ],
)
def test_a_figure_is_written_as_its_suffix_says(name, written, kind, images, tmp_path):
    made = []
    for _ in range(2):
        path = gt.plotting.save_figure(gt.plot_result(images[:1], titles="a"), tmp_path / name)
        made.append(path.read_bytes())
        path.unlink()
    assert path == tmp_path / written
    assert leads(made[0]) == kind
    assert made[0] == made[1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["digits.txt", "digits.npz", "v1.2"])
def test_a_figure_of_another_suffix_is_refused(name, images, tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.png or .* is wanted, but is .*"):
        gt.plotting.save_figure(gt.plot_result(images[:1]), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_figure_of_pyplot_or_of_ones_own_is_written_too(tmp_path):
    gt.plotting.save_figure(Figure(), tmp_path / "own.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["own.svg"]


@pytest.mark.parametrize(("name", "written"), [("a.gif", "a.gif"), ("a", "a.gif"), ("a.GIF",) * 2])
def test_a_movie_is_a_gif(name, written, whole, tmp_path):
    path = gt.make_movie(whole / "images_from_seed_images", tmp_path / name)
    assert path == tmp_path / written
    with Image.open(path) as movie:
        assert movie.format == "GIF"


@pytest.mark.parametrize("name", ["movie.mp4", "movie.png"])
def test_a_movie_of_another_suffix_is_refused(name, whole, tmp_path):
    with pytest.raises(ValueError, match=rf"ends in \.gif is wanted, but is .*{name}"):
        gt.make_movie(whole / "images_from_seed_images", tmp_path / name)
    assert list(tmp_path.iterdir()) == []


# one thing in the place of another


def test_an_array_in_the_place_of_an_archive(tmp_path, capfd, monkeypatch):
    np.save(tmp_path / "x.npy", np.zeros((3, 28, 28), np.uint8))
    with pytest.raises(gt.DataError, match=r"x\.npy'.*single array.* \.npz archive .*wanted"):
        gt.load_mnist(tmp_path / "x.npy")
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(tmp_path / "x.npy"))
    assert main(["train", "--output", str(tmp_path / "run")]) == 1
    [line] = capfd.readouterr().err.splitlines()
    assert "archive" in line
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("suffix", ["", ".index", ".data-00000-of-00001"])
def test_a_checkpoints_file_in_the_place_of_its_folder(suffix, whole, few, tmp_path, capfd):
    given = f"{newest(whole)}{suffix}"
    checkpoint = gt.checkpoints.make(*gt.make_networks(TINY), *gt.make_optimizers(TINY))
    before = contents(whole)
    for call in (
        lambda: gt.restore(given),
        lambda: gt.restore(Path(given), 9),
        lambda: gt.checkpoints.load(checkpoint, given),
        lambda: gt.checkpoints.resume(checkpoint, given),
        lambda: gt.checkpoints.save(checkpoint, given, 3),
        lambda: gt.read_losses(given),
        lambda: gt.run(few, given, TINY),
        lambda: gt.run(few, given, resume=True),
    ):
        folder = re.escape(repr(str(newest(whole).parent)))
        with pytest.raises(gt.CheckpointError, match=f"folder is wanted: {folder}, .*step=9"):
            call()
    assert main(["generate", "--checkpoint", given, "--output", str(tmp_path / "a.png")]) == 1
    [line] = capfd.readouterr().err.splitlines()
    assert "its folder is wanted" in line
    assert contents(whole) == before


def test_a_folder_that_is_named_like_a_checkpoint_is_a_folder(few, tmp_path):
    gt.run(few, tmp_path / "ckpt-9", TINY, epochs=1)
    gt.restore(tmp_path / "ckpt-9")


# terminals that cannot print a name

NAME = "Übung"
TERMINALS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "strict": {"PYTHONIOENCODING": "ascii:strict"},
    "posix": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
STRICT = """
import io, sys
from gan_tutorial.__main__ import main
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, "ascii", "strict")
sys.stderr = io.TextIOWrapper(sys.stderr.buffer, "ascii", "strict")
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("terminal", TERMINALS)
def test_a_finished_command_succeeds_whatever_the_terminal_prints(terminal, mnist_file, tmp_path):
    environment = {**TERMINALS[terminal], "GAN_TUTORIAL_MNIST": str(mnist_file)}
    options = ["--limit", "64", "--epochs", "1", "--recipe", "fast"]
    for status, *arguments in (
        (0, "train", *options, "--output", NAME),
        (2, "generate", "--output", f"{NAME}.txt"),
        (0, "movie", NAME),
    ):
        answer = run_python("-m", "gan_tutorial", *arguments, cwd=tmp_path, **environment)
        assert answer.returncode == status, answer.stderr
    assert NAME in os.listdir(tmp_path)


@pytest.mark.parametrize(("name", "status"), [(NAME, 1), ("\udcff", 1)])
def test_streams_that_refuse_a_name_get_its_escapes(name, status, tmp_path):
    answer = run_python("-c", STRICT, "movie", name, cwd=tmp_path)
    [line] = answer.stderr.splitlines()
    assert answer.returncode == status
    assert re.search(r"no image_at_epoch.*\\(xdc|udc)", line)


@pytest.mark.skipif(os.name != "posix", reason="a terminal as POSIX has it")
def test_a_terminal_of_ascii_shows_the_bar(mnist_file, tmp_path):
    import fcntl
    import termios

    terminal, inside = os.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "gan_tutorial", "train", "--recipe", "fast", "--epochs", "1"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.Popen(
        [*command, "--limit", "64", "--output", NAME],
        **dict.fromkeys(("stdin", "stdout", "stderr"), inside),
        env={**environment, "GAN_TUTORIAL_MNIST": str(mnist_file)},
        cwd=tmp_path,
    )
    os.close(inside)
    shown = b""
    while not shown.endswith(b"bung\r\n"):
        try:
            shown += os.read(terminal, 1000)
        except OSError:
            break
    assert run.wait(60) == 0, shown
    os.close(terminal)
    assert b"epoch 1/1" in shown


@pytest.mark.parametrize(
    "numbers",
    [("--scale-stds", "-1e-1"), ("--scale-means", "-5"), ("--scale-means=-1e-1",)],
)
def test_a_number_below_0_is_no_option(numbers, whole, tmp_path, capsys):
    path = tmp_path / "a.npz"
    arguments = ["--checkpoint", str(whole), "--number", "2", "--output", str(path)]
    assert main(["generate", *numbers, *arguments]) == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--seed", "-1"), "'--seed': -1 is not in the range"),
        (("--number", "-1e3"), "'--number': '-1e3' is not a valid integer"),
        (("--scale-stds", "-inf"), "'--scale-stds': must be a finite number, but is '-inf'"),
    ],
)
def test_a_number_below_0_that_is_wrong_is_named_as_a_number(option, words, capsys):
    assert main(["generate", *option, "--output", "a.npz"]) == 2
    assert words in capsys.readouterr().err


# a file system without locks

NO_LOCKS = """
import fcntl, importlib.abc, importlib.util, os, sys

def flock(*_):
    number = int(os.environ["NO_LOCKS"])
    raise OSError(number, os.strerror(number))

fcntl.flock = flock

# HDF5 locks by the system's own call, and so an open file of it is refused as a whole
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "h5py":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        loader_run = spec.loader.exec_module

        def exec_module(module):
            loader_run(module)
            begin = module.File.__init__

            def __init__(self, name, *arguments, **options):
                if isinstance(name, (str, bytes, os.PathLike)) and "locking" not in options:
                    flock()
                begin(self, name, *arguments, **options)

            module.File.__init__ = __init__

        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""


@pytest.fixture(params=["ENOLCK", "EOPNOTSUPP"])
def without_locks(request, tmp_path):
    """Return an environment in which the file system has no locks."""
    pytest.importorskip("fcntl")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NO_LOCKS, encoding="utf-8")
    number = getattr(errno, request.param)
    return {"PYTHONPATH": str(tmp_path / "site"), "NO_LOCKS": str(number)}


def test_a_run_without_locks_warns_of_what_is_not_guarded(without_locks, digits, tmp_path):
    images, labels = digits[0][:130], digits[1][:130]
    data = tmp_path / "mnist.npz"
    np.savez(data, x_train=images, y_train=labels, x_test=images, y_test=labels)
    command = ["-m", "gan_tutorial", "train", "--recipe", "fast", "--seed", 1, "--output", "run"]
    environment = {**without_locks, "GAN_TUTORIAL_MNIST": str(data)}
    for more in (["--epochs", 1], ["--epochs", 2, "--resume"]):
        answer = run_python(*command, *more, cwd=tmp_path, **environment)
        assert answer.returncode == 0, answer.stderr
        [line] = [line for line in answer.stderr.splitlines() if "locks" in line]
        reason = os.strerror(int(without_locks["NO_LOCKS"]))
        assert re.search(rf"'run' has no locks \({reason}\): .* two processes .* one run", line)
    answer = run_python(
        *command[:-1], "other", "--epochs", 2, cwd=tmp_path, GAN_TUTORIAL_MNIST=str(data)
    )
    assert "locks" not in answer.stderr
    for name in ("run", "other"):
        assert not [*(tmp_path / name).rglob("*.pid")]
    assert_same(tmp_path / "run", tmp_path / "other")


def test_the_judge_is_read_without_locks(without_locks, tmp_path):
    code = (
        "import gan_tutorial as gt, numpy as np\n"
        "judge = gt.evaluation.load_judge()\n"
        "np.save('weights.npy', np.concatenate([w.ravel() for w in judge.get_weights()]))\n"
        "import h5py\n"
        "try: h5py.File('some.h5', 'w')\n"
        "except OSError as error: print(error.errno)"
    )
    answer = run_python("-c", code, cwd=tmp_path, **without_locks)
    assert answer.stdout.strip() == without_locks["NO_LOCKS"], answer.stderr
    weights = gt.evaluation.load_judge().get_weights()
    expected = np.concatenate([part.ravel() for part in weights])
    np.testing.assert_array_equal(np.load(tmp_path / "weights.npy"), expected)


def test_files_are_whole_without_locks_too(monkeypatch, tmp_path):
    fcntl = pytest.importorskip("fcntl")

    def flock(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    with whole_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("whole", encoding="utf-8")
    assert contents(tmp_path) == {"a.txt": b"whole"}


def test_another_fault_of_a_lock_is_raised_as_what_it_is(few, tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def flock(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        gt.run(few, tmp_path / "run", TINY, seed=3, epochs=1)
