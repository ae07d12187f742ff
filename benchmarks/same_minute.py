"""What are a GAN and a VAE worth after the same minute of training? Three seeds.

python benchmarks/same_minute.py

Both have the generator of the recipe `fast`, and each its own recipe: the GAN that of `fast`, the
autoencoder that of `vae`, with learning rates that fall within the minute. The judge of notebook 05
sees the GAN's images, and three kinds of images of the autoencoder: the means that its decoder
draws, images of ink and paper drawn from these means, and reconstructions of test images.
`log_density` is log p(x) of grey test images, in nats: the trained decoder is frozen, and an
encoder and the variance of a pixel are fitted to it (Wu et al. 2017). The rows are written into
shipped/vae/data/same_minute.csv, where notebook 06 reads them.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd

import gan_tutorial as gt
from gan_tutorial.shield import keras, shielded

NUMBER, BATCH_SIZE = 10_000, 32
STEPS = {"fast": 1_800, "vae": 2_600}  # about a minute on two cores
RATES = {"fast": 2e-3, "vae": 8e-3}
FITTED, ESTIMATED, SAMPLES = 1_000, 500, 100  # steps of the encoder; images, samples of log p(x)
TABLE = Path(__file__).parents[1] / "shipped" / "vae" / "data" / "same_minute.csv"
MEASURES = ["distance", "precision", "recall", "coverage", "classifier_score", "two_sample"]


def train(images, name, seed):
    """Return the two networks after a minute of a recipe, and the seconds that it took."""
    recipe = {**gt.RECIPES[name], "batch_size": BATCH_SIZE, "decay_steps": STEPS[name]}
    recipe["optimizer"] = {**recipe["optimizer"], "learning_rate": RATES[name]}
    with shielded(seed):
        networks, optimizers = gt.make_networks(recipe), gt.make_optimizers(recipe)
        step = gt.recipes.make_step(recipe, networks, optimizers, seed)
        batches = gt.make_dataset(images, BATCH_SIZE, seed=seed).repeat().take(STEPS[name])
        for number, batch in enumerate(batches):
            step(batch)
            if number == 0:  # in which TensorFlow compiles the step
                start = time.perf_counter()
    return networks, time.perf_counter() - start


def fit_encoder(decoder, images, seed):
    """Return an encoder of a decoder that stays as it is, and the mean squared error of a pixel."""
    decoder.trainable = False
    recipe = {**gt.RECIPES["vae"], "decay_steps": FITTED}
    with shielded(seed):
        _, encoder = gt.make_networks(recipe)
        optimizers = gt.make_optimizers(recipe)
        likelihood = gt.likelihoods.gaussian()
        step = gt.autoencoder.make_vae_train_step(
            decoder, encoder, *optimizers, seed=seed, likelihood=likelihood
        )
        for batch in gt.make_dataset(images, BATCH_SIZE, seed=seed).repeat().take(FITTED):
            step(batch)
    some = gt.evaluation.sample_images(images, 2_000, seed=seed)
    return encoder, float(np.mean((some - reconstructions(decoder, encoder, some)) ** 2))


def reconstructions(decoder, encoder, images):
    """Return what the decoder draws at the means of q(z|x)."""
    mean, _ = gt.autoencoder.encode(encoder, images)
    return gt.generate_images(decoder, np.asarray(mean))


def log_density(decoder, train_images, test_images, seed):
    """Return the mean of log p(x) over grey test images, and its standard error."""
    encoder, variance = fit_encoder(decoder, train_images, seed)
    chosen = gt.evaluation.sample_images(test_images, ESTIMATED, seed=seed)
    noisy = np.asarray(gt.likelihoods.dequantise(chosen, [seed, 0]))
    likelihood = gt.likelihoods.gaussian(variance)
    values = gt.autoencoder.log_likelihood(noisy, decoder, encoder, SAMPLES, likelihood=likelihood)
    error = values.std(ddof=1) / np.sqrt(len(values))
    return {"log_density": values.mean(), "log_density_error": error, "variance": variance}


def kinds_of_images(name, networks, test_images, seed):
    """Yield the name and the images of each kind that a model has."""
    latent_dim = networks[0].input_shape[-1]
    drawn = gt.generate_images(
        networks[0], gt.sample_prior(NUMBER, seed=seed, latent_dim=latent_dim)
    )
    if name == "fast":
        yield "GAN", drawn
    else:
        yield "VAE, mean images", drawn
        yield "VAE, ink drawn", np.asarray(gt.likelihoods.binarise(drawn, [seed, 1]))
        yield "VAE, reconstructions", reconstructions(*networks, test_images)


def rows_of(name, seed, train_images, test_images):
    """Yield the rows of one training."""
    networks, seconds = train(train_images, name, seed)
    kinds = list(kinds_of_images(name, networks, test_images, seed))
    density = log_density(networks[0], train_images, test_images, seed)
    first = {"seed": seed, "steps": STEPS[name], "seconds": seconds}
    for kind, images in kinds:
        measures = gt.evaluate(images, train_images)
        chosen = {key: measures[key] for key in [*MEASURES, "copies", "nearest"]}
        yield {"images": kind, **first, **chosen, **density}


def main():
    """Train both with three seeds, and write the table."""
    (train_images, _), (test_images, _) = gt.load_mnist()
    rows = []
    for seed in (1, 2, 3):
        for name in STEPS:
            rows += rows_of(name, seed, train_images, test_images)
            keras.backend.clear_session()
            print(pd.DataFrame(rows[-3:]).round(3).to_string(), flush=True)
    pd.DataFrame(rows).to_csv(TABLE, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    main()
