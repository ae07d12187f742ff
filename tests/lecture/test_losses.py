import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_tutorial as gt

CROSS_ENTROPY = keras.losses.BinaryCrossentropy(from_logits=True)


def logits(seed, scale=3):
    return tf.constant(np.random.default_rng(seed).normal(0, scale, (64, 1)), tf.float32)


def test_at_logit_zero_the_losses_are_ln_2_and_2_ln_2():
    zero = tf.zeros((8, 1))
    assert float(gt.generator_loss(zero)) == pytest.approx(math.log(2), rel=1e-6)
    assert float(gt.discriminator_loss(zero, zero)) == pytest.approx(2 * math.log(2), rel=1e-6)
    assert float(gt.minimax_generator_loss(zero)) == pytest.approx(-math.log(2), rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_losses_are_the_lectures_cross_entropies(seed):
    real, fake = logits(seed), logits(seed + 100)
    ones, zeros = tf.ones_like(real), tf.zeros_like(fake)
    by_lecture = CROSS_ENTROPY(ones, real) + CROSS_ENTROPY(zeros, fake)
    np.testing.assert_allclose(gt.discriminator_loss(real, fake), by_lecture, rtol=1e-5)
    np.testing.assert_allclose(gt.generator_loss(fake), CROSS_ENTROPY(ones, fake), rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_losses_are_the_formulas_in_d(seed):
    real, fake = logits(seed), logits(seed + 100)
    d_real, d_fake = (1 / (1 + np.exp(-x.numpy().astype(np.float64))) for x in (real, fake))
    value = np.log(d_real).mean() + np.log(1 - d_fake).mean()
    np.testing.assert_allclose(gt.discriminator_loss(real, fake), -value, rtol=1e-5)
    np.testing.assert_allclose(gt.generator_loss(fake), -np.log(d_fake).mean(), rtol=1e-5)
    minimax = np.log(1 - d_fake).mean()
    np.testing.assert_allclose(gt.minimax_generator_loss(fake), minimax, rtol=1e-5)


@pytest.mark.parametrize("logit", [-100.0, 100.0])
def test_losses_stay_finite_where_the_formula_in_d_is_not(logit):
    real = fake = tf.fill((8, 1), logit)
    assert float(gt.generator_loss(fake)) == pytest.approx(max(-logit, 0), abs=1e-6)
    assert float(gt.minimax_generator_loss(fake)) == pytest.approx(-max(logit, 0), abs=1e-6)
    assert float(gt.discriminator_loss(real, fake)) == pytest.approx(100)
    d = tf.sigmoid(tf.constant(logit))
    assert not np.isfinite(tf.math.log(d) + tf.math.log(1 - d))


def test_losses_are_float32_scalars_for_bfloat16_logits_too():
    fake = tf.cast(logits(0), tf.bfloat16)
    for loss in (gt.generator_loss(fake), gt.discriminator_loss(fake, fake)):
        assert loss.dtype == tf.float32
        assert loss.shape == ()
    exact = gt.generator_loss(tf.cast(fake, tf.float32))
    np.testing.assert_array_equal(gt.generator_loss(fake), exact)


@pytest.mark.parametrize("logit", [-10.0, -5.0, -2.0, 0.0])
def test_minimax_gradient_vanishes_where_the_discriminator_is_sure(logit):
    x = tf.Variable(logit)
    with tf.GradientTape(persistent=True) as tape:
        minimax, non_saturating = gt.minimax_generator_loss(x), gt.generator_loss(x)
    d = 1 / (1 + math.exp(-logit))
    assert float(tape.gradient(minimax, x)) == pytest.approx(-d, rel=1e-5)
    assert float(tape.gradient(non_saturating, x)) == pytest.approx(d - 1, rel=1e-5)


def test_r1_penalty_of_a_linear_discriminator_is_its_weights_squared():
    discriminator = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    images = tf.random.stateless_uniform((5, 28, 28, 1), [0, 1], -1, 1)
    expected = np.sum(discriminator.get_weights()[0] ** 2)
    assert float(gt.r1_penalty(discriminator, images)) == pytest.approx(expected, rel=1e-5)


def test_r1_penalty_is_the_slope_that_differences_see():
    keras.utils.set_random_seed(0)
    discriminator = gt.discriminator_model(channels=2, dropout=0.0)
    image = tf.random.stateless_uniform((1, 28, 28, 1), [0, 1], -1, 1)
    direction = tf.random.stateless_normal(image.shape, [0, 2])
    with tf.GradientTape() as tape:
        tape.watch(image)
        logit = discriminator(image)
    slope = tape.gradient(logit, image)
    # along its own gradient a function rises by the gradient's norm
    unit = slope / tf.norm(slope)
    rise = (discriminator(image + 1e-2 * unit) - discriminator(image - 1e-2 * unit)) / 2e-2
    penalty = float(gt.r1_penalty(discriminator, image))
    assert penalty == pytest.approx(float(tf.squeeze(rise)) ** 2, rel=0.05)
    along = float(tf.reduce_sum(slope * direction) / tf.norm(direction)) ** 2
    assert penalty >= along
