"""Save, restore, resume: TensorFlow's checkpoints of both networks and both optimizers.

Checkpoints are numbered by the training step: `ckpt-235` is the state after 235 updates.
"""

import contextlib
import warnings

import numpy as np
import tensorflow as tf

from .files import checkpoint_files
from .files.checkpoint_files import PASSING_FAULTS, CheckpointError, DamageError, in_memory
from .files.whole import need_of_room
from .shield import keras


def make(
    generator, discriminator, generator_optimizer, discriminator_optimizer, second="discriminator"
):
    """Return a tf.train.Checkpoint of the state that a run needs in order to go on exactly.

    It holds the lecture's four objects and the random state of the Dropout layers, which Keras 3
    leaves out. The noise and the order of the images have no state, because they are functions of
    their seeds and of the step. After `step = resume(...)` a loop goes on with
    `done, skip = divmod(step, steps_per_epoch)` and `first_epoch=done + 1`.

    Args:
        generator: the generator, a Keras model.
        discriminator: the discriminator, a Keras model.
        generator_optimizer: the generator's Keras optimizer.
        discriminator_optimizer: the discriminator's Keras optimizer.
        second: what the checkpoint calls the second network; "encoder" for an autoencoder.
    """
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)
    layers = [layer for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)]
    return tf.train.Checkpoint(
        generator=generator,
        generator_optimizer=generator_optimizer,
        **{second: discriminator, f"{second}_optimizer": discriminator_optimizer},
        # a layer that drops nothing has no random state
        dropout=[layer.seed_generator.state.value for layer in layers if layer.rate > 0],
    )


def save(checkpoint, directory, step, *, keep=2, keep_every=None, always=()):
    """Save a checkpoint as `ckpt-<step>`; return its path, a string.

    Args:
        checkpoint: a tf.train.Checkpoint.
        directory: the folder, which is made if it is missing.
        step: the number of training steps so far.
        keep: how many of the newest checkpoints stay, at least 1. It matters only together with
            `keep_every`, because without it all checkpoints stay.
        keep_every: if given, older checkpoints are removed, unless their step is a multiple of
            this number.
        always: steps whose checkpoints are never removed.

    Raises:
        ValueError: if `keep` is below 1.
        CheckpointError: if the files cannot be written, to a full disk for example. The older
            checkpoints are then as they were.
    """
    if keep < 1:
        raise ValueError(f"keep must be at least 1, but is {keep}")
    directory = checkpoint_files.folder_path(directory)
    path = directory / f"ckpt-{step}"
    try:
        checkpoint_files.write(checkpoint, directory, step)
    except OSError as error:
        size = sum(variable.numpy().nbytes for variable in _variables(checkpoint))
        room = need_of_room(path, size)
        raise CheckpointError(f"nothing saved: {room} ({error})") from error
    if keep_every is not None:
        # a higher step is of a damaged checkpoint that `resume` has passed over
        steps = [old for old in checkpoint_files.parts(directory) if old <= step]
        for old in steps[:-keep]:
            if old % keep_every and old not in always:
                checkpoint_files.remove(directory, old)
    return str(path)


def resume(checkpoint, directory):
    """Load the newest good checkpoint of a folder into all of a run's objects; return its step.

    A damaged checkpoint is passed over with a warning. Raise CheckpointError if there is no
    checkpoint, if all are damaged, or if the newest good one does not fit the objects. Other
    errors, such as a failing disk or a lack of memory, are raised unchanged. After any error the
    objects are as they were.
    """
    return _load(checkpoint, directory, None, everything=True)


def load(checkpoint, directory, step=None):
    """Load a checkpoint into a tf.train.Checkpoint of some of its objects; return its step.

    If `step` is None, the checkpoint is the newest good one, as in `resume`. Otherwise no other
    checkpoint is tried, and CheckpointError is raised if that one is missing or damaged. As in
    `resume`, it is raised too if the checkpoint does not fit, and nothing changes then.
    """
    return _load(checkpoint, directory, step, everything=False)


def _load(checkpoint, directory, step, everything):
    directory = checkpoint_files.folder_path(directory)
    if step is None:
        step, contents = _newest(directory)
    else:
        contents = _read_or_refuse(directory, step)
    with _all_or_nothing(checkpoint, f"{directory}/ckpt-{step}"), in_memory(contents) as memory:
        status = checkpoint.restore(f"{memory}/ckpt-{step}")
        status.expect_partial()  # so that TensorFlow does not warn at the end of the program
        if everything:
            status.assert_consumed()  # each variable has a value, and no value is left over
        else:
            status.assert_existing_objects_matched()  # each variable has a value
    return step


def _newest(directory):
    """Return (step, {file name: bytes}) of the good checkpoint of the highest step.

    The order is that of the steps in the files' names, because the times of the files and
    TensorFlow's state file `checkpoint` may be wrong.
    """
    if not directory.is_dir():
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
    """Put all variables back after any error; say that a checkpoint does not fit, if that is it."""
    before = [(variable, variable.numpy()) for variable in _variables(checkpoint)]
    try:
        yield
    except BaseException as error:
        for variable, value in before:
            variable.assign(value)
        passing = isinstance(error, PASSING_FAULTS)  # such as a failing disk or a lack of memory
        if not passing and isinstance(error, AssertionError | ValueError | tf.errors.OpError):
            line = _dtype_set(before) or str(error).partition("\n")[0]
            raise CheckpointError(f"{path!r} does not fit these networks: {line}") from error
        raise


def _dtype_set(before):
    """Return which setting gave variables another dtype than a run's, "" if none did."""
    names = {str(np.dtype(value.dtype)) for _, value in before if value.dtype.kind not in "iub"}
    if others := ", ".join(sorted(names - {"float32"})):
        return f"they hold {others}, by Keras's dtype policy or floatx, and a run holds float32"
    return ""


def _variables(checkpoint):
    objects = tf.train.TrackableView(checkpoint).descendants()
    kinds = tf.Variable | keras.Variable  # because Keras's variables are not TensorFlow's
    return [variable for variable in objects if isinstance(variable, kinds)]
