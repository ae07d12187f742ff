"""What a batch size costs: a step's time for each of its images, and images generated a second.

python benchmarks/batches.py [--rounds N]
"""

import argparse
import functools
import math

import numpy as np
from turns import by_turns, ratio, table, with_quartiles

import gan_tutorial as gt

with gt.quiet():
    import tensorflow as tf


def training(rounds=15, *, batch_sizes=(8, 16, 32, 64, 128, 256, 512, 1024)):
    """Return {batch size: seconds for each image (rounds,)} of the lecture's step, float32."""
    shape = (max(batch_sizes), 28, 28, 1)
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, shape), tf.float32)
    train_step = gt.make_train_step(*gt.make_networks(), *gt.make_optimizers())
    functions = {n: functools.partial(train_step, images[:n]) for n in batch_sizes}
    return {n: seconds / n for n, seconds in by_turns(functions, rounds).items()}


def generating(rounds=15, *, batch_sizes=(1, 4, 16, 64, 256, 1024)):
    """Return {(how, batch size): seconds for each image (rounds,)}, how: "compiled", "eager".

    A turn makes 64 images or more, because a single call of a small batch is too short to time.
    """
    generator, _ = gt.make_networks()
    latent_points = tf.constant(gt.sample_prior(max(batch_sizes), seed=0))
    eager = functools.partial(generator, training=False)
    compiled = tf.function(eager, input_signature=[tf.TensorSpec((None, 100))])
    functions, images = {}, {}
    for n in batch_sizes:
        calls = math.ceil(64 / n)
        for how, network in (("compiled", compiled), ("eager", eager)):
            functions[how, n] = functools.partial(repeat, network, latent_points[:n], calls)
            images[how, n] = n * calls
    return {name: seconds / images[name] for name, seconds in by_turns(functions, rounds).items()}


def repeat(network, latent_points, calls):
    for _ in range(calls):
        network(latent_points)


def training_table(seconds, reference=256):
    rows = [
        [n, f"{1000 * np.median(own):.2f}", with_quartiles(ratio(own, seconds[reference]))]
        for n, own in seconds.items()
    ]
    return table(["batch size", "ms an image", f"against {reference}"], rows)


def generating_table(seconds):
    rows = []
    for how, n in seconds:
        if how == "compiled":
            compiled, eager = seconds["compiled", n], seconds["eager", n]
            speeds = [f"{1 / np.median(x):,.0f}" for x in (compiled, eager)]
            rows.append([n, *speeds, with_quartiles(ratio(compiled, eager))])
    header = ["batch size", "images/s, compiled", "images/s, eager", "time compiled against eager"]
    return table(header, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often each is timed")
    rounds = parser.parse_args().rounds
    print(training_table(training(rounds)), generating_table(generating(rounds)), sep="\n\n")


if __name__ == "__main__":
    main()
