"""The variational autoencoder: exact where theory is exact, and measured where it is not."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from sklearn.decomposition import PCA

import gan_tutorial as gt
from gan_tutorial.autoencoder import (
    distortion_and_rate,
    elbo,
    encode,
    encoder_model,
    gaussian_kl,
    log_likelihood,
    make_vae_train_step,
    probabilistic_pca,
)
from gan_tutorial.likelihoods import BERNOULLI, binarise, dequantise, gaussian
from gan_tutorial.shield import keras

TINY_NETWORKS = {"channels": 8, "kernel_size": 3}


@pytest.fixture(scope="module")
def pca(images):
    return probabilistic_pca(images[:500], 5)


@pytest.fixture(scope="module")
def few_images(images):
    return images[500:540].astype(np.float64)


def tiny_pair(latent_dim=3, seed=0):
    keras.utils.set_random_seed(seed)
    decoder = gt.generator_model(latent_dim, **TINY_NETWORKS)
    return decoder, encoder_model(latent_dim, channels=4, kernel_size=3)


def test_gaussian_kl_is_its_integral_and_its_monte_carlo_mean():
    mean, deviation = 0.7, 0.4
    z = np.linspace(-8, 8, 200_001)
    q = scipy.stats.norm.pdf(z, mean, deviation)
    log_ratio = scipy.stats.norm.logpdf(z, mean, deviation) - scipy.stats.norm.logpdf(z)
    integral = np.trapezoid(q * log_ratio, z)
    log_variance = 2 * np.log([[deviation]])
    assert gaussian_kl(np.array([[mean]]), log_variance).numpy()[0] == pytest.approx(
        integral, rel=1e-9
    )

    rng = np.random.default_rng(0)
    means, log_variances = rng.normal(size=(2, 4, 6))
    points = means + np.exp(log_variances / 2) * rng.normal(size=(100_000, 4, 6))
    ratios = scipy.stats.norm.logpdf(points, means, np.exp(log_variances / 2)).sum(-1)
    ratios -= scipy.stats.norm.logpdf(points).sum(-1)
    error = ratios.std(axis=0) / np.sqrt(len(points))
    exact = gaussian_kl(means, log_variances).numpy()
    assert (abs(exact - ratios.mean(axis=0)) < 5 * error).all()


def test_probabilistic_pca_is_the_gaussian_of_its_parameters():
    rng = np.random.default_rng(0)
    images = (rng.normal(size=(400, 6)) @ rng.normal(size=(6, 6))).reshape(-1, 2, 3, 1)
    pca = probabilistic_pca(images, 2)
    flat = images.reshape(-1, 6)
    eigenvalues = np.linalg.eigvalsh(np.cov(flat, rowvar=False))
    assert pca.variance == pytest.approx(eigenvalues[:4].mean())
    covariance = pca.weights @ pca.weights.T + pca.variance * np.eye(6)
    density = scipy.stats.multivariate_normal(pca.mean.ravel(), covariance).logpdf(flat)
    np.testing.assert_allclose(pca.log_density(images), density, rtol=1e-10)
    mean, log_variance = np.split(pca.encode(images), 2, axis=1)
    precision = np.linalg.inv(covariance)
    np.testing.assert_allclose(mean, (flat - flat.mean(0)) @ precision @ pca.weights, atol=1e-9)
    posterior = np.eye(2) - pca.weights.T @ precision @ pca.weights
    np.testing.assert_allclose(np.diag(np.exp(log_variance[0])), posterior, atol=1e-9)


@pytest.mark.parametrize("samples", [1, 7])
@pytest.mark.parametrize("seed", [0, 1])
def test_with_the_exact_posterior_every_estimate_is_exact(pca, few_images, samples, seed):
    likelihood = gaussian(pca.variance)
    estimate = log_likelihood(
        few_images, pca.decode, pca.encode, samples, likelihood=likelihood, seed=seed
    )
    np.testing.assert_allclose(estimate, pca.log_density(few_images), rtol=1e-6)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_the_gap_of_the_elbo_is_the_divergence_of_the_posteriors(pca, few_images, factor):
    def wrong(images, training=False):
        """The exact posterior with its variance times a factor."""
        mean, log_variance = tf.split(pca.encode(images), 2, axis=1)
        return tf.concat([mean, log_variance + np.log(factor)], axis=1)

    options = {"likelihood": gaussian(pca.variance)}
    gap = len(pca.widths) / 2 * (factor - 1 - np.log(factor))  # KL(q ‖ p(z|x)), in closed form
    repeated = np.repeat(few_images, 300, axis=0)
    estimates = elbo(repeated, pca.decode, wrong, **options).reshape(-1, 300)
    error = estimates.std(axis=1) / np.sqrt(300)
    expected = pca.log_density(few_images) - gap
    assert (abs(estimates.mean(axis=1) - expected) < 5 * error).all()

    by_samples = [
        log_likelihood(few_images, pca.decode, wrong, samples, **options).mean()
        for samples in (1, 4, 16, 256)
    ]
    assert by_samples == sorted(by_samples)
    assert by_samples[-1] < pca.log_density(few_images).mean() + 0.01


def test_the_estimate_is_its_formula_and_takes_more_samples_than_fit_at_once(few_images, pca):
    def wide(images, training=False):
        return tf.concat([tf.zeros((len(images), 5), tf.float64)] * 2, axis=1)

    deviation = np.sqrt(50 * pca.variance)
    options = {"likelihood": gaussian(50 * pca.variance)}
    for number, samples in ((3, 50), (1, 2500)):  # 1,000 points are decoded at once
        noise = np.random.default_rng(0).standard_normal((number, samples, 5))
        means = np.stack([pca.decode(points) for points in noise])
        x = few_images[:number, np.newaxis]
        logs = scipy.stats.norm.logpdf(x, means, deviation).sum((2, 3, 4))
        by_hand = scipy.special.logsumexp(logs, axis=1) - np.log(samples)
        found = log_likelihood(few_images[:number], pca.decode, wide, samples, **options)
        np.testing.assert_allclose(found, by_hand, rtol=1e-9)


def test_bernoulli_is_its_formula_and_keeps_its_digits_where_tanh_is_one(images):
    decoder, _ = tiny_pair()
    points = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    ink = np.asarray(binarise(images[:4], [1, 2]))
    p = (1 + gt.generate_images(decoder, points).astype(np.float64)) / 2
    formula = np.log(np.where(ink > 0, p, 1 - p)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(BERNOULLI.log_density(ink, decoder, points), formula, rtol=1e-5)
    decoder.layers[-1].kernel.assign(1e4 * decoder.layers[-1].kernel)
    density = BERNOULLI.log_density(ink, decoder, points).numpy()
    assert np.isfinite(density).all()
    assert (density < -1e4).all()


def test_binarised_and_dequantised_images_have_the_grey_values_as_their_mean(images):
    repeated = np.repeat(images[:1], 4000, axis=0)
    ink = np.asarray(binarise(repeated, [3, 4]))
    assert {*np.unique(ink)} == {-1.0, 1.0}
    assert abs(ink.mean(axis=0) - images[0]).max() < 5 / np.sqrt(4000)
    noisy = np.asarray(dequantise(repeated, [3, 4]))
    assert abs(noisy - repeated).max() <= 1.0001 / 255
    assert abs(noisy - repeated).std() == pytest.approx(1 / 255 / np.sqrt(12), rel=0.02)
    np.testing.assert_array_equal(binarise(repeated, [3, 4]), ink)
    assert (np.asarray(binarise(repeated, [3, 5])) != ink).any()


def test_the_learnt_variance_is_the_mean_squared_error(images):
    decoder, _ = tiny_pair()
    points = np.zeros((8, 3), np.float32)
    error = np.mean((images[:8] - gt.generate_images(decoder, points)) ** 2, dtype=np.float64)
    learnt = gaussian().log_density(images[:8], decoder, points).numpy().mean()
    assert learnt == pytest.approx(-784 / 2 * (1 + np.log(2 * np.pi * error)), rel=1e-5)
    for factor in (0.9, 1.1):
        given = gaussian(factor * error).log_density(images[:8], decoder, points)
        assert given.numpy().mean() < learnt


def test_the_train_step_descends_distortion_and_beta_times_rate(images):
    """Along the step's gradient g, the loss by finite differences has the slope |g|²."""
    pair, beta = tiny_pair(), 2.0
    weights = [w for network in pair for w in network.trainable_variables]
    before = [w.numpy() for w in weights]
    seed_and_step = tf.constant([7, 0], tf.int64)  # because other bits follow from 32-bit seeds
    seeds = tf.random.experimental.stateless_split(seed_and_step, 2)
    ink = binarise(images[:8], seeds[0])

    def loss(length):
        for weight, start, slope in zip(weights, before, gradient, strict=True):
            weight.assign(start + length * slope)
        terms = distortion_and_rate(ink, *pair, BERNOULLI, seeds[1], training=True)
        distortion, rate = np.mean(terms, axis=1, dtype=np.float64)
        return distortion + beta * rate

    optimizers = [keras.optimizers.SGD(1.0) for _ in range(2)]
    make_vae_train_step(*pair, *optimizers, seed=7, beta=beta)(images[:8])
    gradient = [start - w.numpy() for start, w in zip(before, weights, strict=True)]
    square = sum(np.sum(slope.astype(np.float64) ** 2) for slope in gradient)
    length = 0.1 / square
    assert (loss(length) - loss(-length)) / (2 * length) == pytest.approx(square, rel=0.02)


def test_a_step_draws_from_its_seed_and_number_alone(images):
    results = []
    for tensorflows_seed in (1, 2):
        decoder, encoder = tiny_pair()
        tf.random.set_seed(tensorflows_seed)
        optimizers = [keras.optimizers.Adam(1e-3) for _ in range(2)]
        step = make_vae_train_step(decoder, encoder, *optimizers, seed=5)
        results.append([np.array(step(images[:8])) for _ in range(3)])
    np.testing.assert_array_equal(*results)
    assert (results[0][0] != results[0][1]).all()


def test_a_frozen_decoder_stays_as_it_is_and_its_encoder_sees_new_noise_in_each_step(images):
    decoder, encoder = tiny_pair()
    decoder.trainable = False
    before = [w.numpy() for w in decoder.weights + encoder.weights]
    optimizers = [keras.optimizers.SGD(0.0) for _ in range(2)]  # so that only the noise changes
    step = make_vae_train_step(decoder, encoder, *optimizers)
    distortions = [float(step(images[:8])[0]) for _ in range(4)]
    assert len({*distortions}) == 4
    for weight, start in zip(decoder.weights + encoder.weights, before, strict=True):
        np.testing.assert_array_equal(weight, start)


def active_units(encoder, images):
    """Return how many latent coordinates depend on the image (Burda et al. 2016, section 5.2)."""
    mean, _ = encode(encoder, images)
    return int(np.sum(np.var(mean, axis=0) > 0.01))


def trained_linear_pair(points, latent_dim, variance, steps=1000):
    """Return a linear decoder and encoder of points (n, m), trained by the library's step."""
    keras.utils.set_random_seed(0)
    width = points.shape[1]
    dense = keras.layers.Dense
    decoder = keras.Sequential([keras.Input((latent_dim,)), dense(width)])
    encoder = keras.Sequential([keras.Input((width,)), dense(2 * latent_dim)])
    rate = keras.optimizers.schedules.CosineDecay(0.03, steps)
    optimizers = [keras.optimizers.Adam(rate) for _ in range(2)]
    step = make_vae_train_step(decoder, encoder, *optimizers, likelihood=gaussian(variance))
    for batch in gt.make_dataset(points, 500, seed=0).repeat(steps).take(steps):
        step(batch)
    return decoder, encoder


@pytest.fixture(scope="module")
def coordinates(images):
    """Return the first 50 principal coordinates of images, which keep the covariance's spectrum."""
    flat = images[:2000].reshape(2000, -1)
    return PCA(50, svd_solver="covariance_eigh").fit_transform(flat).astype(np.float32)


@pytest.mark.parametrize("variance", [1.35, 2.0, 12.25])
def test_a_linear_autoencoder_keeps_the_eigenvalues_above_its_noise(variance, coordinates):
    """Theory: Lucas et al. 2019. The variance is for pixels in [0, 1], four times that here."""
    expected = np.sum(np.var(coordinates, axis=0) > 4 * variance)
    _, encoder = trained_linear_pair(coordinates, 20, 4 * variance)
    assert abs(active_units(encoder, coordinates) - expected) <= 1
    pca = probabilistic_pca(coordinates, 20, 4 * variance)
    assert active_units(pca.encode, coordinates.astype(np.float64)) == expected


def test_the_loss_of_the_subclassing_guide_draws_the_mean_image(coordinates):
    """Means over pixels and over 32 coordinates are a noise of 784 / (2 · 32) = 12.25."""
    decoder, encoder = trained_linear_pair(coordinates, 32, 4 * 784 / (2 * 32))
    assert active_units(encoder, coordinates) == 0
    reconstructed = decoder(encode(encoder, coordinates)[0]).numpy()
    # the mean is 0 in principal coordinates; compared with the width of the data
    assert np.sum(reconstructed**2) < 0.01 * np.sum(coordinates**2)


def test_grey_images_have_no_bernoulli_likelihood(images):
    decoder, encoder = tiny_pair()
    for measure in (elbo, log_likelihood):
        with pytest.raises(ValueError, match=r"ink \(1\) and paper \(-1\) alone"):
            measure(images[:4], decoder, encoder)
    with pytest.raises(ValueError, match="samples must be at least 1, but is 0"):
        log_likelihood(np.sign(images[:4] + 0.01), decoder, encoder, 0)
    for beta in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="beta must be 0 or more"):
            make_vae_train_step(decoder, encoder, *gt.make_optimizers(), beta=beta)
