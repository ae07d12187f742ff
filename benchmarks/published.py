"""The lecture's step as published, the reference of `python benchmarks/steps.py`.

As in TensorFlow's DCGAN tutorial: Keras's own layers added one by one, cross-entropy on logits,
noise for a fixed number of images, and `apply_gradients`.
"""

import sys
import warnings
from pathlib import Path

import gan_tutorial as gt

# because the notes' code is written once, beside the tests that show what is wrong with it
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

with gt.quiet():
    from notes import notes_discriminator, notes_generator, notes_train_step


def make_networks():
    """Return (generator, discriminator), untrained, of the lecture's sizes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Do not pass an `input_shape`")  # as the notes do
        return notes_generator(256), notes_discriminator()


def make_train_step(generator, discriminator, batch_size=256):
    """Return train_step(images) -> (generator_loss, discriminator_loss), a tf.function."""
    return notes_train_step(generator, discriminator, batch_size)
