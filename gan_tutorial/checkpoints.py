"""Save, restore, resume: TensorFlow's checkpoints of both networks and both optimizers.

Checkpoints are numbered by the training step: `ckpt-235` is the state after 235 updates.
"""

import contextlib
import json
from pathlib import Path

import keras
import tensorflow as tf

from .files import CheckpointError
from .recipes import make_networks


def shipped_run():
    """Return the folder of the run that comes with the tutorial: its own top level.

    An installed package, which has no such level, carries the networks (and nothing else of the
    run) inside.
    """
    package, project = Path(__file__).parents[:2]
    return package if (package / "training_checkpoints").is_dir() else project


def make_checkpoint(generator, discriminator, generator_optimizer, discriminator_optimizer):
    """Return a tf.train.Checkpoint of all that a run needs in order to go on exactly.

    That is the lecture's four objects and the random state of the Dropout layers, which Keras 3
    leaves out. (The noise needs no state: it is a function of the seed and the step.)
    """
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)
    layers = [layer for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)]
    return tf.train.Checkpoint(
        generator=generator,
        discriminator=discriminator,
        generator_optimizer=generator_optimizer,
        discriminator_optimizer=discriminator_optimizer,
        dropout=[layer.seed_generator.state.value for layer in layers if layer.rate > 0],
    )


def save(checkpoint, directory, step, *, keep=2, keep_every=None):
    """Save a checkpoint as `ckpt-<step>` in the folder `directory`; return its path.

    The last `keep` stay, and those whose step is a multiple of `keep_every`; None keeps all.
    """
    manager = tf.train.CheckpointManager(checkpoint, str(directory), max_to_keep=None)
    path = manager.save(checkpoint_number=step)
    if keep_every is not None:
        for old in _steps(directory)[:-keep]:
            if old % keep_every:
                _remove(directory, old)
    return path


def resume(checkpoint, directory):
    """Load the newest checkpoint of a folder into `checkpoint`'s objects; return its step.

    Raise CheckpointError where there is none or it does not fit.
    """
    path, step = _newest(directory)
    with _fitting(path):
        checkpoint.restore(path).expect_partial().assert_consumed()
    return step


def restore(directory=None):
    """Return (generator, discriminator) of a run, ready for inference.

    `directory` is a run's folder or its `training_checkpoints`; without it, the shipped networks.
    Weights go into networks built by code, never the other way round, so a file from elsewhere
    can hold wrong numbers but no program. Raise CheckpointError where there is no checkpoint or
    it is of another network.
    """
    folder = _checkpoint_folder(shipped_run() if directory is None else directory)
    path, _ = _newest(folder)
    generator, discriminator = make_networks(_recipe(folder.resolve().parent))
    checkpoint = tf.train.Checkpoint(generator=generator, discriminator=discriminator)
    with _fitting(path):
        checkpoint.restore(path).expect_partial().assert_existing_objects_matched()
    return generator, discriminator


def save_networks(directory, output):
    """Save the newest networks of a run alone in the folder `output`; return the path.

    Without the optimizers it is a third of the size: enough for `restore`, not to go on.
    """
    folder = _checkpoint_folder(directory)
    _, step = _newest(folder)
    generator, discriminator = restore(folder)
    return save(tf.train.Checkpoint(generator=generator, discriminator=discriminator), output, step)


def _checkpoint_folder(directory):
    inside = Path(directory) / "training_checkpoints"
    return inside if inside.is_dir() else Path(directory)


def _newest(directory):
    """Return (path, step) of a folder's checkpoint of the highest step, by its listing."""
    if not Path(directory).is_dir():
        raise CheckpointError(f"no checkpoint folder at {str(directory)!r}")
    steps = _steps(directory)
    if not steps:
        raise CheckpointError(f"no checkpoint (ckpt-<step>.index) in {str(directory)!r}")
    return str(Path(directory) / f"ckpt-{steps[-1]}"), steps[-1]


def _steps(directory):
    names = [path.stem.removeprefix("ckpt-") for path in Path(directory).glob("ckpt-*.index")]
    return sorted(int(name) for name in names if name.isdigit())


def _remove(directory, step):
    for path in Path(directory).glob(f"ckpt-{step}.*"):
        path.unlink()


@contextlib.contextmanager
def _fitting(path):
    try:
        yield
    except (AssertionError, ValueError, tf.errors.OpError) as error:
        reason = str(error).partition("\n")[0]
        raise CheckpointError(f"{path!r} does not fit these networks: {reason}") from error


def _recipe(run_folder):
    """Return the recipe that a run's networks follow; the lecture's where nothing is said."""
    try:
        return json.loads((run_folder / "run.json").read_text())["recipe"]
    except FileNotFoundError:
        return "lecture"
