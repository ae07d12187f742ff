"""The judge: a classifier of real digits, whose features tell how far generated images are off."""

import keras
import numpy as np
from keras import layers

from .data import check_images


def judge_model():
    """Return the judge, untrained: images (n, 28, 28, 1) in [-1, 1] to logits (n, 10).

    102,570 parameters. The layer before the last, named "features", has 64 units.
    """
    convolution = {"kernel_size": 3, "padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, **convolution),
            layers.Conv2D(32, **convolution),
            layers.MaxPooling2D(),  # 14 x 14 x 32
            layers.Conv2D(64, **convolution),
            layers.MaxPooling2D(),  # 7 x 7 x 64
            layers.Conv2D(64, **convolution),
            layers.MaxPooling2D(),  # 3 x 3 x 64
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu", name="features"),
            layers.Dense(10),
        ],
        name="judge",
    )


def train_judge(images, labels, *, epochs=6, seed=0):
    """Return a judge trained on images (n, 28, 28, 1) in [-1, 1] and their digits, (n,)."""
    check_images(images)
    keras.utils.set_random_seed(seed)
    judge = judge_model()
    steps = epochs * -(-len(images) // 128)
    judge.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    judge.fit(images, labels, batch_size=128, epochs=epochs, verbose=0)
    return judge


def features(judge, images):
    """Return what the judge sees before it decides: (n, 64) float32, for images (n, 28, 28, 1)."""
    check_images(images)
    inside = keras.Model(judge.inputs, judge.get_layer("features").output)
    return inside.predict(images, batch_size=500, verbose=0)


def frechet_distance(features, reference):
    """Return |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½), of two sets of features (n, 64) and (m, 64).

    It is biased upwards for few images: always compare 10,000 with 10,000. Source: Heusel et al.
    2017, "GANs trained by a two time-scale update rule", section 2, there with another judge.
    """
    for each in (features, reference):
        if np.ndim(each) != 2 or len(each) < 2 or not np.isfinite(each).all():
            raise ValueError(
                f"features must be (n, m), finite, n at least 2, but are {np.shape(each)}"
            )
    means = [np.mean(f, axis=0, dtype=np.float64) for f in (features, reference)]
    covariances = [np.cov(np.asarray(f, np.float64), rowvar=False) for f in (features, reference)]
    values, vectors = np.linalg.eigh(covariances[0])
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    # the eigenvalues of Σ₁Σ₂ are those of the symmetric Σ₁^½ Σ₂ Σ₁^½
    product = np.linalg.eigvalsh(root @ covariances[1] @ root)
    trace_of_root = np.sqrt(np.maximum(product, 0)).sum()
    difference = np.sum((means[0] - means[1]) ** 2)
    return float(difference + np.trace(sum(covariances)) - 2 * trace_of_root)
