"""A fresh opponent: a new discriminator for a trained generator, and what its loss proves."""

import math

import numpy as np

from gan_tutorial.data import checked_images
from gan_tutorial.models import discriminator_model
from gan_tutorial.recipes import RECIPES
from gan_tutorial.shield import keras, shielded, usual_settings

BATCH_SIZE = 64


@usual_settings()
def fresh_opponent(images, generated_images, *, epochs=1, seed=0):
    """Return a new discriminator that was trained to tell generated images from real ones.

    The generator rests: its images are given. So the opponent's task does not change while it
    learns, as the task of the discriminator of a GAN does. Ask the opponent about images that are
    not among these, because it may know these by heart.

    Args:
        images: real images, (n, 28, 28, 1) in [-1, 1].
        generated_images: generated images, (m, 28, 28, 1); as many as real ones are best.
        epochs: passes over the images, in which the learning rate falls to 0.
        seed: of the weights and of the order of the images.

    Returns:
        A network like the discriminator of the recipe "fast": images to logits (n, 1).
    """
    both = np.concatenate([checked_images(images), checked_images(generated_images)])
    is_real = (np.arange(len(both)) < len(images)).astype(np.float32)
    with shielded(seed):
        opponent = discriminator_model(**RECIPES["fast"]["discriminator"])
    steps = math.ceil(len(both) / BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, epochs * steps)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    opponent.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    # we shuffle, because Keras does it by TensorFlow's global seed, which is the user's
    order = np.random.default_rng(seed)
    for _ in range(epochs):
        chosen = order.permutation(len(both))
        options = {"batch_size": BATCH_SIZE, "shuffle": False, "verbose": 0}
        opponent.fit(both[chosen], is_real[chosen], **options)
    return opponent


def jensen_shannon_bound(real_output, fake_output):
    """Return (bound, standard error), in nats, of the Jensen-Shannon divergence from below.

    Every discriminator has a loss of at least 2 ln 2 - 2 JSD, so that JSD >= ln 2 - loss / 2. The
    divergence is that of the data and of the generator. The bound is a mean over images, which is
    why it comes with an error. It can be below 0, and then it says nothing.

    Args:
        real_output: a discriminator's logits of real images that it was not trained on, an array
            of any shape.
        fake_output: its logits of generated images that it was not trained on.

    Source: Goodfellow et al. 2014, the proof of theorem 1.
    """
    real, fake = (np.asarray(logits, np.float64).ravel() for logits in (real_output, fake_output))
    losses = np.logaddexp(0, -real), np.logaddexp(0, fake)
    bound = np.log(2) - sum(loss.mean() for loss in losses) / 2
    error = math.sqrt(sum(loss.var() / len(loss) for loss in losses)) / 2
    return float(bound), error
