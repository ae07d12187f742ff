"""Games of two players who choose one number each, and the optimal discriminator.

A game is a function `gradients(point)`. The point is (x, y): the first player chooses x, and the
second player chooses y. The function returns an array (2,), which holds the gradient of the first
player's loss with respect to x, and the gradient of the second player's loss with respect to y.
Both players descend their own loss.

An update rule is a function `update(gradients, point, rate)` that returns the next point. A step
is the rate times a gradient.
"""

import numpy as np


def optimal_discriminator(p_data, p_model):
    """Return the optimal discriminator d* = p_data / (p_data + p_model) at each x.

    Both arguments are densities, which are at least 0, as arrays of the same shape. d* is in
    [0, 1], and is NaN if both densities are 0.
    Source: Goodfellow et al. 2014, proposition 1.
    """
    p_data, p_model = np.asarray(p_data, float), np.asarray(p_model, float)
    with np.errstate(invalid="ignore"):
        return p_data / (p_data + p_model)


def bilinear(point):
    """Return the gradients (y, -x) of the game with the value v = xy.

    The first player descends v, and the second player descends -v.
    Source: Goodfellow, Bengio and Courville 2016, "Deep Learning", section 20.10.4.
    """
    x, y = point
    return np.array([y, -x])


def dirac_gan(point, gamma=0.0):
    """Return the gradients of the Dirac-GAN, the simplest GAN of all.

    Every real data point is 0, every generated point is θ, and the discriminator's logit is
    l(x) = ψx. The point of the game is (θ, ψ), and its value is v = log σ(-ψθ) - log 2. The
    generator descends v, and the discriminator descends -v + γψ²/2. The last term is γ/2 times the
    penalty R1, which is ψ² here, the squared slope of the logit at the data.
    Source: Mescheder et al. 2018, definition 2.1 and section 4.1, where ψ has the opposite sign.
    """
    theta, psi = point
    d_fake = np.exp(-np.logaddexp(0, -psi * theta))  # σ(ψθ) in a form that never overflows
    return np.array([-psi * d_fake, theta * d_fake + gamma * psi])


def simultaneous(gradients, point, rate):
    """Return the next point if both players step at the same time.

    Each player answers the old position of the opponent.
    """
    return np.asarray(point) - rate * np.asarray(gradients(point))


def alternating(gradients, point, rate):
    """Return the next point if the first player steps, and the second player steps after that.

    The second player answers the new position of the first player. In the Dirac-GAN the first
    player is the generator; in `alternating_step`, which trains networks, the discriminator
    begins.
    """
    x, y = point
    x = x - rate * gradients((x, y))[0]
    y = y - rate * gradients((x, y))[1]
    return np.array([x, y])


def extragradient(gradients, point, rate):
    """Return the next point of the extragradient method.

    A trial step leads to a trial point. The real step begins at the old point again, and uses the
    gradients at the trial point.
    Source: Korpelevich 1976; for GANs Gidel et al. 2019, "A Variational Inequality Perspective".
    """
    trial = simultaneous(gradients, point, rate)
    return np.asarray(point) - rate * np.asarray(gradients(trial))


def trajectory(update, gradients, start, rate, steps):
    """Return the points that a game visits.

    Args:
        update: the update rule, such as `simultaneous`.
        gradients: the game, such as `bilinear`.
        start: the first point, (2,).
        rate: the size of each step.
        steps: the number of steps.

    Returns:
        An array (steps + 1, 2) of the start and the point after each step.
    """
    points = [np.asarray(start, float)]
    for _ in range(steps):
        points.append(update(gradients, points[-1], rate))
    return np.array(points)
