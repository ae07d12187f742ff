"""The published step, ours and PyTorch's by turns, and how near they are to the matrix product.

python benchmarks/steps.py [--rounds N]
"""

import argparse
import contextlib
import functools
import importlib.util
import os

import numpy as np
import published
from operations import step_gflop
from turns import by_turns, ratio, table, with_quartiles

import gan_tutorial as gt

with gt.quiet():
    import keras
    import tensorflow as tf


def measure(rounds=15, *, batch_size=256, matrix_size=2048):
    """Return {(who, precision): seconds (rounds,)} and {(who, precision): GFLOP of one call}."""
    images = np.random.default_rng(0).uniform(-1, 1, (batch_size, 28, 28, 1)).astype(np.float32)
    functions = {}
    for precision in ("float32", "bfloat16"):
        functions |= tensorflow_steps(images, precision) | pytorch_step(images, precision)
        matrix = tf.cast(tf.random.normal((matrix_size, matrix_size)), precision)
        functions["matrix product", precision] = functools.partial(tf.linalg.matmul, matrix, matrix)
    published_step = step_gflop(*published.make_networks(), batch_size)
    of_whom = {
        "published": published_step,
        "ours": step_gflop(*gt.make_networks(), batch_size),
        "PyTorch": published_step,
        "matrix product": 2 * matrix_size**3 / 1e9,
    }
    return by_turns(functions, rounds), {name: of_whom[name[0]] for name in functions}


def tensorflow_steps(images, precision):
    images = tf.constant(images)
    with dtype_policy("mixed_bfloat16" if precision == "bfloat16" else precision):
        step = published.make_train_step(*published.make_networks(), len(images))
        ours = gt.make_train_step(*gt.make_networks(), *gt.make_optimizers())
    return {
        ("published", precision): functools.partial(step, images),
        ("ours", precision): functools.partial(ours, images),
    }


def pytorch_step(images, precision):
    """Return PyTorch's step with the best number of threads, or nothing if there is no PyTorch.

    On a busy machine one thread is faster than two, because threads spin while they wait.
    """
    if importlib.util.find_spec("torch") is None:
        return {}
    # before the import, because torch reads it then; with it the threads spin less
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import pytorch
    import to_pytorch
    import torch

    images = torch.from_numpy(images).permute(0, 3, 1, 2)  # channels last in memory
    functions = {}
    for threads in {1, os.cpu_count()}:
        options = {"threads": threads, "autocast": precision == "bfloat16"}
        # with PyTorch's usual padding, because Keras's needs layers that take time of their own
        networks = [to_pytorch.with_its_padding(network) for network in pytorch.make_networks()]
        step = pytorch.make_train_step(networks, pytorch.make_optimizers(*networks), **options)
        functions[threads] = functools.partial(step, images)
    seconds = by_turns(functions, 3)
    return {("PyTorch", precision): functions[min(seconds, key=lambda x: np.median(seconds[x]))]}


@contextlib.contextmanager
def dtype_policy(precision):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def comparison(seconds):
    """Return the table of all steps, each against the published one and PyTorch's."""
    header = ["step", "ms", "against published, float32"]
    header += ["against published, same precision", "against PyTorch, same precision"]
    rows = []
    for (who, precision), own in seconds.items():
        if who != "matrix product":
            others = [("published", "float32"), ("published", precision), ("PyTorch", precision)]
            ratios = [with_quartiles(ratio(own, seconds[x])) for x in others if x in seconds]
            rows.append([f"{who}, {precision}", f"{1000 * np.median(own):.0f}", *ratios])
    return table(header, rows)


def rates(seconds, gflop):
    """Return the table of GFLOP, GFLOP/s, and the share of the matrix product's rate."""
    rows = []
    for (who, precision), own in seconds.items():
        rate = gflop[who, precision] / np.median(own)
        row = [f"{who}, {precision}", f"{gflop[who, precision]:.1f}", f"{rate:.0f}"]
        rows.append([*row, with_quartiles(share(seconds, gflop, who, precision))])
    return table(["", "GFLOP", "GFLOP/s", "share of the matrix product's rate"], rows)


def share(seconds, gflop, who, precision):
    """Return a step's rate as a share of the matrix product's: (median, low, high)."""
    own, product = (who, precision), ("matrix product", precision)
    return ratio(seconds[product] / gflop[product], seconds[own] / gflop[own])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often each is timed")
    seconds, gflop = measure(parser.parse_args().rounds)
    print(comparison(seconds), rates(seconds, gflop), sep="\n\n")


if __name__ == "__main__":
    main()
