"""Print, as JSON, how steps of several replicas differ from the plain step of one.

A process of its own, because logical processors must be there before TensorFlow's first use.
"""

import functools
import json
import sys

import keras
import numpy as np

import gan_tutorial as gt

with gt.quiet():
    import tensorflow as tf

    from gan_tutorial.recipes import make_step

tf.config.run_functions_eagerly(True)  # because seven graphs of several replicas take a minute

STRATEGIES = {number: gt.replicas.logical_cpus(number) for number in (3, 2)}
# A slope of 1 leaves LeakyReLU no kink, at which a rounding could change a gradient as a whole.
SMALL = {"channels": 8, "kernel_size": 3, "negative_slope": 1.0}
GAN = {
    "batch_size": 8,
    "optimizer": {"learning_rate": 1e-3},
    "r1": 0.3,
    "generator": SMALL,
    "discriminator": {**SMALL, "dropout": 0.3},
}
VAE = {**GAN, "encoder": {**SMALL}, "beta": 0.5}
del VAE["discriminator"], VAE["r1"]
RECIPES = {"gan": GAN, "vae": VAE}
IMAGES = np.load(sys.argv[1])


@functools.cache
def one_step(recipe, number, replicas=1, synchronise=True, alternating=False):
    """Return the losses and the gradients of one step from a start that is always the same."""
    recipe, strategy = RECIPES[recipe], STRATEGIES.get(replicas, tf.distribute.get_strategy())
    with strategy.scope():
        keras.utils.set_random_seed(1)
        networks, optimizers = gt.make_networks(recipe), gt.make_optimizers(recipe)
        if replicas > 1 and synchronise:
            networks = [gt.replicas.synchronised(network) for network in networks]
        if alternating:
            options = {"seed": 5, "r1": recipe["r1"], "alternating": True}
            step = gt.make_train_step(*networks, *optimizers, **options)
        else:
            step = make_step(recipe, networks, optimizers, 5)
    if replicas > 1:
        step = gt.replicas.replicated(step, strategy)
    losses = np.array(step(IMAGES[:number]))
    # after a first step Adam's momentum is the gradient, but for a factor
    return losses, [v.numpy() for o in optimizers for v in o.variables if "momentum" in v.path]


def differences(recipe, number, replicas, alternating=False, synchronise=True):
    """Return the largest relative difference of a loss, and that of a gradient in norm."""
    losses, gradients = one_step(recipe, number, replicas, synchronise, alternating)
    expected_losses, expected = one_step(recipe, number, alternating=alternating)
    found = [
        np.linalg.norm(a - b) / np.linalg.norm(b)
        for a, b in zip(gradients, expected, strict=True)
        if np.any(b)
    ]
    return {
        "losses": float(np.max(np.abs(losses / expected_losses - 1))),
        "gradients": float(max(found)),
    }


def rows_of(number, batch):
    """Return the rows of each replica, and the random numbers that are drawn for them."""

    def draw():
        rows = gt.replicas.rows(batch)
        shape = tf.constant([len(rows), 5])
        return rows, gt.replicas.drawn(lambda s: tf.random.stateless_normal(s, [1, 2]), shape)

    strategy = STRATEGIES[number]
    found = [strategy.experimental_local_results(part) for part in strategy.run(draw)]
    return [[np.asarray(array).tolist() for array in part] for part in found]


report = {
    "two": differences("gan", 7, 2),
    "three, by turns": differences("gan", 8, 3, alternating=True),
    "autoencoder": differences("vae", 7, 2),
    "not synchronised": differences("gan", 7, 2, synchronise=False),
    "rows": rows_of(3, np.arange(8)),
    "drawn by one": tf.random.stateless_normal([8, 5], [1, 2]).numpy().tolist(),
}
print(json.dumps(report))
