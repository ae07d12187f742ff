"""Save, restore, resume: TensorFlow's checkpoints of both networks and both optimizers.

Checkpoints are numbered by the training step: `ckpt-235` is the state after 235 updates.
"""

import contextlib
import shutil
import warnings
from pathlib import Path

import keras
import tensorflow as tf

from .files import CheckpointError, need_of_room
from .recipes import make_networks
from .records import read_recipe
from .shipped import check_sums, shipped_run


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
    Raise CheckpointError where nothing can be written, a full disk say; the older checkpoints
    stay as they are then.
    """
    _forget_damaged_state(directory)
    manager = tf.train.CheckpointManager(checkpoint, str(directory), max_to_keep=None)
    try:
        path = manager.save(checkpoint_number=step)
    except (tf.errors.OpError, OSError) as error:
        _remove(directory, step)
        size = sum(variable.numpy().nbytes for variable in _variables(checkpoint))
        room = need_of_room(Path(directory) / f"ckpt-{step}", size)
        raise CheckpointError(f"nothing saved: {room} ({_first_line(error)})") from error
    if keep_every is not None:
        for old in _steps(directory)[:-keep]:
            if old % keep_every:
                _remove(directory, old)
    return path


def resume(checkpoint, directory):
    """Load the newest good checkpoint of a folder into `checkpoint`'s objects; return its step.

    A damaged one is passed over with a warning. Raise CheckpointError where there is none, all
    are damaged, or it does not fit; the objects are then as they were.
    """
    path, step = _newest(directory)
    with _all_or_nothing(checkpoint, path):
        checkpoint.restore(path).expect_partial().assert_consumed()
    return step


def remove_newer(directory, step):
    """Remove a folder's checkpoints of after a step: those that `resume` found to be damaged."""
    for newer in _steps(directory):
        if newer > step:
            _remove(directory, newer)


def restore(directory=None, step=None):
    """Return (generator, discriminator) of a run, ready for inference.

    `directory` is a run's folder or its `training_checkpoints`; without it, the shipped networks,
    whose sha256 is checked. `step` is that of the checkpoint; the newest undamaged one without.
    Weights go into networks built by code, never the other way round, so a file from elsewhere
    can hold wrong numbers but no program. Raise CheckpointError where there is no checkpoint or
    it is of another network.
    """
    folder = _checkpoint_folder(shipped_run() if directory is None else directory)
    if directory is None:
        check_sums(folder)
    path = _newest(folder)[0] if step is None else _checkpoint_of(folder, step)
    generator, discriminator = make_networks(read_recipe(folder.resolve().parent))
    checkpoint = tf.train.Checkpoint(generator=generator, discriminator=discriminator)
    with _all_or_nothing(checkpoint, path):
        checkpoint.restore(path).expect_partial().assert_existing_objects_matched()
    return generator, discriminator


def _checkpoint_folder(directory):
    inside = Path(directory) / "training_checkpoints"
    return inside if inside.is_dir() else Path(directory)


def _checkpoint_of(folder, step):
    path = folder / f"ckpt-{step}"
    if damage := _damage(str(path)):
        raise CheckpointError(f"{str(path)!r} is missing or damaged: {damage}")
    return str(path)


def _newest(directory):
    """Return (path, step) of the undamaged checkpoint of the highest step, by the listing.

    Neither the times of the files nor TensorFlow's state file `checkpoint` count.
    """
    if not Path(directory).is_dir():
        raise CheckpointError(f"no checkpoint folder at {str(directory)!r}")
    damages = []
    for step in reversed(_steps(directory)):
        path = str(Path(directory) / f"ckpt-{step}")
        damage = _damage(path)
        if damage is None:
            for older in damages:
                warnings.warn(f"{older}; going back to ckpt-{step}", stacklevel=3)
            return path, step
        damages.append(f"ckpt-{step} in {str(directory)!r} is damaged: {damage}")
    if damages:
        raise CheckpointError("no good checkpoint: " + "; ".join(damages))
    raise CheckpointError(f"no checkpoint (ckpt-<step>.index) in {str(directory)!r}")


def _damage(path):
    """Return what is wrong with a checkpoint's files, None if every tensor reads well."""
    try:
        reader = tf.train.load_checkpoint(path)
        for name in reader.get_variable_to_shape_map():
            reader.get_tensor(name)
    except Exception as error:  # TensorFlow has six classes for damaged files
        return _first_line(error)
    return None


def _steps(directory):
    names = (path.name.partition(".")[0] for path in Path(directory).glob("ckpt-*.*"))
    return sorted({int(name[5:]) for name in names if name[5:].isdigit()})


def _remove(directory, step):
    for path in Path(directory).glob(f"ckpt-{step}.*"):
        path.unlink()
    shutil.rmtree(Path(directory) / f"ckpt-{step}_temp", ignore_errors=True)


def _forget_damaged_state(directory):
    # TensorFlow's manager reads its state file first, and stumbles over an empty or binary one
    try:
        tf.train.get_checkpoint_state(str(directory))
    except ValueError:
        (Path(directory) / "checkpoint").unlink()


@contextlib.contextmanager
def _all_or_nothing(checkpoint, path):
    """Put all variables back as they were where a checkpoint turns out not to fit them."""
    before = [(variable, variable.numpy()) for variable in _variables(checkpoint)]
    try:
        yield
    except (AssertionError, ValueError, tf.errors.OpError) as error:
        for variable, value in before:
            variable.assign(value)
        reason = f"{path!r} does not fit these networks: {_first_line(error)}"
        raise CheckpointError(reason) from error


def _variables(checkpoint):
    objects = tf.train.TrackableView(checkpoint).descendants()
    return [variable for variable in objects if isinstance(variable, tf.Variable)]


def _first_line(error):
    return str(error).partition("\n")[0]
