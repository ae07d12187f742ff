"""Games of two players with one number each, and the discriminator's best answer.

A game is a function `gradients(point)`: for a point (x, y) it returns the gradient of the first
player's loss with respect to x and that of the second player's loss with respect to y, as an
array (2,). Both players descend. An update rule takes (gradients, point, rate) to the next point.
"""

import numpy as np


def optimal_discriminator(p_data, p_model):
    """Return d* = p_data / (p_data + p_model), the best answer to two densities at each x.

    Arrays of one shape, values at least 0; d* is in [0, 1], and NaN where both densities are 0.
    Source: Goodfellow et al. 2014, proposition 1.
    """
    p_data, p_model = np.asarray(p_data, float), np.asarray(p_model, float)
    with np.errstate(invalid="ignore"):
        return p_data / (p_data + p_model)


def bilinear(point):
    """Return the gradients (y, -x) of the game v = xy: x descends v, y descends -v.

    Source: Goodfellow, Bengio and Courville 2016, "Deep Learning", section 20.10.4.
    """
    x, y = point
    return np.array([y, -x])


def dirac_gan(point, gamma=0.0):
    """Return the gradients of the Dirac-GAN: all data at 0, all fakes at θ, logit l(x) = ψx.

    The point is (θ, ψ). The value is v = log σ(-ψθ) - log 2: the generator descends v, the
    discriminator -v + γψ²/2, where the last term is the penalty R1 on its slope at the data.
    Source: Mescheder et al. 2018, definition 2.1 and section 4.1.
    """
    theta, psi = point
    d_fake = np.exp(-np.logaddexp(0, -psi * theta))  # σ(ψθ), without overflow
    return np.array([-psi * d_fake, theta * d_fake + gamma * psi])


def simultaneous(gradients, point, rate):
    """Return the point after both players step at once, each against where the other stood."""
    return np.asarray(point) - rate * np.asarray(gradients(point))


def alternating(gradients, point, rate):
    """Return the point after the first player steps and the second answers to the new place."""
    between = np.array([simultaneous(gradients, point, rate)[0], point[1]])
    return np.array([between[0], simultaneous(gradients, between, rate)[1]])


def extragradient(gradients, point, rate):
    """Return the point after a step along the gradients of where a trial step would lead.

    Source: Korpelevich 1976; for GANs Gidel et al. 2019, "A Variational Inequality Perspective".
    """
    trial = simultaneous(gradients, point, rate)
    return np.asarray(point) - rate * np.asarray(gradients(trial))


def trajectory(update, gradients, start, rate, steps):
    """Return the points of a game from `start` (2,) on, its own included: (steps + 1, 2)."""
    points = [np.asarray(start, float)]
    for _ in range(steps):
        points.append(update(gradients, points[-1], rate))
    return np.array(points)
