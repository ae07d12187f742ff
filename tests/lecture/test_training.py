import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from notes import (
    notes_discriminator_loss,
    notes_generator_loss,
    notes_train_step,
    notes_update,
)

import gan_tutorial as gt


def sgd(rate=1.0):
    return keras.optimizers.SGD(rate)


def adam():
    return keras.optimizers.Adam(1e-4)


def networks(seed=0, **sizes):
    """Return the same two networks for the same seed, Dropout states included."""
    keras.utils.set_random_seed(seed)
    sizes = {"generator": {"channels": 8}, "discriminator": {"channels": 4}, **sizes}
    return gt.generator_model(**sizes["generator"]), gt.discriminator_model(
        **sizes["discriminator"]
    )


def noise_of(number, *, seed=0, step=0):
    return tf.random.stateless_normal([number, 100], [seed, step])


def alternating_step(generator, discriminator, optimizers, images, noise):
    """Update the discriminator and then the generator, the chain rule written out."""
    with tf.GradientTape() as tape_g:
        generated_images = generator(noise, training=True)
    with tf.GradientTape() as tape_d:
        real_output = discriminator(images, training=True)
        fake_output = discriminator(generated_images, training=True)
        disc_loss = notes_discriminator_loss(real_output, fake_output)
    gradients_d = tape_d.gradient(disc_loss, discriminator.trainable_variables)
    optimizers[1].apply_gradients(zip(gradients_d, discriminator.trainable_variables, strict=True))
    with tf.GradientTape() as tape:
        tape.watch(generated_images)
        fake_output = discriminator(generated_images, training=True)
        gen_loss = notes_generator_loss(fake_output)
    by_image = tape.gradient(gen_loss, generated_images)
    gradients_g = tape_g.gradient(generated_images, generator.trainable_variables, by_image)
    optimizers[0].apply_gradients(zip(gradients_g, generator.trainable_variables, strict=True))
    return gen_loss, disc_loss


STEPS = {
    "simultaneous": ({}, notes_update),
    "alternating": ({"alternating": True}, alternating_step),
}
FULL_SIZE = {"generator": {}, "discriminator": {}}


def all_weights(pair):
    """Return copies of all variables: weights, moving averages, Dropout states."""
    return [v.numpy() for network in pair for v in network.variables]


@pytest.mark.parametrize("kind", STEPS)
def test_one_step_has_the_gradients_of_the_step_written_out(kind, images):
    options, step_by_hand = STEPS[kind]
    ours, by_hand = networks(**FULL_SIZE), networks(**FULL_SIZE)
    before = all_weights(ours)
    for mine, other in zip(before, all_weights(by_hand), strict=True):
        np.testing.assert_array_equal(mine, other)
    losses = gt.make_train_step(*ours, sgd(), sgd(), seed=0, **options)(images[:6])
    expected = step_by_hand(*by_hand, (sgd(), sgd()), images[:6], noise_of(6))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    for start, mine, other in zip(before, all_weights(ours), all_weights(by_hand), strict=True):
        # plain descent at rate 1: what a weight moved by is its gradient
        scale = np.abs(other.astype(np.float64) - start).max()
        assert scale > 0
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-4 * scale)


@pytest.mark.parametrize("kind", STEPS)
def test_three_steps_with_adam_follow_the_steps_written_out(kind, images):
    options, step_by_hand = STEPS[kind]
    ours, by_hand, optimizers = networks(), networks(), (adam(), adam())
    train_step = gt.make_train_step(*ours, adam(), adam(), seed=9, **options)
    for step in range(3):
        batch = images[10 * step : 10 * step + 10]
        losses = train_step(batch)
        expected = step_by_hand(*by_hand, optimizers, batch, noise_of(10, seed=9, step=step))
        np.testing.assert_allclose(losses, expected, rtol=1e-4)
    for mine, other in zip(all_weights(ours), all_weights(by_hand), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=3e-6)


def test_alternating_and_simultaneous_steps_are_two_things(images):
    results = []
    for options, _ in STEPS.values():
        pair = networks()
        losses = gt.make_train_step(*pair, sgd(), sgd(), **options).python_function(images[:8])
        results.append((losses, all_weights(pair[:1]), all_weights(pair[1:])))
    (simultaneous, g_1, d_1), (alternating, g_2, d_2) = results
    assert simultaneous[0] != alternating[0]
    assert simultaneous[1] == alternating[1]  # the discriminator is first in both
    trainable = [w for w in d_1 if w.dtype == np.float32]
    for mine, other in zip(trainable, [w for w in d_2 if w.dtype == np.float32], strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
    assert any((mine != other).any() for mine, other in zip(g_1, g_2, strict=True))


def test_generator_trains_on_the_non_saturating_loss_and_not_on_minus_v(images):
    # a discriminator that is sure: its logits on fakes are near -20
    ours, by_v = networks(), networks()
    for _, discriminator in (ours, by_v):
        discriminator.layers[-1].bias.assign([-20.0])
    before = all_weights(ours[:1])
    gt.make_train_step(*ours, sgd(), sgd()).python_function(images[:8])
    with tf.GradientTape() as tape:
        fake_output = by_v[1](by_v[0](noise_of(8), training=True), training=True)
        loss = gt.minimax_generator_loss(fake_output)
    steepest = max(np.abs(g).max() for g in tape.gradient(loss, by_v[0].trainable_variables))
    moved = max(
        np.abs(a - b).max() for a, b in zip(before[:1], all_weights(ours[:1])[:1], strict=True)
    )
    assert steepest < 1e-6
    assert moved > 1e-4


def test_generator_trains_on_minus_v_where_that_is_asked_for(images):
    generator, discriminator = networks(discriminator={"channels": 4, "dropout": 0.0})
    before = [weights.numpy() for weights in generator.trainable_variables]
    with tf.GradientTape() as tape:
        logits = discriminator(generator(noise_of(16), training=True), training=True)
        loss = tf.reduce_mean(tf.math.log(1 - tf.sigmoid(logits)))  # the second term of v
    gradients = tape.gradient(loss, generator.trainable_variables)
    train_step = gt.make_train_step(
        generator, discriminator, sgd(), sgd(), generator_loss=gt.minimax_generator_loss
    )
    loss_g, _ = train_step(images[:16])
    assert float(loss_g) == pytest.approx(float(loss), rel=1e-5)
    for old, gradient, new in zip(before, gradients, generator.trainable_variables, strict=True):
        np.testing.assert_allclose(new, old - gradient, atol=1e-6)


@pytest.mark.parametrize("kind", STEPS)
def test_step_without_tf_function_is_the_same_step(kind, images):
    options, _ = STEPS[kind]
    traced, eager = networks(), networks()
    losses = gt.make_train_step(*traced, sgd(), sgd(), **options)(images[:6])
    train_step = gt.make_train_step(*eager, sgd(), sgd(), **options)
    expected = train_step.python_function(tf.constant(images[:6]))
    assert train_step.experimental_get_tracing_count() == 0
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    for mine, other in zip(all_weights(traced), all_weights(eager), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


def recording(record, look):
    """Return a layer that passes its input on and adds look(input) to a list, in traces too."""

    def note(x):
        tf.py_function(lambda x: record.append(look(x)), [x], [])
        return x

    return keras.layers.Lambda(note)


def networks_that_record(batch_sizes, noises):
    """Return networks that write down what reaches them: D the batch sizes, G its noise."""
    generator, discriminator = networks()
    generator = keras.Sequential(
        [keras.Input((100,)), recording(noises, lambda x: x.numpy()), *generator.layers]
    )
    return generator, keras.Sequential(
        [keras.Input((28, 28, 1)), recording(batch_sizes, len), *discriminator.layers]
    )


@pytest.mark.parametrize(
    ("kind", "meetings"),
    [
        ("simultaneous", [16, 16, 16, 16, 8, 8]),  # real, fake
        ("alternating", [16, 16, 16, 16, 16, 16, 8, 8, 8]),  # real, fake, the fakes again
    ],
)
def test_whole_epochs_are_one_trace_with_as_many_fakes_as_real_images(kind, meetings, images):
    sizes, noises = [], []
    pair, (options, _) = networks_that_record(sizes, noises), STEPS[kind]
    train_step = gt.make_train_step(*pair, adam(), adam(), **options)
    gt.train(gt.make_dataset(images[:40], 16, seed=0), 2, train_step)
    assert train_step.experimental_get_tracing_count() == 1
    assert sizes == 2 * meetings
    assert [len(noise) for noise in noises] == 2 * [16, 16, 8]


def test_steps_can_be_quoted_and_called_whole(images):
    noise, batch = noise_of(6), tf.constant(images[:6])
    for kind, step in (
        ("simultaneous", gt.simultaneous_step),
        ("alternating", gt.alternating_step),
    ):
        quoted, made, (options, _) = networks(), networks(), STEPS[kind]
        optimizers = sgd(), sgd()
        found = step(quoted, optimizers, batch, noise, gt.generator_loss, lambda images: 0.0)
        expected = gt.make_train_step(*made, sgd(), sgd(), **options).python_function(batch)
        np.testing.assert_array_equal(found, expected)
        for mine, other in zip(all_weights(quoted), all_weights(made), strict=True):
            np.testing.assert_array_equal(mine, other)


def test_notes_ragged_end_meets_too_many_fakes_and_costs_a_second_trace(images):
    sizes = []
    train_step = notes_train_step(*networks_that_record(sizes, []), 16)
    for start in (0, 16, 32):
        train_step(tf.constant(images[start : min(start + 16, 40)]))
    assert sizes == [16, 16, 16, 16, 8, 16]
    assert train_step.experimental_get_tracing_count() == 2


def test_noise_is_a_function_of_seed_and_step_so_a_restart_goes_on(images):
    noises = []
    pair, batch = networks_that_record([], noises), images[:100]
    train_step = gt.make_train_step(*pair, sgd(), sgd(), seed=4)
    for _ in range(3):
        train_step(batch)
    for step, noise in enumerate(noises):
        np.testing.assert_array_equal(noise, noise_of(100, seed=4, step=step))
    assert len({row.tobytes() for noise in noises for row in noise}) == 300
    restarted = sgd()
    restarted.build(pair[0].trainable_variables)
    restarted.iterations.assign(2)
    gt.make_train_step(*pair, restarted, sgd(), seed=4).python_function(batch)
    np.testing.assert_array_equal(noises[3], noises[2])
    gt.make_train_step(*pair, sgd(), sgd(), seed=5).python_function(batch)
    assert (noises[4] != noises[0]).mean() > 0.99
    drawn = np.concatenate(noises[:3])
    assert drawn.mean() == pytest.approx(0, abs=5 / math.sqrt(drawn.size))
    assert drawn.std() == pytest.approx(1, abs=5 / math.sqrt(2 * drawn.size))


def test_notes_noise_starts_again_with_every_restart():
    tf.random.set_seed(4)
    drawn = [tf.random.normal([5, 100]).numpy() for _ in range(2)]
    tf.random.set_seed(4)
    np.testing.assert_array_equal(tf.random.normal([5, 100]), drawn[0])
    assert (drawn[0] != drawn[1]).any()


def test_train_returns_all_losses_and_calls_back_once_an_epoch(images, capfd):
    pair, twin, calls = networks(), networks(), []
    train_step = gt.make_train_step(*pair, adam(), adam())
    dataset = gt.make_dataset(images[:20], 8, seed=1, first_epoch=3)
    losses = gt.train(
        dataset, 4, train_step, first_epoch=3, on_epoch_end=lambda *call: calls.append(call)
    )
    assert capfd.readouterr() == ("", "")  # quiet in a pipe
    assert losses.shape == (6, 2)
    assert losses.dtype == np.float32
    assert [epoch for epoch, _ in calls] == [3, 4]
    np.testing.assert_array_equal(np.concatenate([part for _, part in calls]), losses)

    step_by_step = gt.make_train_step(*twin, adam(), adam())
    dataset = gt.make_dataset(images[:20], 8, seed=1, first_epoch=3)
    expected = [step_by_step(batch) for _ in range(2) for batch in dataset]
    np.testing.assert_array_equal(losses, expected)


def test_nothing_is_left_to_do_when_the_last_epoch_is_reached():
    losses = gt.train([], 3, train_step=None, first_epoch=4)
    assert losses.shape == (0, 2)


@pytest.mark.parametrize("kind", STEPS)
def test_r1_penalty_comes_every_eighth_step_eight_times_as_strong(kind, images):
    options, _ = STEPS[kind]
    sizes = {"discriminator": {"channels": 4, "dropout": 0.0}}
    penalised, plain = networks(**sizes), networks(**sizes)
    step = gt.make_train_step(*penalised, sgd(0.01), sgd(0.01), r1=0.5, **options)
    plain_step = gt.make_train_step(*plain, sgd(0.01), sgd(0.01), **options)
    for i in range(10):
        for mine, other in zip(penalised, plain, strict=True):
            other.set_weights(mine.get_weights())
        with tf.GradientTape() as tape:
            penalty = 8 * 0.5 / 2 * gt.r1_penalty(plain[1], tf.constant(images[:6]))
        pulls = tape.gradient(penalty, plain[1].trainable_variables)
        losses, plain_losses = step(images[:6]), plain_step(images[:6])
        np.testing.assert_allclose(losses[1], plain_losses[1], rtol=1e-5)  # without the penalty
        if kind == "simultaneous":  # in the other step the generator meets the new discriminator
            np.testing.assert_allclose(losses[0], plain_losses[0], rtol=1e-5)
        for mine, other, pull in zip(
            penalised[1].trainable_variables, plain[1].trainable_variables, pulls, strict=True
        ):
            expected = other - 0.01 * pull if i in (0, 8) and pull is not None else other
            np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-6)
    assert step.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("r1", [-1.0, float("nan")])
def test_impossible_penalties_are_refused(r1):
    with pytest.raises(ValueError, match="r1 must be 0 or more"):
        gt.make_train_step(*networks(), adam(), adam(), r1=r1)
