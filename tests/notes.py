"""The lecture notes' own code, as a counter-example: each docstring says what is wrong with it.

The tests show what goes wrong, and `benchmarks/steps.py` compares our step with the notes' step.
The code is that of the notes, apart from three changes. What the notes read from global variables
is an argument here. The slope 0.3, Keras's default, is written out. The variables of the optimizers
are made before the first step, and before the checkpoint.
"""

import keras
import tensorflow as tf
from keras import layers

CROSS_ENTROPY = keras.losses.BinaryCrossentropy(from_logits=True)


def notes_generator(batch_size):
    """Return the notes' generator, which is the lecture's network only for the batch size 256.

    The notes write `7*7*BATCH_SIZE` where 256 is a number of channels, so that another batch size
    makes another network. They give `input_shape` to a layer, against which Keras 3 warns.
    """
    model = keras.Sequential()
    model.add(layers.Dense(7 * 7 * batch_size, use_bias=False, input_shape=(100,)))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(layers.Reshape((7, 7, batch_size)))
    model.add(layers.Conv2DTranspose(128, (5, 5), strides=(1, 1), padding="same", use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(layers.Conv2DTranspose(64, (5, 5), strides=(2, 2), padding="same", use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(
        layers.Conv2DTranspose(
            1, (5, 5), strides=(2, 2), padding="same", use_bias=False, activation="tanh"
        )
    )
    return model


def notes_discriminator():
    """Return the notes' discriminator.

    The network is right. But the notes give `input_shape` to a layer, against which Keras 3 warns,
    and they call the output a probability, although it is a logit.
    """
    model = keras.Sequential()
    model.add(layers.Conv2D(64, (5, 5), strides=(2, 2), padding="same", input_shape=[28, 28, 1]))
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(layers.Dropout(0.3))
    model.add(layers.Conv2D(128, (5, 5), strides=(2, 2), padding="same"))
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    return model


def notes_generator_loss(fake_output):
    """Return the notes' loss of the generator, a cross-entropy with the label "real".

    The loss is right. But it is the non-saturating loss, although the notes introduce the game by
    the value v, whose loss would be -v.
    """
    return CROSS_ENTROPY(tf.ones_like(fake_output), fake_output)


def notes_discriminator_loss(real_output, fake_output):
    """Return the notes' loss of the discriminator, -v as the sum of two cross-entropies.

    The loss is right. But the notes stop the training when the discriminator answers 1/2
    everywhere, which makes this loss 2 ln 2, and an untrained discriminator answers 1/2 too.
    """
    real_loss = CROSS_ENTROPY(tf.ones_like(real_output), real_output)
    fake_loss = CROSS_ENTROPY(tf.zeros_like(fake_output), fake_output)
    return real_loss + fake_loss


def notes_update(generator, discriminator, optimizers, images, noise):
    """Update both networks as the notes do, for a noise that is given; return both losses.

    The update is right. But the notes say that the two networks alternate, each for one epoch,
    and here both networks are updated on each minibatch, from one forward pass.
    """
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        generated_images = generator(noise, training=True)
        real_output = discriminator(images, training=True)
        fake_output = discriminator(generated_images, training=True)
        gen_loss = notes_generator_loss(fake_output)
        disc_loss = notes_discriminator_loss(real_output, fake_output)
    gradients_g = gen_tape.gradient(gen_loss, generator.trainable_variables)
    gradients_d = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    optimizers[0].apply_gradients(zip(gradients_g, generator.trainable_variables, strict=True))
    optimizers[1].apply_gradients(zip(gradients_d, discriminator.trainable_variables, strict=True))
    return gen_loss, disc_loss


def notes_train_step(generator, discriminator, batch_size):
    """Return the notes' train_step(images) -> both losses, a tf.function.

    The notes draw noise for `batch_size` images in every step. The last batch of an epoch has 96
    real images, which meet 256 generated ones, and it costs a second trace. The noise comes from
    TensorFlow's global generator, so that a run that is restarted with the same seed draws its
    first noise once more.
    """
    optimizers = keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4)
    for network, optimizer in zip((generator, discriminator), optimizers, strict=True):
        # here, because a step that makes variables is traced twice
        optimizer.build(network.trainable_variables)

    @tf.function
    def train_step(images):
        noise = tf.random.normal([batch_size, 100])
        return notes_update(generator, discriminator, optimizers, images, noise)

    return train_step


def notes_checkpoint(generator, discriminator, generator_optimizer, discriminator_optimizer):
    """Return the notes' checkpoint, from which a run cannot go on exactly.

    Under Keras 3 the random states of the Dropout layers are not in it. `assert_consumed()` passes
    all the same, because it looks only at what is in the checkpoint.
    """
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)
    return tf.train.Checkpoint(
        generator_optimizer=generator_optimizer,
        discriminator_optimizer=discriminator_optimizer,
        generator=generator,
        discriminator=discriminator,
    )
