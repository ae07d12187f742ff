"""The two ways to take a training step, and the loop over epochs."""

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from . import losses
from .losses import discriminator_loss, r1_penalty
from .replicas import parts, rows

R1_EVERY = 8  # steps from one penalty R1 to the next


def simultaneous_step(
    networks,
    optimizers,
    images,
    noise,
    loss_of_generator,
    penalty,
    loss_of_discriminator=discriminator_loss,
):
    """Update both networks at once; return both losses. This is the lecture's train step.

    Both losses are computed before either network is updated, so that each network answers to
    where the other stood.

    Args:
        networks: (generator, discriminator).
        optimizers: (generator_optimizer, discriminator_optimizer).
        images: real images, (n, 28, 28, 1) in [-1, 1].
        noise: latent points, (n, latent_dim).
        loss_of_generator: a function of the discriminator's logits of the fakes.
        penalty: a function of the real images, whose value (strength included) is added to the
            discriminator's loss.
        loss_of_discriminator: a function of the logits of real images and of fakes.

    Returns:
        (loss_g, loss_d), two scalars in nats; loss_d is without the penalty.
    """
    generator, discriminator = networks
    generator_optimizer, discriminator_optimizer = optimizers
    with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
        fake_images = generator(noise, training=True)
        real_output = discriminator(images, training=True)
        fake_output = discriminator(fake_images, training=True)
        loss_g = loss_of_generator(fake_output)
        loss_d = loss_of_discriminator(real_output, fake_output)
        penalised_d = loss_d + penalty(images)
    weights_g, weights_d = generator.trainable_variables, discriminator.trainable_variables
    gradients_g = generator_tape.gradient(loss_g, weights_g)
    gradients_d = discriminator_tape.gradient(penalised_d, weights_d)
    generator_optimizer.apply(gradients_g, weights_g)
    discriminator_optimizer.apply(gradients_d, weights_d)
    return loss_g, loss_d


def alternating_step(
    networks,
    optimizers,
    images,
    noise,
    loss_of_generator,
    penalty,
    loss_of_discriminator=discriminator_loss,
):
    """Update the discriminator, then the generator against the new one; return both losses.

    The arguments are those of `simultaneous_step`. The discriminator's loss is that before its
    update, and the generator's loss is that against the updated discriminator.
    Source: Goodfellow et al. 2014, Algorithm 1 with k = 1; unlike there, both updates use the
    same noise, so that the images are generated once.
    """
    generator, discriminator = networks
    generator_optimizer, discriminator_optimizer = optimizers
    weights_g, weights_d = generator.trainable_variables, discriminator.trainable_variables
    with tf.GradientTape() as generator_tape:
        fake_images = generator(noise, training=True)
        with tf.GradientTape() as discriminator_tape:
            real_output = discriminator(images, training=True)
            fake_output = discriminator(fake_images, training=True)
            loss_d = loss_of_discriminator(real_output, fake_output)
            penalised_d = loss_d + penalty(images)
        gradients_d = discriminator_tape.gradient(penalised_d, weights_d)
        discriminator_optimizer.apply(gradients_d, weights_d)
        # a tape does not differentiate an assignment to a variable, so the generator's gradient is
        # taken at the discriminator's new weights, and not through its update
        loss_g = loss_of_generator(discriminator(fake_images, training=True))
    gradients_g = generator_tape.gradient(loss_g, weights_g)
    generator_optimizer.apply(gradients_g, weights_g)
    return loss_g, loss_d


def make_train_step(
    generator,
    discriminator,
    generator_optimizer,
    discriminator_optimizer,
    *,
    seed=0,
    r1=0.0,
    generator_loss=losses.generator_loss,
    alternating=False,
):
    """Return a compiled train step that needs only the images: it draws the noise itself.

    The noise is a function of the seed and of the number of the step, which is the optimizers'
    `iterations` and is kept in checkpoints. A run that is resumed therefore draws what it would
    have drawn without the break.

    Args:
        generator: latent points (n, latent_dim) to images (n, 28, 28, 1).
        discriminator: images (n, 28, 28, 1) to logits (n, 1).
        generator_optimizer: a Keras optimizer for the generator alone.
        discriminator_optimizer: a Keras optimizer for the discriminator alone.
        seed: of the noise.
        r1: the strength γ of the penalty γ/2 · `r1_penalty`, at least 0; the lecture has none. The
            penalty is paid at every 8th step only, and there 8 times, so that its mean is the
            same (lazy regularization, Karras et al. 2020, appendix B, there every 16th step).
        generator_loss: a function of the discriminator's logits of the fakes.
        alternating: whether to take `alternating_step` instead of `simultaneous_step`.

    Returns:
        A tf.function, `train_step(images) -> (loss_g, loss_d)`, for real images (n, 28, 28, 1) in
        [-1, 1] with any n.

    Raises:
        ValueError: if `r1` is below 0.
    """
    networks = generator, discriminator
    optimizers = generator_optimizer, discriminator_optimizer
    # here, because TensorFlow would trace the step twice if its first trace made variables
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)
    step = alternating_step if alternating else simultaneous_step
    penalty = _make_penalty(discriminator, discriminator_optimizer, r1)
    latent_dim = generator.input_shape[-1]

    @tf.function(input_signature=[tf.TensorSpec((None, *discriminator.input_shape[1:]))])
    def train_step(images):
        number = tf.cast(generator_optimizer.iterations, tf.int64)
        noise = tf.random.stateless_normal([tf.shape(images)[0], latent_dim], [seed, number])
        functions = parts([generator_loss, penalty, discriminator_loss], images)
        return step(networks, optimizers, rows(images), rows(noise), *functions)

    return train_step


def train(dataset, epochs, train_step, *, first_epoch=1, skip=0, on_epoch_end=None):
    """Train up to an epoch; return the losses of the steps that were taken.

    On a terminal a bar shows the progress; in a pipe and in a notebook nothing is printed.

    Args:
        dataset: minibatches of images; a pass over it is one epoch.
        epochs: the number of the last epoch, counted from 1.
        train_step: a function of a minibatch that returns both losses.
        first_epoch: the number of the first epoch; k + 1 if k epochs are done already, and then
            the dataset has to begin with that epoch too.
        skip: how many steps of the first epoch are done already, fewer than an epoch has.
        on_epoch_end: a function that is called after each epoch, with the epoch's number and the
            losses of the epoch's steps that were taken here, (steps, 2): with `skip` the first
            epoch has fewer. It may draw, print or save.

    Returns:
        (steps, 2) float32: the generator's and the discriminator's loss of each step.
    """
    record = [np.empty((0, 2), np.float32)]
    for epoch in range(first_epoch, epochs + 1):
        rest = dataset.skip(skip) if skip and epoch == first_epoch else dataset
        minibatches = tqdm(rest, f"epoch {epoch}/{epochs}", unit="step", disable=None)
        epoch_losses = [train_step(images) for images in minibatches]
        record.append(np.array(epoch_losses, np.float32).reshape(-1, 2))
        if on_epoch_end is not None:
            on_epoch_end(epoch, record[-1])
    return np.concatenate(record)


def _make_penalty(discriminator, optimizer, r1):
    """Return a function of real images: 8 · γ/2 · R1 at every 8th step, and 0 at the others."""
    if not r1 >= 0:  # which NaN is not either
        raise ValueError(f"r1 must be 0 or more, but is {r1}")

    def penalty(images):
        now = optimizer.iterations % R1_EVERY == 0
        strength = r1 / 2 * R1_EVERY
        return tf.cond(now, lambda: strength * r1_penalty(discriminator, images), lambda: 0.0)

    return penalty if r1 else lambda images: 0.0
