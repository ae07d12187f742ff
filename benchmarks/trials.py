"""Trials of recipes: short trainings on one thread each, looked at by the judge.

python benchmarks/trials.py CHANGES... [--seconds 120] [--seeds 1] [--jobs 2]

Each trial is START with some changes, such as `hidden=128,r1=1`; `start` is START itself. It trains
for about so many seconds of its processor, by whose end the learning rate has fallen to a
hundredth. Then 10,000 generated images are compared with the test images, and a row is added to
benchmarks/trials.csv. Trials of equal seconds can be compared, whatever a step of theirs costs.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

import gan_tutorial as gt

with gt.quiet():
    import keras
    import tensorflow as tf
    from keras import layers

    from gan_tutorial.fourier import FourierConv2DTranspose

RESULTS = Path(__file__).with_suffix(".csv")
START = {  # the first edition's recipe, but for the rate's fall
    "batch_size": 64,
    "latent_dim": 100,
    "g": 128,  # channels of the generator's first maps
    "d": 32,  # channels of the discriminator's first maps
    "mapping": 0,  # units of each hidden layer of the generator
    "mappings": 1,  # how many such layers, if `mapping` is not 0
    "mapping_bn": 1,  # whether they have BatchNorm
    "kinds": 0,  # of how many of the coordinates the largest alone counts, as a choice
    "hidden": 0,  # units of each hidden layer of the discriminator
    "hiddens": 1,  # how many such layers, if `hidden` is not 0
    "third": 0,  # channels of a third convolution of the discriminator
    "spread": 0,  # whether the discriminator sees how different the images of a minibatch are
    "blocks": 0,  # whether the one-channel layers see blocks of 2 x 2 pixels as four channels
    "rate": 2e-3,
    "rate_d": 1.0,  # the discriminator's rate, in units of the generator's
    "falls": 0.5,  # the rate falls linearly from this share of the steps on
    "r1": 0.3,
    "best": 1.0,  # the share of a minibatch that the generator's loss is taken of, at the end
}
STEPS_TO_TIME = 64
SLOPE = {"negative_slope": 0.2}
SIDE = {"kernel_size": 4, "padding": "same"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("changes", nargs="+")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--jobs", type=int, default=2, help="trials at a time")
    options = parser.parse_args()
    waiting = [(changes, seed) for seed in options.seeds for changes in options.changes]
    if len(waiting) == 1:
        trial(*waiting[0], options.seconds)
        return
    running = []
    while waiting or running:
        running = [process for process in running if process.poll() is None]
        while waiting and len(running) < options.jobs:
            changes, seed = waiting.pop(0)
            command = [sys.executable, __file__, changes, "--seeds", str(seed)]
            running.append(subprocess.Popen([*command, "--seconds", str(options.seconds)]))
        time.sleep(1)


def options_of(changes):
    """Return START with changes such as "hidden=128,r1=1"."""
    options = dict(START)
    for change in [] if changes == "start" else changes.split(","):
        name, value = change.split("=")
        options[name] = type(START[name])(value)
    return options


def trial(changes, seed, seconds):
    """Train on one thread, measure, and add a row to the results."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(seed)
    options = options_of(changes)
    networks = generator_of(options), discriminator_of(options)
    (images, _), (test_images, _) = gt.load_mnist()
    dataset = gt.make_dataset(images, options["batch_size"], seed=seed).repeat()
    took, losses = train(options, networks, dataset, seed, seconds)
    number = {"seconds": round(took), "steps": len(losses), "ms": 1000 * took / len(losses)}
    row = {"trial": changes, "seed": seed, **number, **measures(networks[0], test_images)}
    row |= dict(zip(("loss_g", "loss_d"), np.mean(losses[-200:], axis=0), strict=True))
    line = pd.DataFrame([{**row, "parameters": networks[0].count_params()}]).round(3)
    line.to_csv(RESULTS, mode="a", header=not RESULTS.exists(), index=False, lineterminator="\n")
    print(line.to_string(), flush=True)


def generator_of(options):
    hidden = [layers.Lambda(with_choice(options["kinds"]))] if options["kinds"] else []
    for _ in range(options["mappings"] if options["mapping"] else 0):
        norm = [layers.BatchNormalization()] if options["mapping_bn"] else []
        hidden += [layers.Dense(options["mapping"], use_bias=not norm), *norm]
        hidden += [layers.LeakyReLU(**SLOPE)]
    latent_dim = options["mapping"] or options["latent_dim"]
    kind = {"channels": options["g"], "kernel_size": 4, "convolution": FourierConv2DTranspose}
    inside = gt.generator_model(latent_dim, **kind, **SLOPE).layers
    if options["blocks"]:
        inside = [*inside[:-1], layers.Conv2D(4, 3, padding="same", use_bias=False)]
        inside += [layers.Lambda(lambda x: tf.tanh(tf.nn.depth_to_space(x, 2)))]
    return keras.Sequential([keras.Input((options["latent_dim"],)), *hidden, *inside])


def discriminator_of(options):
    d = options["d"]
    first = [layers.Conv2D(d, strides=2, **SIDE)]
    if options["blocks"]:
        first = [layers.Lambda(lambda x: tf.nn.space_to_depth(x, 2))]
        first += [layers.Conv2D(d, 3, padding="same")]
    inside = [*first, layers.LeakyReLU(**SLOPE)]
    inside += [layers.Conv2D(2 * d, strides=2, **SIDE), layers.LeakyReLU(**SLOPE)]
    if options["third"]:
        inside += [layers.Conv2D(options["third"], strides=2, **SIDE), layers.LeakyReLU(**SLOPE)]
    if options["spread"]:
        inside += [layers.Lambda(with_spread)]
    inside += [layers.Flatten()]
    for _ in range(options["hiddens"] if options["hidden"] else 0):
        inside += [layers.Dense(options["hidden"]), layers.LeakyReLU(**SLOPE)]
    return keras.Sequential([keras.Input((28, 28, 1)), *inside, layers.Dense(1)])


def with_choice(kinds):
    """Return a function that turns the first coordinates into 1 for the largest, 0 for others.

    The prior is then in so many parts without a connection, although the points are normal.
    """

    def function(points):
        choice = tf.one_hot(tf.argmax(points[:, :kinds], axis=1), kinds, dtype=points.dtype)
        return tf.concat([choice, points[:, kinds:]], axis=1)

    return function


def with_spread(maps):
    """Append the mean deviation over the minibatch as one more map (Karras et al. 2018)."""
    spread = tf.reduce_mean(tf.sqrt(tf.math.reduce_variance(maps, axis=0) + 1e-8))
    return tf.concat([maps, tf.zeros_like(maps[..., :1]) + spread], axis=-1)


class Falling(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that is constant up to a share of the steps, and then falls to a hundredth."""

    def __init__(self, rate, falls, steps):
        """Take the first rate, the share of the steps, and the steps."""
        self.rate, self.falls, self.steps = rate, falls, steps

    def __call__(self, step):
        """Return the rate at a step."""
        left = (1 - tf.cast(step, tf.float32) / self.steps) / (1 - self.falls)
        return self.rate * tf.clip_by_value(left, 0.01, 1)


def train(options, networks, dataset, seed, seconds):
    """Train for so many seconds of the processor; return how many it took, and the losses.

    The number of steps is found from the time of the first ones, before the rate falls.
    """
    steps = tf.Variable(1e9)
    rates = options["rate"], options["rate"] * options["rate_d"]
    optimizers = [
        keras.optimizers.Adam(Falling(rate, options["falls"], steps), beta_1=0.0, beta_2=0.99)
        for rate in rates
    ]

    def generator_loss(logits):
        share = 1 - (1 - options["best"]) * tf.cast(optimizers[0].iterations, tf.float32) / steps
        number = tf.cast(share * options["batch_size"], tf.int32)
        return gt.generator_loss(tf.math.top_k(logits[:, 0], number)[0])

    kind = {} if options["best"] == 1 else {"generator_loss": generator_loss}
    step = gt.make_train_step(*networks, *optimizers, seed=seed, r1=options["r1"], **kind)
    minibatches = iter(dataset)
    for _ in range(9):  # in which graphs are traced and the penalty is paid
        step(next(minibatches))
    start, losses = time.process_time(), []
    while len(losses) < float(steps):
        losses.append(np.array(step(next(minibatches))))
        if len(losses) == STEPS_TO_TIME:
            each = (time.process_time() - start) / STEPS_TO_TIME
            steps.assign(max(STEPS_TO_TIME + 1, round(seconds / each)))
    return time.process_time() - start, losses


def measures(generator, test_images):
    """Return what the judge says of 10,000 images, against the test images."""
    judge = gt.evaluation.load_judge()
    points = gt.sample_prior(10_000, seed=0, latent_dim=generator.input_shape[-1])
    images = np.concatenate([generator(part, training=False) for part in np.split(points, 20)])
    features, reference = (gt.evaluation.features(judge, x) for x in (images, test_images))
    found = gt.evaluation.compare(features, reference, judge)
    return {name: found[name] for name in ("distance", "confident", "precision", "recall")}


if __name__ == "__main__":
    main()
