"""Save, restore, resume: TensorFlow's checkpoints of both networks and both optimizers.

Checkpoints are numbered by the training step: `ckpt-235` is the state after 235 updates.
"""

import contextlib
import warnings
from pathlib import Path

import keras
import tensorflow as tf

from . import checkpoint_files
from .checkpoint_files import PASSING_FAULTS, DamageError, in_memory
from .files import CheckpointError, need_of_room


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


def save(checkpoint, directory, step, *, keep=2, keep_every=None, always=()):
    """Save a checkpoint as `ckpt-<step>` in the folder `directory`; return its path.

    If `keep_every` is given, the last `keep` checkpoints stay, those whose step is a multiple of
    `keep_every`, and those of the steps in `always`; otherwise all stay. Raise CheckpointError if
    the files cannot be written, to a full disk for example; the older checkpoints are then as
    they were.
    """
    path = Path(directory) / f"ckpt-{step}"
    try:
        checkpoint_files.write(checkpoint, directory, step)
    except OSError as error:
        size = sum(variable.numpy().nbytes for variable in _variables(checkpoint))
        room = need_of_room(path, size)
        raise CheckpointError(f"nothing saved: {room} ({error})") from error
    if keep_every is not None:
        for old in list(checkpoint_files.parts(directory))[:-keep]:
            if old % keep_every and old not in always:
                checkpoint_files.remove(directory, old)
    return str(path)


def resume(checkpoint, directory):
    """Load the newest good checkpoint of a folder into all of a run's objects; return its step.

    A damaged one is passed over with a warning. Raise CheckpointError if there is none, if all
    are damaged, or if it does not fit; raise whatever else keeps it from being read as what it
    is. The objects are then as they were.
    """
    return _load(checkpoint, directory, None, "assert_consumed")


def load(checkpoint, directory, step=None):
    """Load a checkpoint into objects that may be some of those that were saved; return its step.

    As `resume`; `step` names the checkpoint, the newest good one without.
    """
    return _load(checkpoint, directory, step, "assert_existing_objects_matched")


def _load(checkpoint, directory, step, check):
    if step is None:
        step, contents = _newest(directory)
    else:
        contents = _read_or_refuse(Path(directory), step)
    with _all_or_nothing(checkpoint, f"{directory}/ckpt-{step}"), in_memory(contents) as memory:
        status = checkpoint.restore(f"{memory}/ckpt-{step}").expect_partial()
        getattr(status, check)()
    return step


def _newest(directory):
    """Return (step, contents) of the undamaged checkpoint of the highest step, by the listing.

    Neither the times of the files nor TensorFlow's state file `checkpoint` count.
    """
    if not Path(directory).is_dir():
        raise CheckpointError(f"no checkpoint folder at {str(directory)!r}")
    damages = []
    for step in reversed(checkpoint_files.parts(directory)):
        try:
            contents = checkpoint_files.read(directory, step)
        except DamageError as error:
            damages.append(f"ckpt-{step} in {str(directory)!r} is damaged: {error}")
            continue
        for damage in damages:
            warnings.warn(f"{damage}; going back to ckpt-{step}", stacklevel=4)
        return step, contents
    if damages:
        raise CheckpointError("no good checkpoint: " + "; ".join(damages))
    raise CheckpointError(f"no checkpoint (ckpt-<step>.index) in {str(directory)!r}")


def _read_or_refuse(folder, step):
    try:
        return checkpoint_files.read(folder, step)
    except DamageError as error:
        path = str(folder / f"ckpt-{step}")
        raise CheckpointError(f"{path!r} is missing or damaged: {error}") from None


@contextlib.contextmanager
def _all_or_nothing(checkpoint, path):
    """Put all variables back as they were if a checkpoint turns out not to fit them."""
    before = [(variable, variable.numpy()) for variable in _variables(checkpoint)]
    try:
        yield
    except BaseException as error:
        for variable, value in before:
            variable.assign(value)
        unfit = isinstance(error, AssertionError | ValueError | tf.errors.OpError)
        if isinstance(error, PASSING_FAULTS) or not unfit:
            raise
        line = str(error).partition("\n")[0]
        raise CheckpointError(f"{path!r} does not fit these networks: {line}") from error


def _variables(checkpoint):
    objects = tf.train.TrackableView(checkpoint).descendants()
    return [variable for variable in objects if isinstance(variable, tf.Variable)]
