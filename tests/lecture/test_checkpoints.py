import os
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import checkpoint_tensors, contents
from notes import notes_checkpoint

import gan_tutorial as gt


def small_objects(seed=0, channels=4):
    """Return small networks with Dropout and their optimizers, untrained."""
    keras.utils.set_random_seed(seed)
    generator = gt.generator_model(channels=8)
    return generator, gt.discriminator_model(channels=channels), *gt.make_optimizers("lecture")


def trained_objects(images, steps=2):
    objects = small_objects()
    train_step = gt.make_train_step(*objects, seed=1)
    for step in range(steps):
        train_step.python_function(images[8 * step : 8 * step + 8])
    return objects


def state(objects):
    """Return copies of all variables of networks and optimizers, Dropout states included."""
    return [variable.numpy() for thing in objects for variable in thing.variables]


def assert_equal_states(ours, others):
    for mine, other in zip(ours, others, strict=True):
        np.testing.assert_array_equal(mine, other)


def differing(objects, others):
    """Return the paths of the variables in `others` that are not those of `objects`."""
    paths = [variable.path for thing in others for variable in thing.variables]
    pairs = zip(paths, state(objects), state(others), strict=True)
    return [path for path, mine, other in pairs if (mine != other).any()]


def steps_in(directory):
    return sorted(int(path.stem.removeprefix("ckpt-")) for path in directory.glob("*.index"))


def test_resume_brings_back_every_variable(images, tmp_path):
    trained, fresh = trained_objects(images), small_objects(seed=99)
    gt.checkpoints.save(gt.checkpoints.make(*trained), tmp_path, 2)
    built = gt.checkpoints.make(*fresh)
    differing = [(a != b).any() for a, b in zip(state(trained), state(fresh), strict=True)]
    assert sum(differing) > len(differing) / 2
    assert gt.checkpoints.resume(built, tmp_path) == 2
    assert_equal_states(state(trained), state(fresh))


@pytest.mark.parametrize("make_checkpoint", [gt.checkpoints.make, notes_checkpoint])
def test_resumed_training_is_exact_only_with_the_state_of_dropout(
    make_checkpoint, images, tmp_path
):
    undisturbed = trained_objects(images, steps=3)
    make_checkpoint(*(before := trained_objects(images, steps=2))).save(str(tmp_path / "ckpt"))
    resumed = small_objects(seed=0)
    checkpoint = make_checkpoint(*resumed)
    # passes for the notes' version too, which says nothing of what is not in it
    checkpoint.restore(tf.train.latest_checkpoint(tmp_path)).assert_consumed()
    lost = differing(before, resumed)
    gt.make_train_step(*resumed, seed=1).python_function(images[16:24])
    off = differing(undisturbed, resumed)
    if make_checkpoint is gt.checkpoints.make:
        assert lost == off == []
    else:
        assert ["seed_generator" in path for path in lost] == [True, True]
        assert {variable.path for variable in resumed[0].trainable_variables} <= {*off}


def test_restore_takes_a_run_or_its_training_checkpoints(fast_run, images):
    points = gt.sample_prior(3, seed=0, latent_dim=32)
    tensors = checkpoint_tensors(fast_run / "training_checkpoints" / "ckpt-3")
    results = []
    for directory in (fast_run, str(fast_run), fast_run / "training_checkpoints"):
        generator, discriminator = gt.restore(directory)
        for weights in (*generator.get_weights(), *discriminator.trainable_weights):
            assert any(np.array_equal(weights, tensor) for tensor in tensors.values())
        results.append((gt.generate_images(generator, points), discriminator(images[:3]).numpy()))
    for fakes, logits in results[1:]:
        np.testing.assert_array_equal(fakes, results[0][0])
        np.testing.assert_array_equal(logits, results[0][1])


@pytest.mark.parametrize("inside", [".", "training_checkpoints"])
def test_restore_works_from_within_the_folder(inside, fast_run, monkeypatch):
    monkeypatch.chdir(fast_run / inside)
    generator, _ = gt.restore(".")
    assert generator.count_params() == gt.make_networks("fast")[0].count_params()


def test_an_older_checkpoint_is_restored_by_its_step(fast_run, tmp_path):
    networks, optimizers = gt.make_networks("fast"), gt.make_optimizers("fast")
    checkpoint, points = (
        gt.checkpoints.make(*networks, *optimizers),
        gt.sample_prior(3, seed=1, latent_dim=32),
    )
    expected = {}
    for step in (4, 8):
        for weights in networks[0].trainable_variables:
            weights.assign_add(tf.random.stateless_normal(weights.shape, (step, 0)))
        gt.checkpoints.save(checkpoint, tmp_path / "training_checkpoints", step)
        expected[step] = gt.generate_images(networks[0], points)
    (tmp_path / "run.json").write_text(
        (fast_run / "run.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    for step, images in expected.items():
        generator, _ = gt.restore(tmp_path, step)
        np.testing.assert_array_equal(gt.generate_images(generator, points), images)
    with pytest.raises(gt.CheckpointError, match="ckpt-6' is missing or damaged"):
        gt.restore(tmp_path, 6)


def test_without_argument_the_shipped_networks_are_restored():
    parameters = [network.count_params() for network in gt.restore()]
    assert parameters == [2_330_944, 212_865]


def empty_folder(path, fast_run):
    path.mkdir()


def missing_folder(path, fast_run):
    pass


def a_file(path, fast_run):
    path.write_text("no folder", encoding="utf-8")


def only_the_state_file(path, fast_run):
    path.mkdir()
    shutil.copy(fast_run / "training_checkpoints" / "checkpoint", path)


@pytest.mark.parametrize("make", [empty_folder, missing_folder, a_file, only_the_state_file])
def test_folder_without_checkpoint_is_an_error_that_names_it(make, fast_run, tmp_path):
    directory = tmp_path / "nothing here"
    make(directory, fast_run)
    for read in (
        gt.restore,
        lambda path: gt.checkpoints.resume(gt.checkpoints.make(*small_objects()), path),
    ):
        with pytest.raises(gt.CheckpointError, match=r"no checkpoint.*nothing here") as given:
            read(directory)
        assert isinstance(given.value, ValueError)
        assert isinstance(given.value, OSError)


def test_checkpoint_of_another_architecture_is_refused(fast_run, images, tmp_path):
    shutil.copytree(fast_run / "training_checkpoints", tmp_path / "elsewhere")  # without run.json
    with pytest.raises(gt.CheckpointError, match="ckpt-3"):
        gt.restore(tmp_path / "elsewhere")
    gt.checkpoints.save(gt.checkpoints.make(*small_objects()), tmp_path / "small", 1)
    with pytest.raises(gt.CheckpointError, match="ckpt-1"):
        gt.checkpoints.resume(gt.checkpoints.make(*small_objects(channels=6)), tmp_path / "small")


def test_objects_that_a_checkpoint_does_not_fit_stay_as_they_were(tmp_path):
    gt.checkpoints.save(gt.checkpoints.make(*small_objects(seed=1)), tmp_path, 1)
    narrow = gt.generator_model(channels=8, kernel_size=3)  # fits but for its kernels
    objects = narrow, *small_objects(seed=2)[1:]
    checkpoint = gt.checkpoints.make(*objects)
    variables = [variable for thing in objects for variable in thing.variables]
    before = [np.array(variable) for variable in variables]
    with pytest.raises(gt.CheckpointError, match="does not fit"):
        gt.checkpoints.resume(checkpoint, tmp_path)
    assert all(map(np.array_equal, variables, before))


def test_networks_alone_are_not_enough_to_resume(tmp_path):
    objects = small_objects()
    networks = tf.train.Checkpoint(generator=objects[0], discriminator=objects[1])
    gt.checkpoints.save(networks, tmp_path, 4)
    with pytest.raises(gt.CheckpointError, match="ckpt-4"):
        gt.checkpoints.resume(gt.checkpoints.make(*objects), tmp_path)


def test_row_19_the_latest_is_the_highest_step_whatever_clock_and_state_file_say(tmp_path):
    counter = tf.Variable(0)
    checkpoint = tf.train.Checkpoint(counter=counter)
    for step in (2, 9, 10):
        counter.assign(step)
        gt.checkpoints.save(checkpoint, tmp_path, step)
    for path in tmp_path.glob("ckpt-2.*"):
        os.utime(path, (2**32, 2**32))
    state_file = tmp_path / "checkpoint"
    pointing_to_the_first = 'model_checkpoint_path: "ckpt-2"\n'
    for content in (pointing_to_the_first, "garbage", ""):
        state_file.write_text(content, encoding="utf-8")
        counter.assign(0)
        assert gt.checkpoints.resume(checkpoint, tmp_path) == 10
        assert counter.numpy() == 10
    state_file.unlink()
    assert gt.checkpoints.resume(checkpoint, tmp_path) == 10


def test_every_15th_epoch_stays_and_the_last_two(tmp_path):
    checkpoint = tf.train.Checkpoint(counter=tf.Variable(0))
    steps_per_epoch, epochs = 3, 32
    for epoch in range(1, epochs + 1):
        gt.checkpoints.save(
            checkpoint, tmp_path, epoch * steps_per_epoch, keep_every=15 * steps_per_epoch
        )
    assert steps_in(tmp_path) == [3 * epoch for epoch in (15, 30, 31, 32)]
    kept = {f"ckpt-{step}" for step in steps_in(tmp_path)} | {"checkpoint"}
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == kept
    # the notes' rule: a run of 32 epochs, or of 100, loses its end
    assert [epoch + 1 for epoch in range(32) if (epoch + 1) % 15 == 0][-1] == 30
    assert [epoch + 1 for epoch in range(100) if (epoch + 1) % 15 == 0][-1] == 90


def test_without_a_rule_all_checkpoints_stay(tmp_path):
    checkpoint = tf.train.Checkpoint(counter=tf.Variable(0))
    for step in range(1, 9):
        gt.checkpoints.save(checkpoint, tmp_path, step)
    assert steps_in(tmp_path) == list(range(1, 9))


def test_the_lectures_own_line_restores_our_checkpoints(images, tmp_path):
    trained, fresh = trained_objects(images), small_objects(seed=99)
    gt.checkpoints.save(gt.checkpoints.make(*trained), tmp_path, 2)
    checkpoint = notes_checkpoint(*fresh)
    checkpoint.restore(tf.train.latest_checkpoint(tmp_path)).expect_partial()
    lost = differing(trained, fresh)
    assert ["seed_generator" in path for path in lost] == [True, True]


def test_reading_changes_no_file(fast_run):
    before = contents(fast_run)
    gt.restore(fast_run)
    assert contents(fast_run) == before


def test_what_was_just_saved_stays_beside_a_later_step(tmp_path):
    checkpoint = tf.train.Checkpoint(counter=tf.Variable(0))
    for step in (400, 900, 450):  # a run that has gone back to 400, because 900 is damaged
        gt.checkpoints.save(checkpoint, tmp_path, step, keep=1, keep_every=1000)
    assert steps_in(tmp_path) == [450, 900]
