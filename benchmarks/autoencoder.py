"""How likely are test images after a minute of training? Three seeds; writes autoencoder.csv.

python benchmarks/autoencoder.py [STEPS]

The networks are those of the recipe `vae`. The learning rate falls within STEPS steps, of 32
images each, which take about a minute on two cores; the seconds that they took are in the table.
"""

import sys
import time
from pathlib import Path

import pandas as pd

import gan_tutorial as gt

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from likelihood import measure

STEPS, BATCH_SIZE, RATE = 2600, 32, 8e-3
TABLE = Path(__file__).with_suffix(".csv")


def train(images, steps, seed):
    """Return the (decoder, encoder) after so many steps, and the seconds that they took."""
    recipe = {**gt.RECIPES["vae"], "optimizer": {"learning_rate": RATE}, "decay_steps": steps}
    networks, optimizers = gt.make_networks(recipe), gt.make_optimizers(recipe)
    step = gt.autoencoder.make_vae_train_step(*networks, *optimizers, seed=seed)
    batches = gt.make_dataset(images, BATCH_SIZE, seed=seed).repeat().take(steps + 1)
    for number, batch in enumerate(batches):
        step(batch)
        if number == 0:  # in which TensorFlow compiles the step
            start = time.perf_counter()
    return networks, time.perf_counter() - start


def main(steps=STEPS):
    """Train with three seeds, and write and print the table."""
    (images, _), (test_images, _) = gt.load_mnist()
    rows = []
    for seed in range(3):
        networks, seconds = train(images, steps, seed)
        row = measure(*networks, test_images, 500, 500)
        rows.append({"seed": seed, "steps": steps, "seconds": seconds, **row})
        print(rows[-1], flush=True)
    pd.DataFrame(rows).to_csv(TABLE, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
