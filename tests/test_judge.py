"""The judge, and the distance against two other ways to compute it."""

import numpy as np
import pytest
import scipy.linalg

import gan_tutorial as gt


def test_parameter_count_by_hand():
    convolutions = [(1, 32), (32, 32), (32, 64), (64, 64)]
    count = sum(3 * 3 * inputs * outputs + outputs for inputs, outputs in convolutions)
    count += 3 * 3 * 64 * 64 + 64 + 64 * 10 + 10
    assert gt.judge_model().count_params() == count == 102_570


def test_a_judge_learns_the_digits_and_is_the_same_twice(images, digits):
    labels = digits[1]
    judge, again = (gt.train_judge(images[:2000], labels[:2000], epochs=3) for _ in range(2))
    answers = judge.predict(images[4000:], verbose=0).argmax(axis=1)
    assert np.mean(answers == labels[4000:]) > 0.85
    for weights, same in zip(judge.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, same)


def test_features_do_not_depend_on_what_else_is_in_the_batch(images):
    judge = gt.judge_model()
    together = gt.features(judge, images[:600])
    assert together.shape == (600, 64)
    np.testing.assert_allclose(gt.features(judge, images[:7]), together[:7], atol=1e-5)


def test_features_of_something_else_are_refused(images):
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        gt.features(gt.judge_model(), images * 127.5)


def test_distance_of_two_normal_distributions_in_one_dimension():
    rng = np.random.default_rng(0)
    a, b = rng.normal(2, 3, (100_000, 1)), rng.normal(-1, 1, (100_000, 1))
    # |2 - (-1)|² + (3 - 1)²
    assert gt.frechet_distance(np.hstack([a, 0 * a]), np.hstack([b, 0 * b])) == pytest.approx(
        9 + 4, rel=0.02
    )


def test_distance_is_scipys():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(500, 8)) @ rng.normal(size=(8, 8)) + rng.normal(size=8)
    b = rng.normal(size=(400, 8)) @ rng.normal(size=(8, 8))
    root = scipy.linalg.sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2)
    expected += np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    assert gt.frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)
    assert gt.frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("odd", [np.zeros((1, 3)), np.zeros((0, 3)), np.full((5, 3), np.nan)])
def test_distance_of_too_little_is_refused(odd):
    with pytest.raises(ValueError, match="finite, n at least 2"):
        gt.frechet_distance(odd, np.eye(3))
