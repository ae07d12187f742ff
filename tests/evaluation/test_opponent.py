"""The fresh opponent, and the bound that it proves, against integrals and samples."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

import gan_tutorial as gt

REAL, MODEL = scipy.stats.norm(1, 1), scipy.stats.norm(-1, 1)


def jensen_shannon():
    """Return the divergence of the two normal distributions by a sum over a fine grid."""
    x = np.linspace(-12, 12, 100_001)
    p, q = REAL.pdf(x), MODEL.pdf(x)
    m = (p + q) / 2
    integrand = (scipy.special.rel_entr(p, m) + scipy.special.rel_entr(q, m)) / 2
    return integrand.sum() * (x[1] - x[0])


def bound_of(logit, number=200_000, seed=0):
    real, generated = (
        each.rvs(number, random_state=seed + i) for i, each in ((0, REAL), (1, MODEL))
    )
    return gt.evaluation.jensen_shannon_bound(logit(real), logit(generated))


def test_the_optimal_discriminator_proves_the_divergence_itself():
    bound, error = bound_of(lambda x: 2 * x)  # log p - log q
    assert bound == pytest.approx(jensen_shannon(), abs=5 * error)


@pytest.mark.parametrize("logit", [lambda x: x, lambda x: 2 * x + 1, lambda x: np.sign(x), abs])
def test_other_discriminators_prove_less(logit):
    bound, error = bound_of(logit)
    assert bound < jensen_shannon() - 5 * error


def test_an_undecided_discriminator_proves_nothing():
    assert gt.evaluation.jensen_shannon_bound(np.zeros((5, 1)), np.zeros(3)) == (0, 0)


def test_a_discriminator_that_is_always_right_proves_ln_2():
    bound, error = gt.evaluation.jensen_shannon_bound([1000.0, 2000.0], [-1000.0])
    assert (bound, error) == (pytest.approx(np.log(2)), 0)


def test_the_error_is_the_spread_of_repeated_bounds():
    repeated = [bound_of(lambda x: x, 400, seed=2 * i) for i in range(400)]
    bounds, errors = np.transpose(repeated)
    assert np.mean(errors) == pytest.approx(np.std(bounds), rel=0.15)


@pytest.fixture(scope="module")
def images():
    (images, _), _ = gt.load_mnist()
    return images[:3000]


def test_an_opponent_tells_mirrored_digits_from_digits(images):
    mirrored = images[:, :, ::-1]
    opponent = gt.evaluation.fresh_opponent(images[:1000], mirrored[1000:2000], epochs=3)
    real, generated = (np.ravel(opponent(some)) for some in (images[2000:], mirrored[2000:]))
    assert (np.mean(real > 0) + np.mean(generated < 0)) / 2 > 0.8
    assert gt.evaluation.jensen_shannon_bound(real, generated)[0] > 0.1


def test_an_opponent_finds_nothing_where_there_is_nothing(images):
    opponent = gt.evaluation.fresh_opponent(images[:1000], images[1000:2000])
    real, generated = (np.ravel(opponent(some)) for some in (images[2000:2500], images[2500:]))
    bound, error = gt.evaluation.jensen_shannon_bound(real, generated)
    assert bound < 3 * error


def test_a_seed_gives_the_same_opponent_again(images):
    first, second = (
        gt.evaluation.fresh_opponent(images[:100], images[100:200], seed=4) for _ in range(2)
    )
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        assert np.array_equal(one, other)
