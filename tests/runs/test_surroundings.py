"""What a run survives of its surroundings: rows 31 to 36, and of 6 and 15 what needs processes."""

import contextlib
import errno
import inspect
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest
from helpers import (
    NAMESPACES,
    NOTEBOOKS,
    PROJECT,
    TINY,
    after_each_step,
    assert_same,
    contents,
    newest,
    read,
    run_python,
    tiny_checkpoint,
)
from nbclient import NotebookClient

import gan_tutorial as gt
from gan_tutorial.__main__ import main

with gt.quiet():
    import tensorflow as tf


posix = pytest.mark.skipif(os.name != "posix", reason="terminals and names as POSIX has them")
THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextlib.contextmanager
def no_permission(path):
    if os.name != "posix":
        pytest.skip("no POSIX permissions here")
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # to root no file is closed
    try:
        yield PermissionError
    finally:
        if root:
            os.seteuid(0)
        path.chmod(0o644)


@contextlib.contextmanager
def a_disk_that_fails(path):
    if not Path("/proc/self/mem").exists():
        pytest.skip("no file here whose reading fails")
    kept = path.rename(path.parent / "kept")
    path.symlink_to("/proc/self/mem")  # to read its first bytes is an input/output error
    try:
        yield OSError
    finally:
        path.unlink()
        kept.rename(path)


@contextlib.contextmanager
def too_many_open_files(path):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    opened = []
    try:
        with contextlib.suppress(OSError):
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        yield OSError
    finally:
        for number in opened:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@contextlib.contextmanager
def no_memory(path):
    original = Path.read_bytes

    def read_bytes(self):
        if self == path:
            raise MemoryError
        return original(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", read_bytes)
        yield MemoryError


FAULTS = [no_permission, a_disk_that_fails, too_many_open_files, no_memory]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("part", [".index", ".data-00000-of-00001"])
def test_row_31_a_passing_fault_is_raised_as_what_it_is(part, fault, run_copy, few, whole):
    for parent in run_copy.parents:
        if parent.owner() == run_copy.owner() and parent.name.startswith("pytest"):
            parent.chmod(0o755)
    path = newest(run_copy).with_name("ckpt-9" + part)
    checkpoint, before = tiny_checkpoint(), contents(run_copy)
    calls = [
        lambda: gt.checkpoints.resume(checkpoint, path.parent),
        lambda: gt.restore(run_copy),
        lambda: gt.restore(run_copy, 9),
    ]
    if fault in (no_memory, a_disk_that_fails):  # the others hinder the lock as well
        calls.append(lambda: gt.run(few, run_copy, epochs=4, resume=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # what another test has left open
        for call in calls:
            with fault(path) as kind, pytest.raises(kind) as raised:
                call()
            assert not isinstance(raised.value, gt.CheckpointError)
    after = contents(run_copy)
    assert {name: after[name] for name in before} == before
    shutil.rmtree(run_copy)
    shutil.copytree(whole, run_copy)
    gt.run(few, run_copy, epochs=3, resume=True)
    assert_same(run_copy, whole)


def test_row_31_a_passing_fault_is_one_line_on_the_command_line(run_copy, tmp_path, capsys):
    with a_disk_that_fails(newest(run_copy).with_name("ckpt-9.index")):
        status = main(["generate", "--checkpoint", str(run_copy), "--output", "x.npz"])
    [line] = capsys.readouterr().err.splitlines()
    assert (status, os.strerror(errno.EIO) in line, "damage" in line) == (1, True, False)


def test_row_31_what_is_damaged_is_set_aside_and_stays(run_copy, few, whole):
    folder = run_copy / "training_checkpoints"
    for prefix in ("damaged-", "damaged-2-"):
        for path in folder.glob("ckpt-9.*"):
            path.write_bytes(path.read_bytes()[: 100 + len(prefix)])
        damaged = {f"{prefix}{p.name}": p.read_bytes() for p in folder.glob("ckpt-9.*")}
        with pytest.warns(UserWarning, match="ckpt-9 .* damaged: .*going back to ckpt-6"):
            gt.run(few, run_copy, resume=True)
        assert {name: (folder / name).read_bytes() for name in damaged} == damaged
    assert_same(run_copy, whole)
    gt.run(few, run_copy, resume=True, epochs=9)
    assert len([*folder.glob("damaged-*")]) == 4


def test_row_31_a_fault_of_the_system_is_no_fault_of_mnist(mnist_file):
    with no_permission(mnist_file), pytest.raises(PermissionError):
        gt.load_mnist(mnist_file)


# row 32: a recipe of one's own

OWN = {
    "epochs": 3,
    "batch_size": 8,
    "optimizer": {"learning_rate": np.float64(1e-3), "beta_1": 0.5},
    "half_life": 20,
    "r1": 0.1,
    "generator": {"latent_dim": 7, "channels": 8, "kernel_size": 3},
    "discriminator": {"channels": 4, "kernel_size": 3, "dropout": 0.2},
}


@pytest.fixture(scope="module")
def own_run(few, tmp_path_factory):
    directory = tmp_path_factory.mktemp("own") / "run"
    gt.run(few, directory, OWN, seed=3)
    return directory


@pytest.mark.parametrize("named", [None, OWN, {**OWN, "epochs": 9}])
def test_row_32_a_recipe_of_ones_own_is_resumed_in_the_same_bits(named, few, own_run, tmp_path):
    gt.run(few, tmp_path / "run", OWN, seed=3, epochs=1)
    gt.run(few, tmp_path / "run", named, epochs=3, resume=True)
    assert_same(tmp_path / "run", own_run)


def test_row_32_and_restored(own_run, tmp_path, larger_mnist, capsys):
    generator, discriminator = gt.restore(own_run)
    assert generator.input_shape == (None, 7)
    assert discriminator.count_params() == gt.make_networks(OWN)[1].count_params()
    path = tmp_path / "run" / "digits.npz"
    for scales in ([], ["--scale-stds", "2"]):
        arguments = ["generate", "--checkpoint", str(own_run), "--number", "3", *scales]
        assert main([*arguments, "--output", str(path)]) == 0
    assert main(["evaluate", "--checkpoint", str(own_run), "--number", "65", "--json"]) == 0


def test_row_32_another_recipe_is_another_run(own_run, few):
    before = contents(own_run)
    for other in ("fast", {**OWN, "r1": 0.2}, {**OWN, "half_life": None}):
        with pytest.raises(gt.CheckpointError, match=r"another run: .*numbers was"):
            gt.run(few, own_run, other, epochs=4, resume=True)
    assert contents(own_run) == before


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"generator": None}, r"recipe\['generator'\] must be a dict, but is None"),
        ({"batch_size": "8"}, r"recipe\['batch_size'\] must be a whole number .*, but is '8'"),
        ({"batch_size": True}, "must be a whole number of at least 1, but is True"),
        ({"betas": 1}, "a recipe has the keys batch_size, .* but this one has .*betas"),
        ({"r1": float("inf")}, r"recipe\['r1'\] must be a number of at least 0, but is inf"),
        ({"half_life": 0}, "must be a number above 0, or None, but is 0"),
        ({"decay_steps": 2.5}, "must be a whole number of at least 1, or None, but is 2.5"),
        ({"generator": {"hidden": 0}}, "must be a whole number of at least 1, or None, but is 0"),
        ({"epochs": 1.5}, "must be a whole number of at least 1, but is 1.5"),
        ({"optimizer": {"learning_rate": 1e-3, "beta_1": "x"}}, "from 0 to below 1, but is 'x'"),
        ({"optimizer": {"learning_rate": 1e-3, "beta_1": 2.0}}, "from 0 to below 1, but is 2.0"),
        ({"optimizer": {}}, "has no learning_rate"),
        ({"optimizer": {"learning_rate": 1e-3, "name": dict}}, "numbers and names, but 'opt"),
        ({"generator": {"latent_dim": 0}}, "must be a whole number of at least 1, but is 0"),
        ({"discriminator": {"dropout": 1}}, "must be a number from 0 to below 1, but is 1"),
        ({"generator": {"chanels": 8}}, "does not fit the networks: .*chanels"),
        (
            {"optimizer": {"learning_rate": 0}},
            r"\['learning_rate'\] must be a number above 0, but is 0",
        ),
        ({"optimizer": {"learning_rate": keras.optimizers.schedules.CosineDecay(1, 9)}}, "above 0"),
        ({"epochs": 0}, "must be a whole number of at least 1, but is 0"),
    ],
)
def test_row_32_what_is_wrong_with_a_recipe_is_said(change, complaint, few, tmp_path):
    with pytest.raises(ValueError, match=complaint):
        gt.run(few, tmp_path / "run", {**OWN, **change})
    assert not (tmp_path / "run").exists()
    with pytest.raises(ValueError, match="epochs must be given"):
        gt.run(few, tmp_path / "run", {k: v for k, v in OWN.items() if k != "epochs"})


# row 33: what a process has in common stays as it was


@pytest.fixture(scope="module")
def calls(images, few, whole, own_run, tmp_path_factory):
    """Return {public name: a call of it}; what has no place here is in NO_CALLS, with a reason."""
    folder = tmp_path_factory.mktemp("calls")
    generator, discriminator = gt.restore(own_run)
    optimizers = gt.make_optimizers(OWN)
    checkpoint = tiny_checkpoint()
    judge = gt.evaluation.load_judge()
    points = gt.sample_prior(20, seed=1, latent_dim=7)
    dataset = gt.make_dataset(few, 8, seed=1)
    measured = gt.evaluate(images[:70], images[:100])
    features = gt.evaluation.features(judge, few)
    answers = gt.evaluation.probabilities(judge, features)
    logits = tf.zeros((4, 1))
    make_step = (generator, discriminator, *optimizers)
    step = ((generator, discriminator), optimizers, few, points[: len(few)])
    step += (gt.generator_loss, lambda images: 0.0)
    pair, figure, saved = (features, features), gt.plot_result(few), whole / "training_checkpoints"
    labels = np.arange(len(few)) % 10
    encoder, ink = gt.autoencoder.encoder_model(7), np.where(few > 0, 1, -1).astype(np.float32)
    autoencoder, gauss = (ink, generator, encoder), gt.likelihoods.gaussian()
    make_vae_step = (generator, encoder, *gt.make_optimizers())
    one_device = tf.distribute.OneDeviceStrategy("CPU:0")

    def quiet():
        with gt.quiet():
            pass

    return {
        "quiet": quiet,
        "autoencoder.encode": lambda: gt.autoencoder.encode(encoder, few),
        "autoencoder.gaussian_kl": lambda: gt.autoencoder.gaussian_kl(points, points),
        "autoencoder.distortion_and_rate": lambda: gt.autoencoder.distortion_and_rate(
            few, generator, encoder, gauss, [0, 0]
        ),
        "autoencoder.make_vae_train_step": lambda: gt.autoencoder.make_vae_train_step(
            *make_vae_step
        )(few),
        "autoencoder.elbo": lambda: gt.autoencoder.elbo(*autoencoder),
        "autoencoder.log_likelihood": lambda: gt.autoencoder.log_likelihood(*autoencoder, 3),
        "likelihoods.binarise": lambda: gt.likelihoods.binarise(few, [0, 0]),
        "likelihoods.dequantise": lambda: gt.likelihoods.dequantise(few, [0, 0]),
        "likelihoods.gaussian": gt.likelihoods.gaussian,
        "replicas.rows": lambda: gt.replicas.rows(few),
        "replicas.drawn": lambda: gt.replicas.drawn(tf.zeros, tf.constant([2, 3])),
        "replicas.parts": lambda: gt.replicas.parts([tf.reduce_mean], few),
        "replicas.check_rows": lambda: gt.replicas.check_rows(20, 8, 2),
        "replicas.synchronised": lambda: gt.replicas.synchronised(generator),
        "replicas.replicated": lambda: gt.replicas.replicated(
            gt.make_train_step(*make_step), one_device
        )(few),
        "replicas.logical_cpus": lambda: gt.replicas.logical_cpus(1),
        "load_mnist": lambda: gt.load_mnist(folder_mnist(folder, few)),
        "make_dataset": lambda: list(gt.make_dataset(few, 8, seed=2)),
        "generator_loss": lambda: gt.generator_loss(logits),
        "discriminator_loss": lambda: gt.discriminator_loss(logits, logits),
        "minimax_generator_loss": lambda: gt.minimax_generator_loss(logits),
        "r1_penalty": lambda: gt.r1_penalty(discriminator, few),
        "games.optimal_discriminator": lambda: gt.games.optimal_discriminator([0.5], [0.5]),
        "games.bilinear": lambda: gt.games.bilinear((1, 1)),
        "games.dirac_gan": lambda: gt.games.dirac_gan((1, 1)),
        "games.simultaneous": lambda: gt.games.simultaneous(gt.games.bilinear, (1, 1), 0.1),
        "games.alternating": lambda: gt.games.alternating(gt.games.bilinear, (1, 1), 0.1),
        "games.extragradient": lambda: gt.games.extragradient(gt.games.bilinear, (1, 1), 0.1),
        "games.trajectory": lambda: gt.games.trajectory(
            gt.games.simultaneous, gt.games.bilinear, (1, 1), 0.1, 3
        ),
        "make_optimizers": lambda: gt.make_optimizers("fast"),
        "make_train_step": lambda: gt.make_train_step(*make_step)(few),
        "simultaneous_step": lambda: gt.simultaneous_step(*step),
        "alternating_step": lambda: gt.alternating_step(*step),
        "train": lambda: gt.train(dataset, 1, lambda images: (0.0, 0.0)),
        "checkpoints.make": lambda: gt.checkpoints.make(*make_step),
        "checkpoints.save": lambda: gt.checkpoints.save(checkpoint, folder / "saved", 3),
        "checkpoints.resume": lambda: gt.checkpoints.resume(checkpoint, saved),
        "checkpoints.load": lambda: gt.checkpoints.load(checkpoint, saved),
        "restore": lambda: gt.restore(whole),
        "shipped_run": gt.shipped_run,
        "run": lambda: gt.run(few, folder / f"run{len(list(folder.iterdir()))}", TINY, epochs=1),
        "read_losses": lambda: gt.read_losses(whole),
        "generate_latent_points": gt.generate_latent_points,
        "sample_prior": lambda: gt.sample_prior(3),
        "generate_images": lambda: gt.generate_images(generator, points),
        "interpolation": lambda: gt.interpolation(points[0], points[1]),
        "spherical_interpolation": lambda: gt.spherical_interpolation(points[0], points[1]),
        "evaluate": lambda: gt.evaluate(images[:70], images[:100]),
        "evaluation.evaluate_generator": lambda: gt.evaluation.evaluate_generator(
            generator, images[:100], images[100:170], 70
        ),
        "evaluation.compare": lambda: gt.evaluation.compare(features, features, judge),
        "evaluation.measures_table": lambda: gt.evaluation.measures_table({"some": measured}),
        "evaluation.frechet_distance": lambda: gt.evaluation.frechet_distance(*pair),
        "evaluation.digit_measures": lambda: gt.evaluation.digit_measures(answers, answers),
        "evaluation.sample_images": lambda: gt.evaluation.sample_images(images, 10),
        "evaluation.neighbour_measures": lambda: gt.evaluation.neighbour_measures(
            features, features
        ),
        "evaluation.two_sample_accuracy": lambda: gt.evaluation.two_sample_accuracy(
            features, features
        ),
        "evaluation.fresh_opponent": lambda: gt.evaluation.fresh_opponent(few, images[:10]),
        "evaluation.jensen_shannon_bound": lambda: gt.evaluation.jensen_shannon_bound(*pair),
        "evaluation.memorisation": lambda: gt.evaluation.memorisation(few, images[:50]),
        "evaluation.nearest_images": lambda: gt.evaluation.nearest_images(few, images[:50]),
        "plotting.show_image": lambda: gt.plotting.show_image(few[0], figure.subplots()),
        "plotting.draw_losses": lambda: gt.plotting.draw_losses(figure.subplots(), np.ones((9, 2))),
        "plot_result": lambda: gt.plot_result(few),
        "evaluation.plot_pairs": lambda: gt.evaluation.plot_pairs(few, images, [(0, 1, 2.0)]),
        "generate_and_save_images": lambda: gt.generate_and_save_images(
            generator, 1, points, folder / "pictures"
        ),
        "plot_losses": lambda: gt.plot_losses(np.ones((9, 2))),
        "plot_model": lambda: gt.plot_model(discriminator),
        "plot_game": lambda: gt.plot_game(few[0], few[1]),
        "plotting.save_figure": lambda: gt.plotting.save_figure(
            gt.plot_result(few), folder / "figure.png"
        ),
        "make_movie": lambda: gt.make_movie(whole / "images_from_seed_images", folder / "a.gif"),
        "explore": lambda: gt.explore(generator, points),
        "film_strips": lambda: gt.film_strips(generator, points[0], points[1:3]),
        "principal_directions": lambda: gt.principal_directions(generator),
        "check_answers": lambda: gt.check_answers([1], [1]),
        "evaluation.train_judge": lambda: gt.evaluation.train_judge(few, labels, epochs=1),
        "evaluation.load_judge": gt.evaluation.load_judge,
        "evaluation.features": lambda: gt.evaluation.features(judge, few),
        "evaluation.probabilities": lambda: gt.evaluation.probabilities(judge, features),
        "evaluation.classify": lambda: gt.evaluation.classify(judge, few),
    }


def folder_mnist(folder, few):
    path = folder / "mnist.npz"
    images = np.uint8(np.rint((few[..., 0] + 1) * 127.5))
    labels = np.zeros(len(few), np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    return path


# classes and constants; and what builds networks, which draws from `random` as any Keras layer
CLASSES = {"RECIPES", "DataError", "CheckpointError", "LiveView"}
BUILDERS = {
    "autoencoder.encoder_model": gt.autoencoder.encoder_model,
    "generator_model": gt.generator_model,
    "discriminator_model": gt.discriminator_model,
    "evaluation.judge_model": gt.evaluation.judge_model,
    "evaluation.second_judge_model": gt.evaluation.second_judge_model,
    "make_networks": gt.make_networks,
}


def functions():
    """Return the names of all public functions, those of the namespaces with the namespace."""
    names = {*gt.__all__} - CLASSES - {*NAMESPACES}
    for namespace in NAMESPACES:
        module = getattr(gt, namespace)
        public = getattr(module, "__all__", dir(module))
        members = [(name, getattr(module, name)) for name in public if not name.startswith("_")]
        names |= {
            f"{namespace}.{name}"
            for name, member in members
            if inspect.isfunction(member) and member.__module__.startswith(module.__name__)
        }
    # the same function is called once, by its shorter name
    return sorted(name for name in names if name.partition(".")[2] not in names)


FUNCTIONS = sorted({*functions()} - BUILDERS.keys())


def shared_state(with_python=True):
    """Return what all code of a process has in common; TensorFlow's and NumPy's by their draws."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = [signal.getsignal(getattr(signal, name)) for name in names]
    return {
        "random": random.getstate() if with_python else None,
        "numpy": np.random.random(3).tolist(),  # noqa: NPY002
        "tensorflow": tf.random.normal((3,)).numpy().tolist(),
        "policy": keras.config.dtype_policy().name,
        "floatx": keras.config.floatx(),
        "folder": os.getcwd(),
        "environment": {**os.environ},
        "handlers": handlers,
        "warnings": list(warnings.filters),
    }


def after(call, **options):
    random.seed(1)
    np.random.seed(2)  # noqa: NPY002
    tf.random.set_seed(3)
    call()
    return shared_state(**options)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_row_33_a_public_function_leaves_what_all_have_in_common(name, calls, capsys):
    assert after(calls[name]) == after(lambda: None)


@pytest.mark.parametrize("name", BUILDERS)
def test_row_33_a_builder_draws_as_any_layer_and_changes_nothing_else(name):
    built = after(BUILDERS[name], with_python=False)
    assert built == after(lambda: None, with_python=False)
    first, second = [], []
    for weights in (first, second):
        keras.utils.set_random_seed(4)
        network = BUILDERS[name]()
        network = network[0] if isinstance(network, tuple) else network
        weights += network.get_weights()
    assert all(map(np.array_equal, first, second))


# row 34: nothing but the package, in a folder with a difficult name


def test_row_34_no_browser_no_data_brackets_and_a_space_in_the_path(tmp_path):
    folder = tmp_path / "a [folder] with spaces"
    project = Path(gt.__file__).parent.parent
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("gan_tutorial", "lecture_pages", "training_checkpoints"):
        shutil.copytree(project / name, folder / name, ignore=ignored)
    shutil.copy(project / "run.json", folder)
    code = (
        "import gan_tutorial as gt; from lecture_pages import decks\n"
        "assert gt.__file__.startswith(__import__('os').getcwd()), gt.__file__\n"
        "generator, _ = gt.restore()\n"
        "print(gt.generate_images(generator, gt.sample_prior(2)).shape, decks.find_browser())"
    )
    answer = run_python("-c", code, cwd=folder, PYTHONPATH=str(folder), PATH=os.defpath[:0])
    assert answer.stdout == "(2, 28, 28, 1) None\n", answer.stderr


@pytest.mark.slow
def test_row_34_make_lecture_in_a_fresh_clone_without_a_browser(tmp_path):
    folder, tools = tmp_path / "a [clone] with spaces", tmp_path / "bin"
    subprocess.run(["git", "clone", "--quiet", PROJECT, folder], check=True)
    tools.mkdir()
    browsers = re.compile("chrom|google-chrome|firefox|node")
    for place in reversed(os.environ["PATH"].split(os.pathsep)):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if not browsers.match(program.name):
                (tools / program.name).unlink(missing_ok=True)
                (tools / program.name).symlink_to(program)
    environment = {"PATH": str(tools), "HOME": str(tmp_path / "home")}
    if "GAN_TUTORIAL_MNIST" in os.environ:
        environment["GAN_TUTORIAL_MNIST"] = os.environ["GAN_TUTORIAL_MNIST"]
    python = f"PYTHON={sys.executable}"
    made = subprocess.run(["make", python, "lecture"], cwd=folder, env=environment)
    assert made.returncode == 0
    assert (folder / "build" / "index.html").exists()


# row 35: a notebook's cells, twice in one kernel


def solved(path):
    """Return a notebook with the solutions of its exercises in the stubs' places."""
    solutions = path.parent / "solutions" / f"{path.stem[:2]}_solutions.ipynb"
    answers, before = {}, []  # a solution may need the cells between it and the last check
    for cell in read(solutions).cells if solutions.exists() else ():
        tags = " ".join(cell.metadata.get("tags", []))
        if cell.cell_type == "code":
            before.append(cell.source)
        if "solution-" in tags:
            answers[tags] = "\n\n".join(before)
        if "solution-" in tags or "check-" in tags:
            before = []
    notebook = read(path)
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if tag.startswith("exercise-"):
                cell.source = answers[tag.replace("exercise", "solution")]
    return notebook


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_row_35_cells_that_are_run_twice(path):
    notebook = solved(path)
    again = [nbformat.from_dict({**cell, "id": f"{cell.id}-2"}) for cell in notebook.cells]
    notebook.cells += again
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=None, kernel_name="python3", resources=resources).execute()


# row 36: folders with difficult names


@posix
@pytest.mark.parametrize(
    "name",
    [
        "[lr=2e-3]",
        "a*b?{c,d}",
        "quo'te\"d",
        "-n",
        "line\nbreak",
        "back\\slash",
    ],
)
def test_row_36_a_folder_of_any_name(name, few, whole, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gt.run(few, name, TINY, seed=3, epochs=1)
    (tmp_path / name / "data" / "losses.csv").unlink()  # as after a kill before the first record
    gt.run(few, name, resume=True)
    assert "No checkpoint was finished" not in capsys.readouterr().out
    assert_same(tmp_path / name, whole)
    restored, expected = gt.restore(name), gt.restore(whole)
    for one, other in zip(restored, expected, strict=True):
        assert all(map(np.array_equal, one.get_weights(), other.get_weights()))
    assert main(["movie", f"./{name}"]) == 0
    assert (
        main(["generate", "--number", "1", f"--checkpoint={name}", f"--output={name}/a.png"]) == 0
    )


def test_row_36_no_checkpoint_was_finished_is_said_only_if_there_is_none(run_copy, few):
    (run_copy / "data" / "losses.csv").unlink()
    for path in run_copy.rglob("ckpt-*.index"):
        path.write_bytes(b"damaged")
    before = contents(run_copy)
    with pytest.raises(gt.CheckpointError, match="no good checkpoint"):
        gt.run(few, run_copy, resume=True)
    assert contents(run_copy) == before


# row 6: a terminal that closes


def train_command(folder, *arguments):
    command = [sys.executable, "-m", "gan_tutorial", "train", "--output", str(folder)]
    return [*command, *map(str, arguments)]


@posix
def test_row_06_a_terminal_that_closes_saves(mnist_file, tmp_path):
    command = train_command(tmp_path / "run", "--recipe", "fast", "--seed", 1, "--epochs", 100_000)
    terminal, inside = os.openpty()
    begin = "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
    begin += "; signal.signal(signal.SIGHUP, signal.SIG_DFL)"  # because nohup may run these tests
    run = subprocess.Popen(
        [sys.executable, "-c", f"{begin}; os.execv(sys.argv[1], sys.argv[1:])", *command],
        **dict.fromkeys(("stdin", "stdout", "stderr"), inside),
        env={**os.environ, "GAN_TUTORIAL_MNIST": str(mnist_file)},
        start_new_session=True,
    )
    os.close(inside)
    picture = tmp_path / "run" / "images_from_seed_images" / "image_at_epoch_001.png"
    while not picture.exists():
        if select.select([terminal], [], [], 0.1)[0]:
            os.read(terminal, 1000)
    os.close(terminal)  # the system sends SIGHUP
    run.send_signal(signal.SIGHUP)  # and so does a shell that ends
    try:
        assert run.wait(60) == 128 + signal.SIGHUP
    finally:
        run.kill()
    losses = gt.read_losses(tmp_path / "run")
    assert newest(tmp_path / "run").name == f"ckpt-{len(losses)}"


@posix
def test_row_06_nohup_is_heeded(few, whole, tmp_path, monkeypatch):
    after_each_step(monkeypatch, lambda *_: os.kill(os.getpid(), signal.SIGHUP))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        gt.run(few, tmp_path / "run", TINY, seed=3)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert_same(tmp_path / "run", whole)


# row 15: equal bits, or a warning

HARMLESS = {
    "OMP_NUM_THREADS": "1",
    "ONEDNN_MAX_CPU_ISA": "ALL",
    "ONEDNN_VERBOSE": "0",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": str(THREADS),
}


def test_row_15_graphs_that_are_built_otherwise_are_warned_of(run_copy, few):
    tf.config.run_functions_eagerly(True)
    try:
        with pytest.warns(UserWarning, match="exact up to rounding only: graphs was"):
            gt.run(few, run_copy, epochs=4, resume=True)
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def two_epochs(digits, tmp_path_factory):
    """Return a data file, the folder of a run of an epoch, and the losses of one of two."""
    folder = tmp_path_factory.mktemp("environments")
    images, labels = digits[0][:130], digits[1][:130]
    np.savez(folder / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    for epochs in (1, 2):
        command = ["-m", "gan_tutorial", "train", "--recipe", "fast", "--seed", 1]
        command += ["--epochs", epochs, "--output", folder / f"run{epochs}"]
        answer = run_python(*command, cwd=folder, GAN_TUTORIAL_MNIST=str(folder / "mnist.npz"))
        assert answer.returncode == 0, answer.stderr
    return folder, gt.read_losses(folder / "run2")


@pytest.mark.parametrize(
    "changes",
    [
        {"TF_ENABLE_ONEDNN_OPTS": "0"},
        {"TF_NUM_INTRAOP_THREADS": "+1"},
        {"ONEDNN_MAX_CPU_ISA": "AVX2"},
        HARMLESS,
    ],
    ids=lambda changes: ",".join(changes) if changes is not HARMLESS else "harmless",
)
def test_row_15_other_bits_are_warned_of_and_equal_bits_are_not(changes, two_epochs, tmp_path):
    folder, expected = two_epochs
    shutil.copytree(folder / "run1", tmp_path / "run")
    command = train_command(tmp_path / "run", "--resume", "--epochs", 2)[1:]
    data = str(folder / "mnist.npz")
    answer = run_python(*command, cwd=tmp_path, GAN_TUTORIAL_MNIST=data, **changes)
    assert answer.returncode == 0, answer.stderr
    warned = "exact up to rounding only" in answer.stderr
    equal = np.array_equal(gt.read_losses(tmp_path / "run"), expected)
    assert warned or equal
    if changes is HARMLESS:
        assert not warned
    if changes == {"TF_NUM_INTRAOP_THREADS": "+1"}:  # so TensorFlow reads it too
        assert warned == (THREADS > 1)
    if warned and changes.keys() == {"TF_ENABLE_ONEDNN_OPTS"}:
        again = [*command[:-1], "3"]
        answer = run_python(*again, cwd=tmp_path, GAN_TUTORIAL_MNIST=data, **changes)
        assert "rounding" not in answer.stderr  # the last checkpoint was made in this environment
        answer = run_python(*again[:-1], "4", cwd=tmp_path, GAN_TUTORIAL_MNIST=data)
        assert "exact up to rounding only" in answer.stderr
