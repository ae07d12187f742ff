import math
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from notes import notes_discriminator, notes_generator

import gan_tutorial as gt


def shuffle_weights(network, seed):
    """Give a network random weights everywhere, moving averages and biases included."""
    rng = np.random.default_rng(seed)
    network.set_weights([rng.uniform(0.01, 0.1, w.shape) for w in network.get_weights()])


def test_parameter_counts_are_the_lectures():
    generator = (
        100 * 7 * 7 * 256  # Dense without bias
        + 4 * 7 * 7 * 256  # BatchNorm: scale, offset, two moving averages
        + 5 * 5 * 256 * 128
        + 4 * 128
        + 5 * 5 * 128 * 64
        + 4 * 64
        + 5 * 5 * 64 * 1
    )
    discriminator = (5 * 5 * 1 * 64 + 64) + (5 * 5 * 64 * 128 + 128) + (7 * 7 * 128 + 1)
    assert gt.generator_model().count_params() == generator == 2_330_944
    assert gt.discriminator_model().count_params() == discriminator == 212_865


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
def test_networks_are_the_lectures_function_for_equal_weights(images):
    points = np.random.default_rng(0).normal(size=(5, 100)).astype(np.float32)
    for ours, notes, x in (
        (gt.generator_model(), notes_generator(256), points),
        (gt.discriminator_model(), notes_discriminator(), images[:5]),
    ):
        shuffle_weights(ours, seed=1)
        notes.set_weights(ours.get_weights())
        expected = notes(x, training=False)
        assert np.std(expected) > 0
        np.testing.assert_allclose(ours(x, training=False), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
def test_batch_size_has_no_part_in_the_network():
    generator = gt.generator_model()
    for batch_size in (1, 3, 96):
        assert generator(tf.zeros((batch_size, 100))).shape == (batch_size, 28, 28, 1)
    # in the notes' version the batch size changes the network
    assert notes_generator(256).count_params() == generator.count_params()
    assert notes_generator(64).count_params() != generator.count_params()


def test_building_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # what another test has left open
        gt.generator_model()
        gt.discriminator_model()
    with pytest.warns(UserWarning, match="input_shape"):  # the notes' version
        notes_discriminator()


def test_generated_images_lie_in_minus_one_to_one():
    generator = gt.generator_model(channels=8)
    shuffle_weights(generator, seed=2)
    images = generator(np.random.default_rng(0).normal(size=(9, 100)) * 100)
    assert images.shape == (9, 28, 28, 1)
    assert images.dtype == tf.float32
    assert np.abs(images).max() <= 1
    assert np.abs(images).max() > 0.9


def test_discriminator_answers_a_logit_and_no_probability(images):
    discriminator = gt.discriminator_model()
    logits = discriminator(images[:50], training=False)
    assert logits.shape == (50, 1)
    # without biases, as fresh from the start, all but a sigmoid at the end scales with the input
    large = discriminator(1000 * images[:50], training=False)
    np.testing.assert_allclose(large, 1000 * logits, rtol=1e-3, atol=1e-2)
    assert np.abs(large).max() > 1
    assert np.min(large) < 0 or np.max(large) > 1


def test_untrained_discriminator_answers_about_one_half(images):
    d = tf.sigmoid(gt.discriminator_model()(images[:200], training=False))
    np.testing.assert_allclose(d, 0.5, atol=0.2)
    assert np.mean(d) == pytest.approx(0.5, abs=0.1)


def test_dropout_acts_in_training_only(images):
    discriminator = gt.discriminator_model(channels=4)
    at_rest = [discriminator(images[:4], training=False).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*at_rest)
    training = [discriminator(images[:4], training=True).numpy() for _ in range(2)]
    assert (training[0] != training[1]).all()


def test_slope_and_dropout_are_the_lectures():
    for network in gt.make_networks("lecture"):
        slopes = [x.negative_slope for x in network.layers if isinstance(x, layers.LeakyReLU)]
        assert slopes == [0.3] * len(slopes) != []
    rates = [x.rate for x in network.layers if isinstance(x, layers.Dropout)]
    assert rates == [0.3, 0.3]


def test_keyword_arguments_set_the_size():
    c, k = 6, 3
    generator = gt.generator_model(20, channels=4 * c, kernel_size=k)
    expected = (20 + 4) * 49 * 4 * c + k * k * (8 * c * c + 2 * c * c + c) + 4 * 2 * c + 4 * c
    assert generator.count_params() == expected
    assert generator.input_shape == (None, 20)
    discriminator = gt.discriminator_model(channels=c, kernel_size=k, dropout=0.0)
    assert discriminator.count_params() == k * k * (c + 2 * c * c) + 3 * c + 49 * 2 * c + 1


def test_lecture_recipe_is_the_notes_to_the_letter():
    recipe = gt.RECIPES["lecture"]
    assert (recipe["epochs"], recipe["batch_size"]) == (100, 256)
    assert [n.count_params() for n in gt.make_networks("lecture")] == [2_330_944, 212_865]
    for optimizer in gt.make_optimizers("lecture"):
        default = keras.optimizers.Adam(1e-4).get_config()
        assert {**optimizer.get_config(), "name": None} == {**default, "name": None}


def test_two_optimizers_are_two():
    first, second = gt.make_optimizers("fast")
    assert first is not second


@pytest.mark.parametrize("name", ["fast", "quick"])
def test_the_rate_falls_along_a_half_cosine_by_the_recipes_end_and_stays(name):
    recipe = gt.RECIPES[name]
    rate, steps = recipe["optimizer"]["learning_rate"], recipe["decay_steps"]
    assert steps == recipe["epochs"] * math.ceil(60_000 / recipe["batch_size"])
    for optimizer in gt.make_optimizers(name):
        for share in (0, 0.25, 0.5, 1, 3):
            optimizer.iterations.assign(round(share * steps))
            cosine = (1 + np.cos(np.pi * min(share, 1))) / 2
            expected = rate * (0.01 + 0.99 * cosine)
            assert float(optimizer.learning_rate) == pytest.approx(expected, rel=1e-3)


def test_a_rate_may_halve_as_in_runs_of_the_first_edition():
    recipe = {**gt.RECIPES["fast"], "decay_steps": None, "half_life": 2500}
    for optimizer in gt.make_optimizers(recipe):
        for halvings in (0, 1, 2.5):
            optimizer.iterations.assign(int(halvings * 2500))
            assert float(optimizer.learning_rate) == pytest.approx(2e-3 / 2**halvings)


def test_quick_has_the_networks_and_the_penalty_of_fast():
    of_time = {"epochs", "batch_size", "decay_steps"}
    quick, fast = gt.RECIPES["quick"], gt.RECIPES["fast"]
    assert {key for key in fast if quick[key] != fast[key]} == of_time


def test_hidden_layers_add_their_weights_and_the_lecture_has_none():
    plain, hidden = gt.generator_model(20), gt.generator_model(20, hidden=9)
    more = (20 + 4) * 9 + (9 - 20) * 49 * 256  # a layer with BatchNorm, and a first layer from 9
    assert hidden.count_params() == plain.count_params() + more
    plain, hidden = gt.discriminator_model(), gt.discriminator_model(hidden=9)
    more = (49 * 128 + 1) * 9 + (9 + 1) - (49 * 128 + 1)
    assert hidden.count_params() == plain.count_params() + more


def test_without_a_hidden_layer_the_logit_is_a_sum_over_places():
    """What a stroke adds does not depend on a stroke far from it, unless there is such a layer."""
    for hidden, adds_up in ((None, True), (16, False)):
        discriminator = gt.discriminator_model(kernel_size=4, hidden=hidden)
        blank = -np.ones((28, 28, 1), np.float32)
        left, right, both = blank.copy(), blank.copy(), blank.copy()
        for image in (left, both):
            image[10:14, 2:6] = 1
        for image in (right, both):
            image[10:14, 20:24] = 1
        logits = discriminator(np.stack([blank, left, right, both]), training=False).numpy()[:, 0]
        difference = logits[3] - logits[1] - logits[2] + logits[0]
        assert (abs(difference) < 1e-5) == adds_up
