"""Train a recipe in a folder, and measure both networks before the first and after every epoch.

python tools/by_epoch.py RUN [--recipe fast] [--seed 1] [--epochs 8]

The run is the one that `gan-tutorial train` with the same options makes, bit by bit, because a run
that stops after every epoch stays the same run. Two small files are written into RUN/data, which
`make ship` takes along, because the networks of all epochs would be too large to ship:

by_epoch.csv  one row for each epoch and fresh opponent: the distance and the precision of the
              generated images, what the opponent proves of the Jensen-Shannon divergence (nats)
              with the standard error, and the share of its answers that are right
answers.csv   how many real test images and generated images have an answer d of the run's own
              discriminator in each of 20 equal parts of [0, 1]
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.special

import gan_tutorial as gt
from gan_tutorial.shield import shielded

NUMBER = 10_000  # images of each kind that the networks are asked about
MEASURES = ["distance", "confident", "precision", "recall", "coverage"]
SEEDS = 1, 2, 3  # of the opponents


def main():
    """Write both tables of a run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=8)
    options = parser.parse_args()
    images = gt.load_mnist()
    rows, answers = [], []
    for epoch, networks in enumerate(networks_by_epoch(images[0][0], options)):
        rows += [{"epoch": epoch, **row} for row in opponents(*networks, *images)]
        answers += [{"epoch": epoch, **row} for row in answers_of(*networks, images[1][0])]
        print(pd.DataFrame(rows[-len(SEEDS) :]).round(3).to_string(), flush=True)
    for name, table in (("by_epoch", rows), ("answers", answers)):
        path = options.run / "data" / f"{name}.csv"
        pd.DataFrame(table).to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def networks_by_epoch(images, options):
    """Yield (generator, discriminator) before the first epoch and after each."""
    with shielded(options.seed):  # as a run begins
        untrained = gt.make_networks(options.recipe)
    yield untrained
    for epoch in range(1, options.epochs + 1):
        going_on = {"resume": True} if epoch > 1 else {"seed": options.seed}
        gt.run(images, options.run, options.recipe, epochs=epoch, **going_on)
        yield gt.restore(str(options.run.resolve()))


def opponents(generator, _, train_set, test_set):
    """Yield the measures of a generator's images, and what each of three opponents proves."""
    (train_images, _), (test_images, _) = train_set, test_set
    measures = gt.evaluation.evaluate_generator(generator, train_images, test_images)["generated"]
    for seed in SEEDS:
        known, new = (
            generated(generator, n, s) for n, s in ((len(train_images), seed), (NUMBER, 9))
        )
        opponent = gt.evaluation.fresh_opponent(train_images, known, seed=seed)
        real, fake = logits(opponent, test_images), logits(opponent, new)
        bound, error = gt.evaluation.jensen_shannon_bound(real, fake)
        right = (np.mean(real > 0) + np.mean(fake < 0)) / 2
        chosen = {name: measures[name] for name in MEASURES}
        yield {**chosen, "opponent": seed, "bound": bound, "error": error, "right": right}


def answers_of(generator, discriminator, test_images):
    """Yield how often the discriminator gives which answer, for real and for generated images."""
    for kind, images in (("real", test_images), ("generated", generated(generator, NUMBER, 9))):
        d = scipy.special.expit(logits(discriminator, images))
        counts, _ = np.histogram(d, bins=np.linspace(0, 1, 21))
        yield {"images": kind, **{f"{part / 20:.2f}": n for part, n in enumerate(counts)}}


def generated(generator, number, seed):
    """Return so many images of latent points that belong to the seed."""
    points = gt.sample_prior(number, seed=seed, latent_dim=generator.input_shape[-1])
    return gt.generate_images(generator, points)


def logits(discriminator, images):
    """Return the logit of each image."""
    return discriminator.predict(images, batch_size=500, verbose=0).ravel().astype(np.float64)


if __name__ == "__main__":
    main()
