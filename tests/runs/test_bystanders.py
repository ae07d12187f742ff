"""Row 30: what is not ours is there afterwards, byte for byte, whatever command was run."""

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from helpers import TINY, contents, write_notebook

import gan_tutorial as gt
from gan_tutorial.__main__ import main
from gan_tutorial.files.sums import write_sums
from gan_tutorial.files.whole import whole_file
from gan_tutorial.runs import restore as restore_module
from lecture_pages import __main__ as tool

# what other tools and people leave, and names that are one letter from ours
BYSTANDERS = [
    ".pre-commit-config.yaml",
    ".python-version",
    ".gitlab-ci.yml",
    ".lock",
    ".lock.pid",
    ".gan-tutorial-notes.md",
    ".gan-tutorial-run.json",
    ".gan-tutorial-99999999-thesis.tex",
    ".gan-tutorial-99999999-run.json~",
    ".gan-tutorial-99999999-run.json/mine.txt",
    ".gan-tutorial-99999999-image_at_epoch_001.png",
    ".run.json.swp",
    "#run.json#",
    "run.json.bak",
    "sub/.my-notes/thesis.tex",
    "other/ckpt-7_temp/mine.txt",
    "ckpt-7_temp/mine.txt",
    ".venv/lib/python3.11/site-packages/a-b.py",
    ".venv/.gan-tutorial-99999999-run.json",
    ".git/objects/ab/cd-ef",
    ".git/HEAD",
    ".ipynb_checkpoints/notes-checkpoint.ipynb",
    "data/.losses-4711.csv",
    "data/.losses.csv.swp",
    "data/.~lock.losses.csv#",
    "data/sub/.gan-tutorial-99999999-losses.csv",
    "training_checkpoints/.ipynb_checkpoints/a-checkpoint.ipynb",
    "training_checkpoints/ckpt-7_temporary/mine.txt",
    "training_checkpoints/ckpt-8_temp",
    "training_checkpoints/ckpt-1.txt",
    "training_checkpoints/ckpt-1.index.bak",
    "training_checkpoints/ckpt-01.index",
    "training_checkpoints/ckpt-²_temp/mine.txt",
    "training_checkpoints/deep/ckpt-9_temp/mine.txt",
    "images_from_seed_images/.DS_Store",
    "images_from_seed_images/.image_at_epoch_001-4711.png",
    "images_from_seed_images/image_at_epoch_001.png.bak",
]
LINKS = {
    ".link-to-data": "data",
    ".link-to-nothing": "nowhere",
    ".gan-tutorial-99999998-run.json": "run.json.bak",
    "training_checkpoints/ckpt-9_temp": "../sub",
}


def put_bystanders(folder):
    """Put files and links of others into a folder; return what must be there afterwards."""
    for name in BYSTANDERS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"mine: {name}", encoding="utf-8")
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)
    return theirs(folder)


def theirs(folder):
    links = {name: os.readlink(folder / name) for name in LINKS if (folder / name).is_symlink()}
    files = {name: content for name, content in contents(folder).items() if name in BYSTANDERS}
    return links | files


@pytest.fixture
def crowded(fast_run, larger_mnist, tmp_path):
    """Return a run's folder in which much else lies, and what that is."""
    shutil.copytree(fast_run, tmp_path / "run")
    return tmp_path / "run", put_bystanders(tmp_path / "run")


@pytest.mark.parametrize(
    "command",
    [
        "train --resume --limit 66 --epochs 2 --output .",
        "train --resume --limit 66 --epochs 1 --output .",
        "train --limit 66 --output .",
        "generate --checkpoint . --number 3 --output digits.png",
        "generate --checkpoint . --number 3 --output images_from_seed_images/digits.npz",
        "evaluate --checkpoint . --number 65 --pairs pairs.png",
        "movie .",
        "movie images_from_seed_images",
        "slides talk.ipynb --output .",
    ],
)
def test_row_30_after_a_command(command, crowded, monkeypatch):
    folder, before = crowded
    write_notebook(folder / "talk.ipynb", "# A talk")
    (folder / "talk.pdf").write_text("an article of the same name", encoding="utf-8")
    monkeypatch.chdir(folder)
    with contextlib.suppress(SystemExit):
        main(command.split())
    assert theirs(folder) == before
    assert (folder / "talk.pdf").read_text(encoding="utf-8") == "an article of the same name"


def test_row_30_a_new_run_in_a_folder_of_others(few, tmp_path):
    for name in ("image_at_epoch_001.png.bak", "my picture.png"):
        (tmp_path / "images_from_seed_images").mkdir(exist_ok=True)
        (tmp_path / "images_from_seed_images" / name).write_text("mine", encoding="utf-8")
    top = [name for name in BYSTANDERS if not name.startswith(("training", "images"))]
    for name in top:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"mine: {name}", encoding="utf-8")
    before = contents(tmp_path)
    gt.run(few, tmp_path, {**TINY, "epochs": 1})
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    "name",
    ["data/losses.csv", "images_from_seed_images/image_at_epoch_001.png", "run.json"],
)
def test_row_30_a_new_run_does_not_take_the_place_of_what_is_there(name, few, tmp_path):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(gt.CheckpointError, match=f"{name}.*another folder"):
        gt.run(few, tmp_path, TINY)
    assert contents(tmp_path) == {name: b"mine"}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_row_30_after_a_run_that_was_ended(number, crowded):
    folder, before = crowded
    command = [sys.executable, "-m", "gan_tutorial", "train", "--resume", "--limit", "66"]
    command += ["--output", str(folder), "--epochs", "100000"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        picture = folder / "images_from_seed_images" / "image_at_epoch_003.png"
        while not picture.exists() and process.poll() is None:
            threading.Event().wait(0.05)
        process.send_signal(number)
    (folder / "data" / f".gan-tutorial-{process.pid}-losses.csv").write_text(
        "half", encoding="utf-8"
    )
    assert theirs(folder) == before
    assert main([*command[3:-1], "1"]) == 0
    assert theirs(folder) == before
    assert not [*folder.glob(f"**/.gan-tutorial-{process.pid}-*")]


def test_row_30_what_a_living_process_writes_stays(run_copy, few):
    writer = (
        "import sys; from gan_tutorial.files.whole import whole_file\n"
        "with whole_file(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half'); print(temporary, flush=True); sys.stdin.read()"
    )
    movie = run_copy / "images_from_seed_images" / "generation.gif"
    with subprocess.Popen(
        [sys.executable, "-c", writer, movie],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        temporary = Path(process.stdout.readline().strip())
        gt.run(few, run_copy, epochs=4, resume=True)
        assert temporary.read_text(encoding="utf-8") == "half"
        process.stdin.close()
    assert movie.read_text(encoding="utf-8") == "half"
    assert process.returncode == 0


def test_row_30_a_number_that_another_container_has_too(run_copy, few):
    """A leftover may carry the number of a process that lives: ours, or that of a stranger."""
    leftovers = [
        run_copy / "training_checkpoints" / f".gan-tutorial-{number}-ckpt-7.index"
        for number in (os.getpid(), os.getppid(), 1)
    ]
    for path in leftovers:
        path.write_text("half", encoding="utf-8")
    gt.run(few, run_copy, epochs=4, resume=True)
    assert not [path for path in leftovers if path.exists()]


def test_row_30_two_threads_write_one_file(tmp_path):
    path, barrier = tmp_path / "file.txt", threading.Barrier(2)

    def write(text):
        with whole_file(path) as temporary:
            barrier.wait()
            temporary.write_text(text, encoding="utf-8")
            barrier.wait()

    writers = [threading.Thread(target=write, args=(text * 1000,)) for text in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_text(encoding="utf-8") in ("a" * 1000, "b" * 1000)
    assert list(tmp_path.iterdir()) == [path]


def test_row_30_no_file_is_truncated_through_a_link(run_copy, few, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    for name in (".gan-tutorial.lock.pid", f".gan-tutorial-{os.getpid()}-run.json"):
        (run_copy / name).symlink_to(tmp_path / "thesis.tex")
    gt.run(few, run_copy, epochs=4, resume=True)
    assert (tmp_path / "thesis.tex").read_text(encoding="utf-8") == "mine"


def test_row_30_folders_with_the_names_of_checkpoints(run_copy, few):
    mine = [f"training_checkpoints/{name}" for name in ("ckpt-1.index", "ckpt-99.index")]
    mine.append("training_checkpoints/ckpt-7_temp")
    for name in mine:
        (run_copy / name).mkdir()
        (run_copy / name / "thesis.tex").write_text("mine", encoding="utf-8")
    assert len(gt.run(few, run_copy, epochs=6, resume=True)) == 18
    assert [(run_copy / name / "thesis.tex").read_text(encoding="utf-8") for name in mine] == [
        "mine"
    ] * 3


def test_row_30_the_shipped_checkpoint_stays_when_its_run_goes_on(run_copy, few, monkeypatch):
    folder = run_copy / "training_checkpoints"
    for path in folder.glob("ckpt-6.*"):
        path.unlink()
    write_sums(folder, [path.name for path in folder.glob("ckpt-*")])
    monkeypatch.setattr(restore_module, "shipped_run", lambda name=None: run_copy)
    expected = [network.get_weights() for network in gt.restore()]
    for epochs in (4, 5, 6):
        gt.run(few, run_copy, epochs=epochs, resume=True)
    for network, weights in zip(gt.restore(), expected, strict=True):
        assert all(map(np.array_equal, network.get_weights(), weights))


def test_row_30_nothing_is_removed_through_a_linked_folder(run_copy, few, tmp_path):
    shutil.move(run_copy / "data", tmp_path / "elsewhere")
    (run_copy / "data").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / ".gan-tutorial-99999999-losses.csv").write_text(
        "mine", encoding="utf-8"
    )
    gt.run(few, run_copy, epochs=4, resume=True)
    assert (tmp_path / "elsewhere" / ".gan-tutorial-99999999-losses.csv").read_text(
        encoding="utf-8"
    ) == "mine"
    assert len(gt.read_losses(run_copy)) == 12  # written through the link all the same


@pytest.fixture
def built(tmp_path):
    """Return a notebook, and a folder with its page, its deck and the list of pages."""
    notebook = write_notebook(tmp_path / "R&D's 'own' one.ipynb", "# One")
    arguments = ["build", "--no-execute", "--output", str(tmp_path / "build"), str(notebook)]
    assert tool.main(arguments) == 0
    return notebook, tmp_path / "build"


def test_row_30_clean_removes_what_was_built_and_nothing_else(built, tmp_path):
    _, folder = built
    made = contents(folder)
    assert len(made) == 4  # page, deck, index, search
    mine = ["thesis.pdf", "talk.slides.html", "slides/talk.slides.pdf", "lib/a.py", "home.html"]
    for name in mine:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(
            "<title>Generative adversarial networks</title>", encoding="utf-8"
        )
    (folder / "link.html").symlink_to(folder.parent / "page.html")
    (folder.parent / "page.html").write_bytes(next(iter(made.values())))
    assert tool.main(["clean", "--output", str(folder)]) == 0
    assert {*contents(folder)} == {*mine, "link.html"}
    (tmp_path / "linked").symlink_to(folder)
    assert tool.main(["clean", "--output", str(tmp_path / "linked")]) == 0
    assert {*contents(folder)} == {*mine, "link.html"}


def test_row_30_nothing_is_left_of_a_build(built):
    _, folder = built
    assert tool.main(["clean", "--output", str(folder)]) == 0
    assert not folder.exists()


@pytest.mark.parametrize("suffix", [".html", ".slides.html", ".slides.pdf"])
def test_row_30_a_page_that_is_not_ours_stays(suffix, built, capsys):
    notebook, folder = built
    arguments = ["--output", str(folder), str(notebook)]
    assert tool.main(["build", "--no-execute", *arguments]) == 0  # ours are made anew
    (folder / f"{notebook.stem}{suffix}").write_text("<title>My own page</title>", encoding="utf-8")
    assert tool.main(["build", "--no-execute", *arguments]) == 1
    assert f"{suffix}' is not made by this program" in capsys.readouterr().err.replace('"', "'")
    if suffix != ".html":
        assert main(["slides", *arguments]) == 1
    assert (folder / f"{notebook.stem}{suffix}").read_text(
        encoding="utf-8"
    ) == "<title>My own page</title>"


def test_row_30_a_list_that_is_not_ours_stays(built, capsys):
    notebook, folder = built
    mine = "<title>Generative adversarial networks</title>, a course of my own"
    (folder / "index.html").write_text(mine, encoding="utf-8")
    arguments = ["build", "--no-execute", "--output", str(folder), str(notebook)]
    assert tool.main(arguments) == 1
    assert "index.html' is not made by this program" in capsys.readouterr().err
    assert (folder / "index.html").read_text(encoding="utf-8") == mine


def test_row_30_the_shipped_run_is_not_shipped_onto_itself(run_copy):
    before = contents(run_copy)
    with pytest.raises(SystemExit, match="the shipped run itself"):
        importlib.import_module("ship").ship(run_copy, run_copy)
    assert contents(run_copy) == before
