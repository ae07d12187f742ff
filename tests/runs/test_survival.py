"""What a run survives, one test a row of the promise.

Row 19 (which checkpoint is the latest) stands in test_checkpoints.py, 20 (whole files) and 26
(importing has no effect) in test_package.py, 21 and 22 (bad files, no network) in test_data.py,
23 (bad input) in test_latent.py, test_plotting.py and test_main.py.

Runs are real and small: a recipe of tiny networks with Dropout, 20 images in batches of 8, so
three steps an epoch and a ragged last one.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
import survive
from helpers import (
    PROJECT,
    STEPS,
    TINY,
    after_each_step,
    assert_same,
    contents,
    newest,
    state,
    tiny_checkpoint,
)
from jupyter_client.manager import start_new_kernel

import gan_tutorial as gt
from gan_tutorial import checkpoints
from gan_tutorial.runs import run as runs
from gan_tutorial.runs.stopping import Stopped

with gt.quiet():
    import tensorflow as tf


def stop_at(monkeypatch, steps, number=signal.SIGINT):
    """Let a real signal reach this process once after each of these steps."""
    left = set(steps)

    def signalled(step, _):
        if step in left:
            left.discard(step)
            os.kill(os.getpid(), number)

    after_each_step(monkeypatch, signalled)


def test_row_01_one_epoch_and_then_two(few, whole, tmp_path):
    gt.run(few, tmp_path / "run", TINY, epochs=1, seed=3)
    gt.run(few, tmp_path / "run", resume=True)
    assert_same(tmp_path / "run", whole)


def test_row_02_resumed_at_every_step_eight_times_in_a_row(few, whole, tmp_path, monkeypatch):
    stop_at(monkeypatch, range(1, 9))
    for i in range(1, 10):
        if i < 9:
            with pytest.raises(Stopped, match=f"stopped after step {i}"):
                gt.run(few, tmp_path / "run", TINY, seed=3, resume=i > 1)
        else:
            losses = gt.run(few, tmp_path / "run", resume=True)
    assert_same(tmp_path / "run", whole)
    assert len(losses) == 9


def test_row_03_a_drawn_seed_is_shown_stored_and_resumed(few, tmp_path, capsys):
    gt.run(few, tmp_path / "drawn", TINY, epochs=1)
    seed = int(capsys.readouterr().out.split("Drawn seed: ")[1])
    gt.run(few, tmp_path / "drawn", resume=True, epochs=2)
    gt.run(few, tmp_path / "named", TINY, epochs=2, seed=seed)
    assert_same(tmp_path / "drawn", tmp_path / "named")


def test_row_04_without_the_state_of_dropout_the_comparison_fails(
    few, whole, tmp_path, monkeypatch
):
    make = checkpoints.make

    def forgetful(*objects):
        checkpoint = make(*objects)
        checkpoint.dropout = []
        return checkpoint

    monkeypatch.setattr(checkpoints, "make", forgetful)
    gt.run(few, tmp_path / "run", TINY, epochs=1, seed=3)
    gt.run(few, tmp_path / "run", resume=True)
    one, other = (gt.read_losses(directory) for directory in (whole, tmp_path / "run"))
    assert np.array_equal(one[:STEPS], other[:STEPS])
    assert not np.array_equal(one, other)


def test_row_05_sigkill_at_random_moments():
    assert survive.main(["--kills", "3", "--epochs", "3", "--images", "160"]) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_row_06_a_signal_saves_and_gives_the_handlers_back(
    number, few, whole, tmp_path, monkeypatch
):
    handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    stop_at(monkeypatch, [4], number)
    with pytest.raises(Stopped, match=r"after step 4.*saved in .*resume") as stopped:
        gt.run(few, tmp_path / "run", TINY, seed=3)
    assert stopped.value.signal == number
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert newest(tmp_path / "run").name == "ckpt-4"
    gt.run(few, tmp_path / "run", resume=True)
    assert_same(tmp_path / "run", whole)


@pytest.mark.parametrize("where", ["generate_and_save_images", "write_losses"])
def test_row_06_a_signal_in_a_picture_or_a_save(where, few, whole, tmp_path, monkeypatch):
    original = getattr(runs, where)

    def interrupted(*arguments):
        os.kill(os.getpid(), signal.SIGINT)
        monkeypatch.setattr(runs, where, original)
        return original(*arguments)

    monkeypatch.setattr(runs, where, interrupted)
    with pytest.raises(Stopped, match="after step 3"):
        gt.run(few, tmp_path / "run", TINY, seed=3)
    gt.run(few, tmp_path / "run", resume=True)
    assert_same(tmp_path / "run", whole)


def test_row_06_a_second_signal_stops_at_once_without_harm(few, whole, tmp_path, monkeypatch):
    def interrupted_twice(epoch, losses):
        if epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as stopped:
        gt.run(few, tmp_path / "run", TINY, seed=3, watch=lambda *_: interrupted_twice)
    assert not isinstance(stopped.value, Stopped)
    gt.run(few, tmp_path / "run", resume=True)
    assert_same(tmp_path / "run", whole)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_row_06_the_command_exits_with_130_or_143(number, mnist_file, tmp_path):
    command = [sys.executable, "-m", "gan_tutorial", "train", "--recipe", "fast", "--seed", "1"]
    command += ["--epochs", "100000", "--output", str(tmp_path / "run")]
    environment = {**os.environ, "GAN_TUTORIAL_MNIST": str(mnist_file)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        picture = tmp_path / "run" / "images_from_seed_images" / "image_at_epoch_001.png"
        while not picture.exists() and process.poll() is None:
            threading.Event().wait(0.1)
        process.send_signal(number)
        errors = process.communicate(timeout=60)[1]
    assert process.returncode == 128 + number
    assert errors.count("\n") == 1
    assert errors.startswith("gan-tutorial: stopped after step")


def test_row_06_a_notebooks_interrupt(mnist_file, tmp_path):
    code = (
        "import gan_tutorial as gt\n"
        f"(images, _), _ = gt.load_mnist({str(mnist_file)!r})\n"
        f"gt.run(images, {str(tmp_path / 'run')!r}, 'fast', epochs=100_000, seed=1)"
    )
    picture = tmp_path / "run" / "images_from_seed_images" / "image_at_epoch_001.png"
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        # else the kernel drops what is asked of it within a moment of the error
        request = client.execute(code, stop_on_error=False)
        while not picture.exists() and manager.is_alive():
            threading.Event().wait(0.1)
        manager.interrupt_kernel()
        answer = client.get_shell_msg(timeout=60)
        while answer["parent_header"].get("msg_id") != request:  # a late one to another question
            answer = client.get_shell_msg(timeout=60)
        answer = answer["content"]
        assert answer["ename"] == "Stopped"
        assert "saved in" in answer["evalue"]
        assert client.execute_interactive("1 + 1", timeout=60)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def damage(path, how):
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(content[: {"truncated": len(content) // 2, "empty": 0}[how]])


@pytest.mark.parametrize("how", ["truncated", "empty", "missing"])
@pytest.mark.parametrize("part", [".index", ".data-00000-of-00001"])
def test_row_07_a_damaged_newest_checkpoint_is_passed_over(part, how, run_copy, few, whole):
    damage(newest(run_copy).with_name("ckpt-9" + part), how)
    with pytest.warns(UserWarning, match="ckpt-9 .* damaged: .*going back to ckpt-6"):
        gt.run(few, run_copy, resume=True)
    assert_same(run_copy, whole)


def test_row_07_any_byte_flipped(run_copy):
    folder, chance = run_copy / "training_checkpoints", random.Random(0)
    paths = [folder / "ckpt-9.index", folder / "ckpt-9.data-00000-of-00001", folder / "checkpoint"]
    checkpoint, outcomes = tiny_checkpoint(), set()
    for i in range(200):
        path = paths[i % 3]
        content = path.read_bytes()
        position = chance.randrange(len(content))
        flipped = bytes([content[position] ^ (1 << chance.randrange(8))])
        path.write_bytes(content[:position] + flipped + content[position + 1 :])
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", ResourceWarning)  # what another test has left open
            step = gt.checkpoints.resume(checkpoint, folder)
        assert (step, len(told)) in {(9, 0), (6, 1)}
        outcomes.add(step)
        path.write_bytes(content)
    assert outcomes == {6, 9}


def test_row_08_all_damaged(run_copy, few):
    for path in run_copy.rglob("ckpt-*.data*"):
        damage(path, "truncated")
    before = contents(run_copy)
    with pytest.raises(gt.CheckpointError, match=r"no good checkpoint: ckpt-9 .*; ckpt-6 "):
        gt.run(few, run_copy, resume=True)
    assert contents(run_copy) == before


@pytest.mark.parametrize("content", [None, b"", b"garbage", bytes(range(256))])
def test_row_09_the_state_file_does_not_matter(content, run_copy, few, tmp_path):
    path = run_copy / "training_checkpoints" / "checkpoint"
    path.unlink() if content is None else path.write_bytes(content)
    gt.run(few, run_copy, epochs=4, resume=True)
    assert newest(run_copy).name == "ckpt-12"


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of 3 MB; needs the right to mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize(("left", "what"), [(8_192, "image_at_epoch_004"), (200_000, "ckpt-12")])
def test_row_10_a_full_disk(left, what, small_disk, few, whole):
    shutil.copytree(whole, small_disk / "run")
    before = state(small_disk / "run")
    ballast = small_disk / "ballast"
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(b"0" * (free - left))
    with pytest.raises(OSError, match=rf"run.*{what}.* needs .* bytes.*, .* are free"):
        gt.run(few, small_disk / "run", epochs=4, resume=True)
    after = state(small_disk / "run")
    assert {name: after[name] for name in before} == before
    assert not [
        *small_disk.rglob("*_temp"),
        *small_disk.rglob(".gan-tutorial-*"),
        *small_disk.rglob("ckpt-12*"),
    ]
    ballast.unlink()
    gt.run(few, small_disk / "run", epochs=4, resume=True)
    assert newest(small_disk / "run").name == "ckpt-12"


def test_row_11_a_file_in_the_folders_place(few, tmp_path):
    (tmp_path / "run").write_text("mine", encoding="utf-8")
    with pytest.raises(OSError, match="run"):
        gt.run(few, tmp_path / "run", TINY, seed=3)
    assert (tmp_path / "run").read_text(encoding="utf-8") == "mine"
    gt.run(few, tmp_path / "missing" / "parents" / "run", TINY, epochs=1, seed=3)


def test_row_12_two_runs_in_one_folder(run_copy, few):
    holder = (
        "import sys, pathlib, time; from gan_tutorial.runs.folder import only_writer\n"
        "with only_writer(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, run_copy], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(gt.CheckpointError, match=f"process {other.pid} is training in"):
            gt.run(few, run_copy, epochs=4, resume=True)
        other.kill()
        other.wait()
    gt.run(few, run_copy, epochs=4, resume=True)
    assert newest(run_copy).name == "ckpt-12"


@pytest.mark.parametrize("change", ["architecture", "swapped"])
def test_row_13_other_networks_are_refused_and_not_changed(change, run_copy):
    recipe = "fast" if change == "architecture" else TINY
    networks, optimizers = gt.make_networks(recipe), gt.make_optimizers(recipe)
    if change == "swapped":
        networks = networks[::-1]
    checkpoint = gt.checkpoints.make(*networks, *optimizers)
    before = [network.get_weights() for network in networks]
    with pytest.raises(gt.CheckpointError, match=r"ckpt-9.* does not fit"):
        gt.checkpoints.resume(checkpoint, run_copy / "training_checkpoints")
    for weights, network in zip(before, networks, strict=True):
        assert all(map(np.array_equal, weights, network.get_weights()))


@pytest.mark.parametrize(
    "other", [{"batch_size": 4}, {"seed": 4}, {"recipe": "fast"}, {"precision": "mixed_bfloat16"}]
)
def test_row_14_another_run_is_refused_with_the_differences(other, run_copy, few):
    before = contents(run_copy)
    [(name, value)] = other.items()
    with pytest.raises(gt.CheckpointError, match=f"another run: {name} was .*, is {value}"):
        gt.run(few, run_copy, resume=True, epochs=4, **other)
    with pytest.raises(gt.CheckpointError, match="another run: data was"):
        gt.run(few[::-1], run_copy, resume=True, epochs=4)
    with pytest.raises(gt.CheckpointError, match="batch_size was 8, is 4; seed was 3, is 4"):
        gt.run(few, run_copy, resume=True, batch_size=4, seed=4)
    assert contents(run_copy) == before


def test_row_15_another_environment_is_warned_of(run_copy, few):
    path = run_copy / "run.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"threads": ', '"threads": 10'), encoding="utf-8"
    )
    with pytest.warns(UserWarning, match="up to rounding only: threads was 10"):
        gt.run(few, run_copy, epochs=4, resume=True)


@pytest.mark.parametrize("name", ["moved", "with spaces", "Übungen-数"])
def test_row_16_any_folder(name, run_copy, few, whole, tmp_path, monkeypatch):
    run_copy.rename(tmp_path / name)
    (tmp_path / "link").symlink_to(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    gt.run(few, Path("link"), epochs=4, resume=True)
    assert newest(tmp_path / name).name == "ckpt-12"
    assert gt.restore(name)[0].count_params() == gt.make_networks(TINY)[0].count_params()


def test_row_17_the_generator_alone(run_copy, recwarn, capfd):
    generator, _ = gt.make_networks(TINY)
    path = tf.train.latest_checkpoint(str(run_copy / "training_checkpoints"))
    tf.train.Checkpoint(generator=generator).restore(path).expect_partial()
    points = gt.sample_prior(3, seed=0)
    restored, _ = gt.restore(run_copy)
    assert np.array_equal(
        gt.generate_images(generator, points), gt.generate_images(restored, points)
    )
    left_open = ResourceWarning  # by another test
    assert not [each for each in recwarn if not issubclass(each.category, left_open)]
    assert capfd.readouterr().err == ""


def test_row_18_what_is_not_finite_stops_the_run_and_is_never_saved(
    few, whole, run_copy, monkeypatch
):
    with pytest.raises(ValueError, match="hold NaN"):
        gt.run(np.full_like(few, np.nan), run_copy.parent / "new", TINY)
    assert not (run_copy.parent / "new").exists()
    before = state(run_copy)

    def poison(step, networks):
        if step == 10:
            weights = networks[0].variables[0]
            weights.assign(weights * np.nan)

    after_each_step(monkeypatch, poison)
    with pytest.raises(ValueError, match=r"step 11: the losses are .*nan.* not finite"):
        gt.run(few, run_copy, epochs=4, resume=True)
    assert state(run_copy) == before


def test_row_24_memory_stays_flat_for_any_number_of_images():
    generator = gt.generator_model(2, channels=4, kernel_size=1)
    points = gt.sample_prior(20_000, seed=0, latent_dim=2)
    gt.generate_images(generator, points[:300])
    tracemalloc.start()
    images = gt.generate_images(generator, points)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(images) == 20_000
    assert peak < 1.2 * images.nbytes


def test_row_25_an_epoch_that_is_reached_changes_nothing(run_copy, few, capsys):
    before = contents(run_copy)
    gt.run(few, run_copy, epochs=2, resume=True)
    assert "Epoch 2 is reached already" in capsys.readouterr().out
    assert contents(run_copy) == before


def test_what_a_kill_left_is_removed(run_copy, few, whole):
    folder = run_copy / "training_checkpoints"
    (folder / "ckpt-12_temp").mkdir()
    (folder / "ckpt-12_temp" / "part-00000-of-00001.data").write_text("half", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    (run_copy / "data" / f".gan-tutorial-{ended.pid}-losses.csv").write_text(
        "half", encoding="utf-8"
    )
    gt.run(few, run_copy, resume=True)
    assert_same(run_copy, whole)


@pytest.mark.parametrize("left", [None, "ckpt-3_temp/part-0", "ckpt-3.data-00000-of-00001"])
def test_a_run_killed_before_its_first_checkpoint_starts_at_step_0(
    left, few, whole, tmp_path, capsys
):
    (tmp_path / "run").mkdir()
    shutil.copy(whole / "run.json", tmp_path / "run")
    if left is not None:
        half = tmp_path / "run" / "training_checkpoints" / left
        half.parent.mkdir(parents=True)
        half.write_text("half", encoding="utf-8")
    gt.run(few, tmp_path / "run", resume=True)
    assert "starting at step 0" in capsys.readouterr().out
    assert_same(tmp_path / "run", whole)


@pytest.mark.slow
def test_row_05_fifty_kills_of_the_lectures_networks():
    arguments = ["--recipe", "lecture", "--kills", "50", "--images", "128", "--epochs", "8"]
    assert survive.main([*arguments, "--batch-size", "64"]) == 0


@pytest.mark.slow
def test_row_27_five_hundred_epochs_one_trace_flat_memory(few, tmp_path, monkeypatch):
    import psutil

    memory, traces, process = [], [], psutil.Process()
    make_step = runs.make_step

    def make(*objects, **options):
        train_step = make_step(*objects, **options)
        traces.append(train_step.experimental_get_tracing_count)
        return train_step

    def watch(*_):
        return lambda epoch, losses: memory.append(process.memory_info().rss / 2**20)

    monkeypatch.setattr(runs, "make_step", make)
    losses = gt.run(few, tmp_path / "run", TINY, epochs=500, seed=3, watch=watch)
    assert [count() for count in traces] == [1]
    assert len(losses) == 500 * STEPS
    assert (
        len((tmp_path / "run" / "data" / "losses.csv").read_text(encoding="utf-8").splitlines())
        == 1501
    )
    print("MiB at epochs 100, 200, ...:", [round(m) for m in memory[99::100]])
    assert memory[-1] - memory[99] < 0.1 * memory[99]


def test_row_29_a_checkpoint_of_an_earlier_release_loads():
    folder = PROJECT / "tests" / "releases" / "0.1.0"
    generator = gt.generator_model(2, channels=4, kernel_size=1)
    discriminator = gt.discriminator_model(channels=2, kernel_size=1)
    checkpoint = gt.checkpoints.make(generator, discriminator, *gt.make_optimizers())
    assert gt.checkpoints.resume(checkpoint, folder) == 5
    expected = np.load(folder / "images.npy")
    images = gt.generate_images(generator, [[0.5, -1.0], [2.0, 0.0]])
    assert images == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
def test_row_28_a_notebook_runs_in_a_read_only_checkout(tmp_path):
    mounted = tmp_path / "checkout"
    mounted.mkdir()
    mount = ["mount", "--bind", "-o", "ro", PROJECT, mounted]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this user may not mount a folder")
    try:
        command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider"]
        for name in ("solutions/03_solutions", "03_checkpoints"):
            notebook = mounted / "notebooks" / f"{name}.ipynb"
            run = subprocess.run([*command, "--nbval-current-env", notebook], cwd=tmp_path)
            assert run.returncode == 0
    finally:
        subprocess.run(["umount", mounted], check=True)
