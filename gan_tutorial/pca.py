"""Probabilistic PCA: the linear autoencoder, whose likelihood and posterior are exact."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from sklearn.decomposition import PCA


class ProbabilisticPCA(NamedTuple):
    """The model x = W z + μ + σ ε with z and ε from N(0, I), for images of any shape.

    `decode` and `encode` work as the networks of an autoencoder do. With `gaussian(variance)` they
    can be given to `elbo` and `log_likelihood`, whose answers are then known in closed form.
    Source: Tipping and Bishop 1999, "Probabilistic principal component analysis", section 3.
    """

    mean: np.ndarray  # μ, of the shape of an image, float64
    weights: np.ndarray  # W, (pixels, latent_dim), whose columns are orthogonal
    variance: float  # σ²

    @property
    def widths(self):
        """Return the diagonal of M = WᵀW + σ²I, (latent_dim,); M is diagonal."""
        return np.sum(self.weights**2, axis=0) + self.variance

    def decode(self, points, training=False):
        """Return the mean images W z + μ of latent points (n, latent_dim)."""
        return tf.reshape(points @ self.weights.T, (-1, *self.mean.shape)) + self.mean

    def encode(self, images, training=False):
        """Return the mean and the log variance of the exact posterior, (n, 2 latent_dim)."""
        mean = self._centred(images) @ (self.weights / self.widths)
        log_variance = np.broadcast_to(np.log(self.variance / self.widths), mean.shape)
        return tf.constant(np.concatenate([mean, log_variance], axis=1))

    def log_density(self, images):
        """Return log p(x) = log N(x; μ, WWᵀ + σ²I), (n,), in nats."""
        x, m = self._centred(images), self.widths
        squares = np.sum(x**2, axis=1) - np.sum((x @ self.weights) ** 2 / m, axis=1)
        log_det = np.log(m).sum() + (x.shape[1] - len(m)) * np.log(self.variance)
        return -(squares / self.variance + log_det + x.shape[1] * np.log(2 * np.pi)) / 2

    def _centred(self, images):
        return (np.asarray(images, np.float64) - self.mean).reshape(len(images), -1)


def probabilistic_pca(images, latent_dim, variance=None):
    """Return the ProbabilisticPCA of images (n, ...) that has the largest likelihood.

    The columns of W are the eigenvectors of the covariance with the largest eigenvalues λ, times
    √(λ - σ²). Where λ is below σ² the column is 0: this latent coordinate has collapsed.

    Args:
        images: images of any shape, or vectors.
        latent_dim: the coordinates of a latent point.
        variance: σ² of a pixel; if None the best one, which is the mean of the other eigenvalues.
    """
    images = np.asarray(images, np.float64)
    pca = PCA(latent_dim, svd_solver="covariance_eigh").fit(images.reshape(len(images), -1))
    variance = float(pca.noise_variance_ if variance is None else variance)
    lengths = np.sqrt(np.maximum(pca.explained_variance_ - variance, 0))
    mean = pca.mean_.reshape(images.shape[1:])
    return ProbabilisticPCA(mean, pca.components_.T * lengths, variance)
