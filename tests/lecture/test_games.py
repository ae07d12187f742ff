"""The games against their formulas, which hold exactly for the bilinear one."""

import numpy as np
import pytest

import gan_tutorial as gt

START = (1.0, 1.0)


def squared_radius(points):
    return (points**2).sum(axis=-1)


def dirac_gan_with_r1(point):
    return gt.games.dirac_gan(point, gamma=1.0)


def test_optimal_discriminator_of_equal_densities_is_one_half():
    densities = np.array([1e-9, 0.3, 7.0])
    np.testing.assert_array_equal(gt.games.optimal_discriminator(densities, densities), 0.5)


def test_optimal_discriminator_has_the_largest_reward_of_all_answers():
    answers = np.linspace(0.001, 0.999, 999)
    reward = 0.3 * np.log(answers) + 0.1 * np.log(1 - answers)
    assert gt.games.optimal_discriminator(0.3, 0.1) == pytest.approx(
        answers[reward.argmax()], abs=1e-9
    )


def test_trajectory_holds_its_start_and_one_point_a_step():
    points = gt.games.trajectory(gt.games.simultaneous, gt.games.bilinear, START, 0.1, 7)
    assert points.shape == (8, 2)
    np.testing.assert_array_equal(points[0], START)
    assert gt.games.trajectory(gt.games.simultaneous, gt.games.bilinear, START, 0.1, 0).shape == (
        1,
        2,
    )


def test_one_step_by_hand():
    x, y = np.array([2.0, 3.0])
    point = np.array([x, y])
    np.testing.assert_allclose(gt.games.simultaneous(gt.games.bilinear, point, 0.5), [0.5, 4.0])
    np.testing.assert_allclose(gt.games.alternating(gt.games.bilinear, point, 0.5), [0.5, 3.25])
    np.testing.assert_allclose(gt.games.extragradient(gt.games.bilinear, point, 0.5), [0.0, 3.25])
    np.testing.assert_array_equal(point, [x, y])


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
@pytest.mark.parametrize(
    ("update", "factor"),
    [
        (gt.games.simultaneous, lambda rate: 1 + rate**2),
        (gt.games.extragradient, lambda rate: 1 - rate**2 + rate**4),
    ],
)
def test_squared_radius_of_the_bilinear_game_changes_by_the_same_factor_each_step(
    update, factor, rate
):
    points = gt.games.trajectory(update, gt.games.bilinear, START, rate, 1000)
    np.testing.assert_allclose(
        squared_radius(points), 2 * factor(rate) ** np.arange(1001), rtol=1e-10
    )


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_alternating_steps_conserve_an_ellipse_in_the_bilinear_game(rate):
    x, y = gt.games.trajectory(gt.games.alternating, gt.games.bilinear, START, rate, 1000).T
    np.testing.assert_allclose(x**2 + y**2 - rate * x * y, 2 - rate, rtol=1e-10)


@pytest.mark.parametrize("point", [(1.0, 0.5), (-2.0, 0.3), (0.7, -1.1)])
@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_dirac_gan_has_the_slopes_of_its_value(point, gamma):
    def losses(theta, psi):  # the generator's and the discriminator's
        value = -np.log(2) - np.log(1 + np.exp(psi * theta))
        return value, -value + gamma * psi**2 / 2

    (theta, psi), h = point, 1e-6
    by_theta = (losses(theta + h, psi)[0] - losses(theta - h, psi)[0]) / (2 * h)
    by_psi = (losses(theta, psi + h)[1] - losses(theta, psi - h)[1]) / (2 * h)
    np.testing.assert_allclose(gt.games.dirac_gan(point, gamma), [by_theta, by_psi], atol=1e-8)


def test_dirac_gan_spirals_out_circles_or_comes_home_with_r1():
    radii = [
        np.sqrt(squared_radius(gt.games.trajectory(update, game, START, 0.1, 2000)))
        for update, game in [
            (gt.games.simultaneous, gt.games.dirac_gan),
            (gt.games.alternating, gt.games.dirac_gan),
            (gt.games.simultaneous, dirac_gan_with_r1),
            (gt.games.alternating, dirac_gan_with_r1),
        ]
    ]
    assert radii[0][-1] > 2 * radii[0][0]
    np.testing.assert_allclose(radii[1], np.sqrt(2), atol=0.05)
    assert max(radii[2][-1], radii[3][-1]) < 1e-30


def test_dirac_gan_near_the_equilibrium_decays_as_an_oscillator_at_critical_damping():
    # θ' = ψ/2, ψ' = -θ/2 - ψ from (1, 0)·small has the solution (1 + t/2) exp(-t/2) for θ
    points = gt.games.trajectory(gt.games.simultaneous, dirac_gan_with_r1, (1e-4, 0.0), 1e-3, 4000)
    assert points[-1, 0] == pytest.approx(1e-4 * (1 + 2) * np.exp(-2), rel=1e-2)


def test_dirac_gan_does_not_overflow():
    with np.errstate(over="raise"):
        np.testing.assert_allclose(gt.games.dirac_gan((40.0, 40.0)), [-40, 40])
        np.testing.assert_allclose(gt.games.dirac_gan((40.0, -40.0)), [0, 0])
