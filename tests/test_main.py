import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import contents, run_python
from PIL import Image

from gan_tutorial.__main__ import main, save_images


@pytest.fixture
def mnist_variable(mnist_file, monkeypatch):
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(mnist_file))


def one_line_of_error(capfd):
    """Return what stands on stderr, which must be one line and no traceback."""
    error = capfd.readouterr().err
    assert error.startswith("gan-tutorial: ")
    assert error.endswith("\n")
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (
            ["--help"],
            0,
            "Usage: gan-tutorial .*evaluate .*generate .*grade .*movie .*slides .*train ",
        ),
        (["grade", "--help"], 0, "Usage: gan-tutorial grade .*--json.*--csv.*--timeout.*120.*"),
        (["train", "--epochs", "0"], 2, "Usage: gan-tutorial train .*--epochs.*0 .*x>=1"),
    ],
)
def test_help_and_wrong_usage_answer_without_tensorflow(arguments, status, words, tmp_path):
    answer = run_python("-X", "importtime", "-m", "gan_tutorial", *arguments, cwd=tmp_path)
    assert answer.returncode == status
    assert re.search(words, answer.stdout + answer.stderr, re.DOTALL)
    imported = {line.rpartition("|")[2].strip() for line in answer.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"tensorflow", "keras", "numpy", "matplotlib"}


@pytest.mark.parametrize("command", ["train", "generate", "evaluate", "movie", "slides", "grade"])
def test_every_command_has_help(command, capsys):
    assert main([command, "--help"]) == 0
    assert f"Usage: gan-tutorial {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "Usage: gan-tutorial "),
        ("paint", "No such command 'paint'"),
        ("train --recipe slow", "'--recipe': 'slow' is not one of 'lecture', 'fast'"),
        ("train --epochs 0", "'--epochs': 0 is not in the range x>=1"),
        ("train --batch-size -3", "'--batch-size': -3 is not in the range x>=1"),
        ("train --limit none", "'--limit': 'none' is not a valid integer"),
        ("train --seed -1", "'--seed': -1 is not in the range 0<=x<=4294967295"),
        ("train --precision float8", "'float8' is not one of 'float32', 'mixed_bfloat16'"),
        ("generate", "Missing option '--output'"),
        ("generate --seed 1 --output", "'--output' requires an argument"),
        ("generate --number 2.5 --output x.npz", "'--number': '2.5' is not a valid integer"),
        ("generate --scale-means wide --output x.npz", "a finite number, but is 'wide'"),
        ("generate --scale-means -inf --output x.npz", "a finite number, but is '-inf'"),
        ("generate --scale-stds nan --output x.npz", "'--scale-stds': must be a finite number"),
        ("generate --output grid.gif", "'--output': must end in .png or .npz, but is 'grid.gif'"),
        ("generate --output png", "but is 'png'"),
        ("generate --output .png", "but is '.png'"),
        ("generate --output folder/../..", "but is 'folder/../..'"),
        ("grade", "Missing argument 'NOTEBOOK...'"),
        ("grade x.ipynb --json --csv", "give --json or --csv, not both"),
        ("grade x.ipynb --timeout 0", "'--timeout': 0.0 is not in the range x>0"),
        ("evaluate --pairs pairs.npz", "'--pairs': must end in .png, but is 'pairs.npz'"),
    ],
)
def test_wrong_usage_exits_with_2_and_writes_nothing(
    arguments, message, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == 2
    out, error = capsys.readouterr()
    assert (out, message in error) == ("", True), error
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_output(tmp_path, capsys):
    (tmp_path / "folder.png").mkdir()
    assert main(["generate", "--output", str(tmp_path / "folder.png")]) == 2
    assert "folder.png' is a folder" in capsys.readouterr().err


TWO_COMMANDS = """
import sys
from gan_tutorial.__main__ import main
generate = ["generate", "--number", "3", "--checkpoint"]
assert main([*generate, sys.argv[1], "--output", "good.png"]) == 0
sys.exit(main([*generate, sys.argv[2], "--output", "bad.png"]))
"""


def test_tensorflow_adds_no_line_to_ours(fast_run, tmp_path):
    # without run.json the networks are taken for the lecture's, which they are not
    shutil.copytree(fast_run / "training_checkpoints", tmp_path / "alone")
    answer = run_python("-c", TWO_COMMANDS, fast_run, "alone", cwd=tmp_path)
    assert answer.returncode == 1, answer.stderr
    assert answer.stdout == "3 images in good.png\n"
    assert answer.stderr.startswith("gan-tutorial: 'alone/ckpt-3' does not fit these networks")
    assert answer.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.glob("*.png")] == ["good.png"]


def test_train_trains_on_the_named_data_and_resumes(mnist_variable, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    small = ["--recipe", "fast", "--limit", "64", "--seed", "1"]
    assert main(["train", *small, "--epochs", "1"]) == 0
    assert capfd.readouterr().out.splitlines() == [
        "MNIST: 200 training and 50 test images, from GAN_TUTORIAL_MNIST",
        "The run is in runs/fast",
    ]
    record = tmp_path / "runs" / "fast" / "data" / "losses.csv"
    first = record.read_text(encoding="utf-8")
    assert len(first.splitlines()) == 1 + 2
    assert main(["train", *small, "--epochs", "2"]) == 1
    assert "already holds a run" in one_line_of_error(capfd)
    assert main(["train", *small, "--epochs", "2", "--resume"]) == 0
    assert record.read_text(encoding="utf-8").startswith(first)
    assert len(record.read_text(encoding="utf-8").splitlines()) == 1 + 4
    assert capfd.readouterr().err == ""


def test_unknown_data_path_fails_with_one_line_and_makes_no_folder(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", "missing.npz")
    assert main(["train", "--output", str(tmp_path / "run")]) == 1
    assert one_line_of_error(capfd) == "gan-tutorial: no MNIST file at 'missing.npz'\n"
    assert list(tmp_path.iterdir()) == []


def test_batch_larger_than_the_data_fails_and_makes_no_folder(mnist_variable, tmp_path, capfd):
    run = tmp_path / "run"
    assert main(["train", "--limit", "10", "--output", str(run)]) == 1
    assert "from 1 to the number of images, 10, but is 256" in one_line_of_error(capfd)
    assert not run.exists()


def generate(checkpoint, output, *arguments):
    return main(["generate", "--checkpoint", str(checkpoint), "--output", str(output), *arguments])


def test_generated_npz_is_as_numpy_writes_it(fast_run, tmp_path, capfd):
    import gan_tutorial as gt

    path = tmp_path / "new folder" / "images.npz"
    assert generate(fast_run, path, "--number", "1500", "--seed", "1") == 0
    assert capfd.readouterr() == (f"1500 images in {path}\n", "")
    generator, _ = gt.restore(fast_run)
    points = gt.sample_prior(1500, seed=1, latent_dim=32)  # the program draws them in two parts
    np.savez(tmp_path / "whole.npz", images=gt.generate_images(generator, points))
    parts, whole = zipfile.ZipFile(path), zipfile.ZipFile(tmp_path / "whole.npz")
    assert parts.namelist() == whole.namelist() == ["images.npy"]
    assert parts.read("images.npy") == whole.read("images.npy")


def images_of(fast_run, folder, name, *arguments):
    assert generate(fast_run, folder / f"{name}.npz", "--number", "5", *arguments) == 0
    with np.load(folder / f"{name}.npz") as file:
        return file["images"]


def test_points_are_of_the_prior_unless_scales_are_given(fast_run, tmp_path):
    import gan_tutorial as gt

    generator, _ = gt.restore(fast_run)
    for arguments, points in (
        ([], gt.sample_prior(5, seed=1, latent_dim=32)),
        (["--scale-means", "5"], gt.generate_latent_points(5, 5, 1, seed=1, latent_dim=32)),
        (["--scale-stds", "10"], gt.generate_latent_points(5, 1, 10, seed=1, latent_dim=32)),
        (
            ["--scale-means", "-5", "--scale-stds", "1"],
            gt.generate_latent_points(5, -5, 1, seed=1, latent_dim=32),
        ),
        (["--scale-means", "0"], gt.generate_latent_points(5, 0, 1, seed=1, latent_dim=32)),
    ):
        images = images_of(fast_run, tmp_path, "images", "--seed", "1", *arguments)
        np.testing.assert_array_equal(images, gt.generate_images(generator, points))


def test_another_seed_or_none_gives_other_images(fast_run, tmp_path):
    seeds = (["--seed", "1"], ["--seed", "2"], [], [])
    made = [images_of(fast_run, tmp_path, "images", *seed).tobytes() for seed in seeds]
    assert len({*made}) == 4


def test_generated_png_is_a_grid(fast_run, tmp_path):
    assert generate(fast_run, tmp_path / "grid.png", "--number", "10", "--seed", "1") == 0
    with Image.open(tmp_path / "grid.png") as picture:
        assert picture.size == (4 * 60, 3 * 60)
        assert len(picture.convert("L").getcolors()) > 10
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    "arguments",
    [["--scale-means", "1e300"], ["--number", "9" * 14]],
)
@pytest.mark.parametrize("suffix", ["png", "npz"])
def test_impossible_points_fail_and_the_old_file_stays(
    suffix, arguments, fast_run, tmp_path, capfd
):
    path = tmp_path / f"images.{suffix}"
    path.write_text("old", encoding="utf-8")
    assert generate(fast_run, path, *arguments) == 1
    one_line_of_error(capfd)
    assert contents(tmp_path) == {path.name: b"old"}


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_folder_without_checkpoint_fails_and_writes_nothing(folder, tmp_path, capfd):
    (tmp_path / "empty").mkdir()
    assert generate(tmp_path / folder, tmp_path / "x.npz") == 1
    assert "no checkpoint" in (error := one_line_of_error(capfd))
    assert folder in error
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_movie_is_made_for_a_run_or_a_folder_of_pictures(fast_run, tmp_path, capfd):
    shutil.copytree(fast_run, tmp_path / "run")
    pictures = tmp_path / "run" / "images_from_seed_images"
    for directory in (tmp_path / "run", pictures):
        (pictures / "generation.gif").unlink(missing_ok=True)
        assert main(["movie", str(directory)]) == 0
        assert capfd.readouterr() == (f"{pictures / 'generation.gif'}\n", "")
        assert (pictures / "generation.gif").read_bytes().startswith(b"GIF89a")


def test_movie_of_a_run_by_its_name_or_folder(fast_run, tmp_path, capfd):
    shutil.copytree(fast_run, tmp_path / "run")
    assert main(["movie", "--checkpoint", str(tmp_path / "run")]) == 0
    assert capfd.readouterr().out.strip().endswith("generation.gif")
    assert main(["movie", str(tmp_path / "run"), "--checkpoint", "fast"]) == 2
    assert "give a DIRECTORY or --checkpoint, not both" in capfd.readouterr().err


def test_movie_of_nothing_fails_with_one_line(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert main(["movie"]) == 1
    assert "no image_at_epoch_*.png" in one_line_of_error(capfd)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_images_are_made_leaves_nothing(number, status, fast_run, tmp_path):
    command = [sys.executable, "-m", "gan_tutorial", "generate", "--number", "500000"]
    command += ["--checkpoint", str(fast_run), "--output", "images.npz"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not list(tmp_path.iterdir()):
            time.sleep(0.1)
        process.send_signal(number)
        last_line = process.stderr.read().splitlines()[-1]
    assert process.returncode == status
    assert last_line in ("gan-tutorial: interrupted", "gan-tutorial: terminated")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ['{"seed": 1}', '{"recipe": ["fast"]}', '{"recipe": "slow"}', "{"])
def test_run_json_without_a_recipe_is_named(text, fast_run, tmp_path, capfd):
    shutil.copytree(fast_run, tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(text, encoding="utf-8")
    assert generate(tmp_path / "run", tmp_path / "x.npz") == 1
    assert "run.json' does not name a recipe" in one_line_of_error(capfd)


@pytest.mark.parametrize("number", [2, 4])
def test_another_number_of_images_than_promised_is_refused(number, tmp_path):
    with pytest.raises(ValueError, match="3 images were promised"):
        save_images([np.zeros((number, 28, 28, 1))], 3, tmp_path / "x.npz")
    assert list(tmp_path.iterdir()) == []
