import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import TINY, assert_same, checkpoint_tensors, contents

import gan_tutorial as gt

SETTINGS = {  # images, batch size, epochs: a ragged end in each epoch
    "fast": (66, 32, 3),
    "lecture": (12, 8, 2),
}


def run(recipe, images, directory, **changes):
    number, batch_size, epochs = SETTINGS[recipe]
    settings = {"epochs": epochs, "batch_size": batch_size, "seed": 5, **changes}
    return gt.run(images[:number], directory, recipe, **settings)


@pytest.fixture(scope="module")
def runs(images, fast_run, tmp_path_factory):
    """Return a folder where <recipe>/whole went through and <recipe>/part stopped at epoch 1."""
    folder = tmp_path_factory.mktemp("runs")
    for recipe in SETTINGS:
        run(recipe, images, folder / recipe / "whole")
    run("lecture", images, folder / "lecture" / "part", epochs=1)
    shutil.copytree(fast_run, folder / "fast" / "part")
    return folder


def differences(directory, other):
    """Return what differs between two runs: names of files and of tensors of the last step."""
    ours, theirs = contents(directory), contents(other)
    # all but the checkpoints' own files, whose state file holds the time
    names = {name for name in ours if not name.startswith("training_checkpoints")}
    off = [name for name in names if ours[name] != theirs.get(name)]
    last = "training_checkpoints/ckpt-" + str(max(saved_steps(directory)))
    tensors, others = checkpoint_tensors(directory / last), checkpoint_tensors(other / last)
    assert tensors.keys() == others.keys()
    return off + [name for name in tensors if not np.array_equal(tensors[name], others[name])]


def saved_steps(directory):
    index_files = (directory / "training_checkpoints").glob("ckpt-*.index")
    return sorted(int(path.stem.removeprefix("ckpt-")) for path in index_files)


@pytest.mark.parametrize("recipe", SETTINGS)
def test_run_in_two_parts_ends_in_the_same_bits(recipe, runs, images, tmp_path):
    whole, resumed = runs / recipe / "whole", tmp_path / "moved run"
    shutil.copytree(runs / recipe / "part", resumed)
    assert len(contents(resumed)) < len(contents(whole))
    # what is not given comes from the run
    losses = run(recipe, images, resumed, resume=True, seed=None, batch_size=None)
    assert differences(whole, resumed) == []
    number, batch_size, epochs = SETTINGS[recipe]
    assert losses.shape == (epochs * (number // batch_size + 1), 2)
    assert losses.dtype == np.float32
    np.testing.assert_array_equal(losses, gt.read_losses(whole))


@pytest.mark.parametrize("recipe", SETTINGS)
def test_run_in_two_parts_ends_in_the_same_bits_in_bfloat16_too(recipe, images, tmp_path):
    changes = {"precision": "mixed_bfloat16", "epochs": 2}
    run(recipe, images, tmp_path / "whole", **changes)
    run(recipe, images, tmp_path / "parts", **{**changes, "epochs": 1})
    run(recipe, images, tmp_path / "parts", **changes, resume=True)
    assert differences(tmp_path / "whole", tmp_path / "parts") == []


@pytest.mark.parametrize("recipe", SETTINGS)
def test_end_of_a_run_is_saved_though_it_is_no_15th_epoch(recipe, runs):
    number, batch_size, epochs = SETTINGS[recipe]
    steps_per_epoch = number // batch_size + 1
    last_two = [(epochs - 1) * steps_per_epoch, epochs * steps_per_epoch]
    assert saved_steps(runs / recipe / "whole") == last_two
    generator, _ = gt.restore(runs / recipe / "whole")
    pictures = runs / recipe / "whole" / "images_from_seed_images"
    last = (pictures / f"image_at_epoch_{epochs:03d}.png").read_bytes()
    again = gt.generate_and_save_images(
        generator,
        epochs,
        gt.sample_prior(16, seed=5, latent_dim=generator.input_shape[-1]),
        runs / recipe / "again",
    )
    assert again.read_bytes() == last


def test_folder_of_a_run_holds_what_the_design_names(runs):
    assert {*contents(runs / "fast" / "whole")} == {
        ".gan-tutorial.lock",
        "run.json",
        "data/losses.csv",
        *(f"images_from_seed_images/image_at_epoch_00{epoch}.png" for epoch in (1, 2, 3)),
        "training_checkpoints/checkpoint",
        *(f"training_checkpoints/ckpt-{step}.index" for step in (6, 9)),
        *(f"training_checkpoints/ckpt-{step}.data-00000-of-00001" for step in (6, 9)),
    }


def test_loss_record_has_a_row_a_step_in_full_precision(runs):
    header, *rows = (
        (runs / "fast" / "whole" / "data" / "losses.csv").read_text(encoding="utf-8").splitlines()
    )
    assert header == "step,epoch,generator_loss,discriminator_loss"
    fields = [row.split(",") for row in rows]
    assert [(int(step), int(epoch)) for step, epoch, *_ in fields] == [
        (1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2), (7, 3), (8, 3), (9, 3),
    ]  # fmt: skip
    expected = np.array([[float(g), float(d)] for *_, g, d in fields], np.float32)
    np.testing.assert_array_equal(gt.read_losses(runs / "fast" / "whole"), expected)


def test_a_run_is_the_loop_over_its_networks(fast_run, images):
    keras.utils.set_random_seed(5)
    networks, optimizers = gt.make_networks("fast"), gt.make_optimizers("fast")
    r1 = gt.RECIPES["fast"]["r1"]
    train_step = gt.make_train_step(*networks, *optimizers, seed=5, r1=r1)
    losses = gt.train(gt.make_dataset(images[:66], 32, seed=5), 1, train_step)
    np.testing.assert_array_equal(losses, gt.read_losses(fast_run))


def test_a_recipe_of_another_version_is_another_run(fast_run, images, tmp_path, monkeypatch):
    shutil.copytree(fast_run, tmp_path / "run")
    monkeypatch.setitem(gt.RECIPES, "fast", {**gt.RECIPES["fast"], "decay_steps": 7})
    with pytest.raises(gt.CheckpointError, match=r"another run: numbers was .*'decay_steps': 7"):
        gt.run(images[:66], tmp_path / "run", "fast", epochs=2, resume=True)
    assert len(gt.read_losses(tmp_path / "run")) == 3
    gt.run(images[:66], tmp_path / "run", epochs=2, resume=True)  # by its own numbers
    monkeypatch.undo()
    gt.run(images[:66], tmp_path / "whole", "fast", epochs=2, seed=5)
    assert differences(tmp_path / "whole", tmp_path / "run") == []


def test_run_json_says_what_was_run(runs, images):
    about = json.loads((runs / "fast" / "whole" / "run.json").read_text(encoding="utf-8"))
    assert about["recipe"] == "fast"
    assert (about["seed"], about["batch_size"], about["precision"]) == (5, 32, "float32")
    assert about["versions"]["tensorflow"] == tf.__version__
    assert about["data"]["images"] == 66
    assert {"threads", "commit", "processor"} <= about.keys()


def test_seed_that_is_not_given_is_drawn_and_written_down(images, tmp_path):
    seeds = []
    for name in ("first", "second"):
        run("fast", images, tmp_path / name, epochs=1, seed=None)
        seeds.append(json.loads((tmp_path / name / "run.json").read_text(encoding="utf-8"))["seed"])
    assert all(isinstance(seed, int) for seed in seeds)
    assert seeds[0] != seeds[1]


def test_folder_with_a_run_is_refused_and_stays_as_it_is(fast_run, images):
    before = contents(fast_run)
    with pytest.raises(gt.CheckpointError, match=r"already holds a run.*--resume.*--output"):
        run("fast", images, fast_run)
    assert contents(fast_run) == before


def test_folder_with_checkpoints_only_is_refused_too(fast_run, images, tmp_path):
    shutil.copytree(fast_run / "training_checkpoints", tmp_path / "training_checkpoints")
    before = contents(tmp_path)
    with pytest.raises(gt.CheckpointError, match="already holds a run"):
        run("fast", images, tmp_path)
    assert contents(tmp_path) == before


def test_nothing_to_resume_is_an_error_that_names_the_folder(images, tmp_path):
    with pytest.raises(gt.CheckpointError, match=r"no run to go on with in .*nowhere"):
        run("fast", images, tmp_path / "nowhere", resume=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"batch_size": 0}, "batch_size must be a whole number from 1 .* 66, but is 0"),
        ({"batch_size": -3}, "batch_size must be a whole number from 1 .* 66, but is -3"),
        ({"batch_size": 67}, "batch_size must be a whole number from 1 .* 66, but is 67"),
        ({"epochs": 0}, "epochs must be a whole number of at least 1, but is 0"),
        ({"epochs": -3}, "epochs must be a whole number of at least 1, but is -3"),
        ({"precision": "float7"}, "float7"),
        ({"seed": -1}, "seed must be a whole number from 0 to .* but is -1"),
        ({"seed": 1.5}, "seed must be a whole number from 0 to .* but is 1.5"),
        ({"seed": "5"}, "seed must be a whole number from 0 to .* but is '5'"),
        ({"seed": 2**32}, "seed must be a whole number from 0 to .* but is 4294967296"),
        ({"epochs": 1.5}, "epochs must be a whole number of at least 1, but is 1.5"),
        ({"epochs": "3"}, "epochs must be a whole number of at least 1, but is '3'"),
        ({"epochs": np.float64(3)}, "epochs must be a whole number of at least 1"),
        ({"batch_size": 8.0}, "batch_size must be a whole number from 1 .* 66, but is 8.0"),
        ({"batch_size": "8"}, "batch_size must be a whole number from 1 .* 66, but is '8'"),
        ({"precision": 32}, "precision must be float32 or mixed_bfloat16, but is 32"),
        ({"precision": "float16"}, "precision must be float32 or mixed_bfloat16, but is 'float16'"),
    ],
)
def test_row_23_impossible_settings_are_an_error_before_a_file_is_written(
    changes, complaint, images, tmp_path
):
    with pytest.raises(ValueError, match=complaint):
        run("fast", images, tmp_path / "run", **changes)
    assert list(tmp_path.iterdir()) == []


def test_precision_is_that_of_the_run_and_not_of_what_comes_after(fast_run, images, tmp_path):
    before = keras.config.dtype_policy().name
    losses = run("fast", images, tmp_path / "run", epochs=1, precision="mixed_bfloat16")
    assert keras.config.dtype_policy().name == before
    exact = gt.read_losses(fast_run)
    assert (losses != exact).any()
    np.testing.assert_allclose(losses[0], exact[0], rtol=0.02)
    generator, _ = gt.restore(tmp_path / "run")
    assert {weights.dtype for weights in generator.get_weights()} == {np.dtype("float32")}


KINDS = {
    "a list": lambda images: images.tolist(),
    "float64": lambda images: images.astype(np.float64),
    "a tensor": tf.constant,
    "not contiguous": lambda images: np.asfortranarray(images),
}


@pytest.mark.parametrize("kind", KINDS)
def test_images_and_numbers_of_any_kind_make_the_same_run(kind, few, whole, tmp_path):
    numbers = {"seed": np.int64(3), "batch_size": np.int32(8)}
    gt.run(KINDS[kind](few), tmp_path / "run", TINY, epochs=np.int64(1), **numbers)
    gt.run(few, str(tmp_path / "run"), resume=True)
    assert_same(tmp_path / "run", whole)
    assert json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["seed"] == 3
