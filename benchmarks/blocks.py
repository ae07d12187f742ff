"""The step with its one-channel layers as 3 × 3 convolutions of four channels: is it faster?

python benchmarks/blocks.py

A block of 2 × 2 pixels becomes a pixel of four channels. The layers have the same weights and the
same outputs as Keras's, for kernels of 4 and 5.
"""

import functools

import numpy as np
from turns import by_turns, ratio, table, with_quartiles

import gan_tutorial as gt

with gt.quiet():
    import keras
    import tensorflow as tf
    from keras import layers


def blocked(kernel):
    """Return a kernel (k, k, a, b) as (3, 2, 3, 2, a, b): which block, which pixel of it."""
    side, _, a, b = kernel.shape
    return tf.reshape(tf.pad(kernel, [[1, 5 - side]] * 2 + [[0, 0]] * 2), (3, 2, 3, 2, a, b))


class BlockConv2D(layers.Conv2D):
    """A `Conv2D` of stride 2 that sees blocks of pixels."""

    def call(self, inputs):
        """Return the maps of the images."""
        kernel = tf.transpose(blocked(self.kernel), (0, 2, 1, 3, 4, 5))
        kernel = tf.reshape(kernel, (3, 3, 4 * inputs.shape[-1], self.filters))
        return tf.nn.conv2d(tf.nn.space_to_depth(inputs, 2), kernel, 1, "SAME") + self.bias


class BlockConv2DTranspose(layers.Conv2DTranspose):
    """A `Conv2DTranspose` of stride 2 that draws blocks of pixels."""

    def call(self, inputs):
        """Return the images of the maps."""
        kernel = blocked(self.kernel)[::-1, :, ::-1]
        kernel = tf.reshape(tf.transpose(kernel, (0, 2, 5, 1, 3, 4)), (3, 3, inputs.shape[-1], -1))
        return self.activation(tf.nn.depth_to_space(tf.nn.conv2d(inputs, kernel, 1, "SAME"), 2))


def with_blocks(network, plain, block):
    """Return a network whose layers of one channel are of the class `block`, and not `plain`."""

    def chosen(layer):
        channels = layer.input.shape[-1], layer.output.shape[-1]
        return block if type(layer) is plain and 1 in channels else type(layer)

    inside = [chosen(layer).from_config(layer.get_config()) for layer in network.layers]
    twin = keras.Sequential([keras.Input(network.input_shape[1:]), *inside])
    twin.set_weights(network.get_weights())
    return twin


def steps(recipe):
    """Return {name: a function that takes a step} of the plain networks and of their twins."""
    generator, discriminator = gt.make_networks(recipe)
    twins = (
        with_blocks(generator, layers.Conv2DTranspose, BlockConv2DTranspose),
        with_blocks(discriminator, layers.Conv2D, BlockConv2D),
    )
    points = gt.sample_prior(5, seed=0, latent_dim=generator.input_shape[-1])
    images = generator(points)
    np.testing.assert_allclose(twins[0](points), images, atol=1e-5)
    np.testing.assert_allclose(twins[1](images), discriminator(images), atol=1e-5)
    batch = tf.random.uniform((gt.RECIPES[recipe]["batch_size"], 28, 28, 1), -1, 1)
    kinds = {"plain": (generator, discriminator), "blocks": twins}
    return {
        name: functools.partial(gt.make_train_step(*pair, *gt.make_optimizers(recipe)), batch)
        for name, pair in kinds.items()
    }


def main():
    rows = []
    for recipe, rounds in (("lecture", 9), ("fast", 100)):
        seconds = by_turns(steps(recipe), rounds)
        for name, own in seconds.items():
            against = with_quartiles(ratio(own, seconds["plain"]))
            rows.append([recipe, name, f"{1000 * np.median(own):.1f}", against])
    print(table(["recipe", "one-channel layers", "ms", "against plain"], rows))


if __name__ == "__main__":
    main()
