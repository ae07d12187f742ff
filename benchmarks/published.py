"""The lecture's step as published, the reference of `python benchmarks/steps.py`.

As in TensorFlow's DCGAN tutorial: Keras's own layers added one by one, cross entropy on logits,
noise for a fixed number of images, and `apply_gradients`.
"""

import gan_tutorial as gt

with gt.quiet():
    import keras
    import tensorflow as tf
    from keras import layers


def make_networks():
    """Return (generator, discriminator), untrained, of the lecture's sizes."""
    generator = keras.Sequential()
    generator.add(keras.Input((100,)))
    generator.add(layers.Dense(7 * 7 * 256, use_bias=False))
    generator.add(layers.BatchNormalization())
    generator.add(layers.LeakyReLU(negative_slope=0.3))
    generator.add(layers.Reshape((7, 7, 256)))
    for filters, strides in ((128, 1), (64, 2)):
        generator.add(_upsample(filters, strides))
        generator.add(layers.BatchNormalization())
        generator.add(layers.LeakyReLU(negative_slope=0.3))
    generator.add(_upsample(1, 2, activation="tanh"))

    discriminator = keras.Sequential()
    discriminator.add(keras.Input((28, 28, 1)))
    for filters in (64, 128):
        discriminator.add(layers.Conv2D(filters, (5, 5), strides=(2, 2), padding="same"))
        discriminator.add(layers.LeakyReLU(negative_slope=0.3))
        discriminator.add(layers.Dropout(0.3))
    discriminator.add(layers.Flatten())
    discriminator.add(layers.Dense(1))
    return generator, discriminator


def make_train_step(generator, discriminator, batch_size=256):
    """Return train_step(images) -> (generator_loss, discriminator_loss), a tf.function."""
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    generator_optimizer = keras.optimizers.Adam(1e-4)
    discriminator_optimizer = keras.optimizers.Adam(1e-4)

    @tf.function
    def train_step(images):
        noise = tf.random.normal([batch_size, 100])
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fake_images = generator(noise, training=True)
            real_output = discriminator(images, training=True)
            fake_output = discriminator(fake_images, training=True)
            loss_g = cross_entropy(tf.ones_like(fake_output), fake_output)
            loss_of_real = cross_entropy(tf.ones_like(real_output), real_output)
            loss_of_fake = cross_entropy(tf.zeros_like(fake_output), fake_output)
            loss_d = loss_of_real + loss_of_fake
        variables_g, variables_d = generator.trainable_variables, discriminator.trainable_variables
        gradients_g = generator_tape.gradient(loss_g, variables_g)
        gradients_d = discriminator_tape.gradient(loss_d, variables_d)
        generator_optimizer.apply_gradients(zip(gradients_g, variables_g, strict=True))
        discriminator_optimizer.apply_gradients(zip(gradients_d, variables_d, strict=True))
        return loss_g, loss_d

    return train_step


def _upsample(filters, strides, **options):
    return layers.Conv2DTranspose(
        filters, (5, 5), strides=strides, padding="same", use_bias=False, **options
    )
