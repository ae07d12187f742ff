"""How much does a VAE of MNIST say about an image, and how well, for which β? One seed.

python benchmarks/rate_distortion.py

The networks are those of the recipe `vae`; p(x|z) is Gaussian, and its variance is learnt. For each
β the table has the rate (nats), the squared error of a reconstructed image at the mean of q(z|x),
summed over pixels in [-1, 1], the active units (coordinates whose mean varies by more than 0.01
over the test images; Burda et al. 2016, section 5.2) and the ELBO (nats), all of test images. The
rows are written into shipped/vae/data/rate_distortion.csv, where notebook 06 reads them.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import gan_tutorial as gt
from gan_tutorial.shield import keras, shielded

BETAS = 0.1, 0.3, 1, 3, 10, 30, 100
STEPS, BATCH_SIZE = 1_500, 32  # about half a minute on two cores
TABLE = Path(__file__).parents[1] / "shipped" / "vae" / "data" / "rate_distortion.csv"


def train(images, beta):
    """Return the (decoder, encoder) of a β."""
    recipe = {**gt.RECIPES["vae"], "decay_steps": STEPS}
    with shielded(1):
        networks, optimizers = gt.make_networks(recipe), gt.make_optimizers(recipe)
        options = {"likelihood": gt.likelihoods.gaussian(), "beta": beta, "seed": 1}
        step = gt.autoencoder.make_vae_train_step(*networks, *optimizers, **options)
        for batch in gt.make_dataset(images, BATCH_SIZE, seed=1).repeat().take(STEPS):
            step(batch)
    return networks


def row_of(decoder, encoder, test_images):
    """Return the measures of test images."""
    noisy = np.asarray(gt.likelihoods.dequantise(test_images, [1, 0]))
    mean, log_variance = gt.autoencoder.encode(encoder, noisy)
    drawn = gt.generate_images(decoder, np.asarray(mean))
    rate = float(np.mean(gt.autoencoder.gaussian_kl(mean, log_variance)))
    noise = np.random.default_rng(1).standard_normal(mean.shape, np.float32)
    at_random = gt.generate_images(decoder, mean + np.exp(log_variance / 2) * noise)
    variance = float(np.mean((at_random - noisy) ** 2))  # at points of q(z|x), as in the training
    likelihood = gt.likelihoods.gaussian(variance)
    bound = gt.autoencoder.elbo(noisy, decoder, encoder, likelihood=likelihood).mean()
    squares = float(np.mean(np.sum((drawn - test_images) ** 2, axis=(1, 2, 3))))
    active = int(np.sum(np.var(mean, axis=0) > 0.01))
    return {
        "rate": rate,
        "squared_error": squares,
        "active": active,
        "variance": variance,
        "elbo": bound,
    }


def main():
    """Train with each β, and write the table."""
    (train_images, _), (test_images, _) = gt.load_mnist()
    rows = []
    for beta in BETAS:
        rows.append({"beta": beta, **row_of(*train(train_images, beta), test_images)})
        keras.backend.clear_session()
        print(rows[-1], flush=True)
    pd.DataFrame(rows).to_csv(TABLE, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    main()
