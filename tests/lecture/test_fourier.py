import copy

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import gan_tutorial as gt
from gan_tutorial.fourier import FourierConv2DTranspose, convolution_theorem


def both(size, kernel_size, **options):
    """Return Keras's layer and ours with its weights, and maps for them."""
    maps = np.random.default_rng(0).normal(size=(3, size, size, 6)).astype(np.float32)
    theirs = layers.Conv2DTranspose(8, kernel_size, padding="same", **options)
    ours = FourierConv2DTranspose(8, kernel_size, padding="same", **options)
    theirs(maps), ours(maps)
    rng = np.random.default_rng(1)
    theirs.set_weights([rng.normal(size=w.shape) for w in theirs.get_weights()])
    ours.set_weights(theirs.get_weights())
    return theirs, ours, tf.constant(maps)


def error(array, expected):
    return np.linalg.norm(np.subtract(array, expected)) / np.linalg.norm(expected)


@pytest.mark.parametrize(
    ("size", "kernel_size"),
    [(7, 5), (7, 4), (7, 3), (7, 2), (7, 1), (1, 1), (6, 5), (3, 5), (14, 4)],
)
def test_is_keras_layer(size, kernel_size):
    theirs, ours, maps = both(size, kernel_size)
    assert error(ours(maps), theirs(maps)) < 2e-6


def test_gradients_are_keras_layers():
    theirs, ours, maps = both(7, 5, activation="tanh")
    gradients = []
    for layer in (theirs, ours):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            loss = tf.reduce_sum(layer(maps) ** 2)
        gradients.append(tape.gradient(loss, [maps, *layer.weights]))
    for expected, gradient in zip(*gradients, strict=True):
        assert error(gradient, expected) < 1e-5


def test_bfloat16_is_as_near_as_keras_layer_up_to_a_factor():
    exact, _, maps = both(7, 5)
    keras_error, ours_error = (
        error(tf.cast(layer(maps), tf.float32), exact(maps))
        for layer in both(7, 5, dtype="mixed_bfloat16")[:2]
    )
    assert ours_error < 4 * keras_error


def test_products_are_a_seventh():
    of_map, of_kernel, back = convolution_theorem(7, 5)
    assert of_map.shape == (121, 49)
    assert of_kernel.shape == (121, 25)
    assert back.shape == (49, 121)
    # by hand: taps of the 5 x 5 kernel that fall on the 7 x 7 map, over all its pixels
    inside = sum(0 <= y + dy < 7 for y in range(7) for dy in range(-2, 3)) ** 2
    assert inside / 121 > 6.9  # or a tenth, counting those on the padding
    assert 7 * 7 * 5 * 5 / 121 > 10


@pytest.mark.parametrize("options", [{"strides": 2}, {"padding": "valid"}, {"dilation_rate": 2}])
def test_other_convolutions_are_refused(options):
    layer = FourierConv2DTranspose(8, 5, **({"padding": "same"} | options))
    with pytest.raises(ValueError, match="only stride 1"):
        layer(np.zeros((1, 7, 7, 2), np.float32))


def test_maps_that_are_not_square_are_refused():
    with pytest.raises(ValueError, match="7 x 8"):
        FourierConv2DTranspose(8, 5, padding="same")(np.zeros((1, 7, 8, 2), np.float32))


def test_the_lectures_generator_and_that_of_runs_are_one_network():
    lecture, quick = gt.generator_model(), gt.make_networks("lecture")[0]
    kinds = [[type(layer).__name__ for layer in network.layers] for network in (lecture, quick)]
    assert [pair for pair in zip(*kinds, strict=True) if len(set(pair)) == 2] == [
        ("Conv2DTranspose", "FourierConv2DTranspose")
    ]
    assert kinds[0].count("Conv2DTranspose") == 3
    quick.set_weights(lecture.get_weights())
    points, gradients = tf.constant(gt.sample_prior(4, seed=0)), []
    assert error(quick(points), lecture(points)) < 2e-6
    for network in (lecture, quick):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(network(points, training=True) ** 2)
        gradients.append(tape.gradient(loss, network.trainable_variables))
    for expected, gradient in zip(*gradients, strict=True):
        assert error(gradient, expected) < 1e-4


@pytest.mark.parametrize("kinds", [(gt.generator_model, "make"), ("make", gt.generator_model)])
def test_a_checkpoint_of_either_generator_loads_into_the_other(kinds, tmp_path):
    def built(kind):
        pair = gt.make_networks("lecture")
        generator = pair[0] if kind == "make" else kind()
        return generator, gt.checkpoints.make(generator, pair[1], *gt.make_optimizers("lecture"))

    (saved, checkpoint), (loaded, other) = map(built, kinds)
    gt.checkpoints.save(checkpoint, tmp_path, 7)
    assert gt.checkpoints.resume(other, tmp_path) == 7  # all of it, the optimizers' moments too
    for mine, theirs in zip(loaded.get_weights(), saved.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_clone_is_the_same_network():
    generator = gt.generator_model(channels=16, convolution=FourierConv2DTranspose)
    clone = keras.models.clone_model(generator)
    clone.set_weights(generator.get_weights())
    points = gt.sample_prior(2, seed=0)
    np.testing.assert_array_equal(clone(points), generator(points))
    np.testing.assert_array_equal(copy.deepcopy(generator)(points), generator(points))


def test_keras_saves_and_loads_it(tmp_path):
    generator = gt.generator_model(channels=16, convolution=FourierConv2DTranspose)
    generator.save(tmp_path / "generator.keras")
    loaded = keras.models.load_model(tmp_path / "generator.keras")
    points = gt.sample_prior(2, seed=0)
    np.testing.assert_array_equal(loaded(points), generator(points))
