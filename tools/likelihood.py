"""Measure the likelihood of test images under an autoencoder, and store it in the run's folder.

python tools/likelihood.py RUN [--images N] [--samples K]

The test images are binarised once, from a fixed seed. `elbo` is the mean evidence lower bound of
all of them, and `log_likelihood` the importance-weighted estimate with K samples of N of them,
chosen at random; each comes with its standard error over the images, in nats.
"""

import math
from pathlib import Path

import click
import numpy as np
import pandas as pd

import gan_tutorial as gt
from gan_tutorial.files.whole import whole_file

SEED = 2013  # of the binarised test images and of the choice among them


def measure(decoder, encoder, test_images, number, samples):
    """Return the row of measures of a decoder and an encoder."""
    ink = np.asarray(gt.likelihoods.binarise(test_images, [SEED, 0]))
    chosen = gt.evaluation.sample_images(ink, number, seed=SEED)
    bounds = gt.autoencoder.elbo(ink, decoder, encoder)
    estimates = gt.autoencoder.log_likelihood(chosen, decoder, encoder, samples)
    row = {"images": len(ink), "elbo": bounds.mean(), "elbo_error": _error(bounds)}
    row |= {"estimated_images": len(chosen), "samples": samples}
    return row | {"log_likelihood": estimates.mean(), "log_likelihood_error": _error(estimates)}


def _error(values):
    return values.std(ddof=1) / math.sqrt(len(values))


@click.command(help=__doc__.splitlines()[0])
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--images", default=1000, help="Images of the importance-weighted estimate.")
@click.option("--samples", default=500, help="Samples of each estimate.")
def main(run, images, samples):
    """Measure a run, print the row, and store it in the run's folder."""
    decoder, encoder = gt.restore(run)
    _, (test_images, _) = gt.load_mnist()
    table = pd.DataFrame([measure(decoder, encoder, test_images, images, samples)])
    print(table.round(3).to_string(index=False))
    with whole_file(run / "data" / "likelihood.csv") as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    main()
