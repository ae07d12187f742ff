"""One training step on several replicas: what each of them takes, and what they add up.

A replica is a copy of the networks on a device of its own. In a step of `tf.distribute` each of N
replicas takes its rows of the minibatch. What they add up are the gradients, the losses and the
statistics of BatchNorm. All replicas together then take the step that one would take alone with
the whole minibatch, exact up to the order of the sums.
"""

import contextlib

import tensorflow as tf

from .shield import keras, shielded

SUM = tf.distribute.ReduceOp.SUM


def rows(batch):
    """Return the rows of this replica: every N-th row of a minibatch; all of them without others.

    The rows of different replicas may differ in number by 1.
    """
    replica, replicas = _place()
    return batch if replicas == 1 else batch[replica::replicas]


def drawn(draw, shape):
    """Return random numbers for the rows of this replica, as one replica would draw them for all.

    Of N replicas each has every N-th row. Hence N times as many rows as it has reach from the first
    row of the minibatch to its own last row. The numbers of a row do not depend on how many rows
    come after it.

    Args:
        draw: a function of a shape, the same on all replicas.
        shape: the shape for the rows of this replica.
    """
    replicas = _place()[1]
    if replicas == 1:
        return draw(shape)
    return rows(draw(tf.concat([shape[:1] * replicas, shape[1:]], 0)))


def parts(means, batch):
    """Return functions whose sum over the replicas is the mean over the whole minibatch.

    Args:
        means: functions that return a mean over the rows of this replica.
        batch: the whole minibatch.
    """
    if _place()[1] == 1:
        return means
    share = tf.shape(rows(batch))[0] / tf.shape(batch)[0]
    return [_times(tf.cast(share, tf.float32), mean) for mean in means]


def _times(share, mean):
    return lambda *arguments: share * mean(*arguments)


def _place():
    """Return the number of this replica, and how many there are; (0, 1) without a strategy."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 0, 1
    return context.replica_id_in_sync_group, context.num_replicas_in_sync


def synchronised(network):
    """Return a copy of a network that computes on each replica as if it saw the whole minibatch.

    BatchNorm takes its mean and variance over the rows of all replicas. Dropout draws the mask of
    the whole minibatch and takes its rows of it. Weights and random states are those of the
    network. Call this in `strategy.scope()`; on one replica it changes nothing but roundings.
    """
    with shielded():
        twin = keras.models.clone_model(network, clone_function=_synchronised_layer)
    for variable, copy in zip(network.variables, twin.variables, strict=True):
        copy.assign(variable)
    return twin


def _synchronised_layer(layer):
    if isinstance(layer, keras.layers.BatchNormalization):
        return type(layer).from_config({**layer.get_config(), "synchronized": True})
    kind = RowsDropout if type(layer) is keras.layers.Dropout else type(layer)
    return kind.from_config(layer.get_config())


class RowsDropout(keras.layers.Dropout):
    """A Dropout whose mask is the rows of the mask that one replica would draw for all rows."""

    def call(self, inputs, training=False):
        """Draw the mask of the whole minibatch, and apply this replica's rows of it."""
        if not training:
            return inputs
        mask = super().call
        return inputs * drawn(
            lambda shape: mask(tf.ones(shape, inputs.dtype), True), tf.shape(inputs)
        )


def check_rows(images, batch_size, replicas):
    """Raise ValueError if a minibatch of an epoch has fewer images than there are replicas."""
    smallest = min(batch_size, images % batch_size or batch_size)
    if smallest < replicas:
        raise ValueError(
            f"each of {replicas} replicas needs at least one image of each minibatch, but "
            f"{images:,} images in batches of {batch_size} have a minibatch of {smallest}"
        )


def replicated(train_step, strategy):
    """Return a compiled step that takes a whole minibatch, on all replicas of a strategy together.

    Args:
        train_step: what `make_train_step` or `make_vae_train_step` returns, for networks and
            optimizers that were made in `strategy.scope()`. If the networks have BatchNorm or
            Dropout, only copies by `synchronised` see the whole minibatch.
        strategy: a tf.distribute.Strategy.

    Returns:
        A tf.function of a minibatch, which has at least one image for each replica and is the same
        in all processes. It returns both losses of the whole minibatch, (2,).
    """

    def on_replica(images):
        # not the tf.function itself, because replicas cannot meet in a function that is nested
        losses = train_step.python_function(images)
        return tf.distribute.get_replica_context().all_reduce(SUM, tf.stack(losses))

    @tf.function(input_signature=train_step.input_signature)
    def step(images):
        replicas = strategy.num_replicas_in_sync
        tf.debugging.assert_greater_equal(tf.shape(images)[0], replicas, "too few images")
        return strategy.experimental_local_results(strategy.run(on_replica, (images,)))[0]

    return step


def logical_cpus(number=2):
    """Return a MirroredStrategy whose replicas compute on logical processors of this machine.

    Call this before TensorFlow computes anything. Raise RuntimeError if it is too late: in a
    notebook, restart the kernel. A second call with the same number is not too late.
    """
    [cpu] = tf.config.list_physical_devices("CPU")
    with contextlib.suppress(RuntimeError):  # because TensorFlow may have begun with as many
        devices = [tf.config.LogicalDeviceConfiguration()] * number
        tf.config.set_logical_device_configuration(cpu, devices)
    if (found := len(tf.config.list_logical_devices("CPU"))) < number:
        raise RuntimeError(
            f"{number} logical processors are wanted, but TensorFlow has begun to compute with "
            f"{found}: call this first, after a restart of Python"
        )
    names = [f"CPU:{place}" for place in range(number)]
    # not by collectives, because those of two strategies in one process get into each other's way
    return tf.distribute.MirroredStrategy(names, tf.distribute.ReductionToOneDevice())
