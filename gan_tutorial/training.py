"""The train step and the loop.

A step's noise is a function of (seed, step) and not of what was drawn before, so a resumed run
draws what the undisturbed one would have drawn.
"""

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from .losses import discriminator_loss, generator_loss, r1_penalty

R1_EVERY = 8  # steps from one penalty to the next


def make_train_step(
    generator,
    discriminator,
    generator_optimizer,
    discriminator_optimizer,
    *,
    seed=0,
    r1=0.0,
    generator_loss=generator_loss,
):
    """Return `train_step(images) -> (generator_loss, discriminator_loss)`, a tf.function.

    One simultaneous update of the lecture: both losses come from one forward pass. `images`
    (n, 28, 28, 1) in [-1, 1] meet n fakes, for any n in one trace. `r1`, not of the lecture, is
    the strength γ of a penalty γ/2 · `r1_penalty` at every 8th step, 8 times as strong (Karras et
    al. 2020, appendix B), not in the loss returned. `generator_loss` is a function of the logits
    of fakes. `.python_function` is the uncompiled step.
    """
    signature, noise_like = _step_inputs(generator, discriminator, generator_optimizer, seed)
    _build(generator, discriminator, generator_optimizer, discriminator_optimizer)
    penalty = _penalty(discriminator, discriminator_optimizer, r1)

    @tf.function(input_signature=signature)
    def train_step(images):
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fake_images = generator(noise_like(images), training=True)
            real_output = discriminator(images, training=True)
            fake_output = discriminator(fake_images, training=True)
            loss_g = generator_loss(fake_output)
            loss_d = discriminator_loss(real_output, fake_output)
            penalised_d = loss_d + penalty(images)
        _update(generator, generator_optimizer, generator_tape, loss_g)
        _update(discriminator, discriminator_optimizer, discriminator_tape, penalised_d)
        return loss_g, loss_d

    return train_step


def make_alternating_train_step(
    generator, discriminator, generator_optimizer, discriminator_optimizer, *, seed=0
):
    """Return a train step that updates the discriminator first and the generator against it.

    As `make_train_step`, but the generator's loss is that of the updated discriminator, on the
    same noise. Source: Goodfellow et al. 2014, Algorithm 1 with k = 1.
    """
    signature, noise_like = _step_inputs(generator, discriminator, generator_optimizer, seed)
    _build(generator, discriminator, generator_optimizer, discriminator_optimizer)

    @tf.function(input_signature=signature)
    def train_step(images):
        with tf.GradientTape() as generator_tape:
            fake_images = generator(noise_like(images), training=True)
            with tf.GradientTape() as discriminator_tape:
                real_output = discriminator(images, training=True)
                fake_output = discriminator(fake_images, training=True)
                loss_d = discriminator_loss(real_output, fake_output)
            _update(discriminator, discriminator_optimizer, discriminator_tape, loss_d)
            loss_g = generator_loss(discriminator(fake_images, training=True))
        _update(generator, generator_optimizer, generator_tape, loss_g)
        return loss_g, loss_d

    return train_step


def train(dataset, epochs, train_step, *, first_epoch=1, skip=0, on_epoch_end=None):
    """Train up to epoch `epochs` and return the losses, shape (steps, 2) float32: g's and d's.

    Each epoch is one pass over `dataset`; after it, `on_epoch_end(epoch, losses)` gets the
    epoch's number, counted from 1, and its losses. What to draw, print or save is its affair.
    A run that goes on after k epochs gives `first_epoch=k + 1`, also to `make_dataset`, and
    after s steps of the next one `skip=s`; that epoch's losses are then those of its other steps.
    On a terminal a bar shows the progress; in a pipe or a notebook nothing is printed.
    """
    losses = [np.empty((0, 2), np.float32)]
    for epoch in range(first_epoch, epochs + 1):
        rest = dataset.skip(skip) if skip and epoch == first_epoch else dataset
        minibatches = tqdm(rest, f"epoch {epoch}/{epochs}", unit="step", disable=None)
        losses.append(np.array([train_step(images) for images in minibatches], np.float32))
        if on_epoch_end is not None:
            on_epoch_end(epoch, losses[-1])
    return np.concatenate(losses)


def _step_inputs(generator, discriminator, generator_optimizer, seed):
    """Return the signature of a step, any number of images, and its source of noise."""
    signature = [tf.TensorSpec((None, *discriminator.input_shape[1:]), tf.float32)]
    latent_dim = generator.input_shape[-1]

    def noise_like(images):
        step = tf.cast(generator_optimizer.iterations, tf.int64)
        return tf.random.stateless_normal([tf.shape(images)[0], latent_dim], [seed, step])

    return signature, noise_like


def _penalty(discriminator, optimizer, r1):
    """Return the R1 term of a step's loss: at every 8th step, and without r1 never."""
    if not r1 >= 0:
        raise ValueError(f"r1 must be 0 or more, but is {r1}")

    def penalty(images):
        now = optimizer.iterations % R1_EVERY == 0
        strength = r1 / 2 * R1_EVERY
        return tf.cond(now, lambda: strength * r1_penalty(discriminator, images), lambda: 0.0)

    return penalty if r1 else lambda images: 0.0


def _build(generator, discriminator, generator_optimizer, discriminator_optimizer):
    # Adam's moments are made here: inside a trace it is too late, and for a restore too
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)


def _update(network, optimizer, tape, loss):
    variables = network.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
