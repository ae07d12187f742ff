"""Recipes: hyperparameters by name, and the networks and optimizers that are made from them.

A recipe is a dict with the keys batch_size, optimizer (arguments of Adam), generator and
discriminator (arguments of their builders). It may have epochs, decay_steps, half_life and r1. With
an encoder in the place of the discriminator it is the recipe of a variational autoencoder, which
may have a beta and no r1. `run` passes epochs on to `train`, and batch_size to `make_dataset`.
"""

import math
import numbers
from collections.abc import Callable
from typing import NamedTuple

from .autoencoder import encoder_model, make_vae_train_step
from .fourier import FourierConv2DTranspose
from .models import discriminator_model, generator_model
from .shield import keras
from .training import make_train_step

SMALLEST_RATE = 0.01  # of the first; the learning rate stays there after decay_steps

# Small networks and many small steps, for two cores. benchmarks/recipes.md has the measurements
# behind these numbers, and says which of them were chosen and never varied.
_SMALL = {
    "optimizer": {"learning_rate": 2e-3, "beta_1": 0.0, "beta_2": 0.99},  # a short memory
    "r1": 0.3,  # strength of the penalty on the discriminator's slope
    "generator": {
        "latent_dim": 32,  # handwriting has fewer degrees of freedom than 100
        "hidden": 64,  # so that it can bend the latent space before it draws
        "channels": 128,  # half the lecture's, a quarter of the products
        "kernel_size": 4,
        "negative_slope": 0.2,
    },
    "discriminator": {
        "channels": 32,
        "hidden": 64,  # so that it sees which strokes fit together
        "kernel_size": 4,
        "negative_slope": 0.2,
        "dropout": 0.0,
    },
}
RECIPES = {
    # the hyperparameters of the lecture notes
    "lecture": {
        "epochs": 100,
        "batch_size": 256,
        "optimizer": {"learning_rate": 1e-4},
        "generator": {},
        "discriminator": {},
    },
    # ten minutes and two minutes on two cores; the learning rate has fallen by the last epoch
    "fast": {"epochs": 8, "batch_size": 32, "decay_steps": 15_000, **_SMALL},
    "quick": {"epochs": 2, "batch_size": 64, "decay_steps": 1_876, **_SMALL},
    # a variational autoencoder whose decoder is the generator of fast; twenty minutes
    "vae": {
        "epochs": 24,
        "batch_size": 64,
        "decay_steps": 22_512,
        "optimizer": {"learning_rate": 5e-3},
        "generator": _SMALL["generator"],
        "encoder": {"channels": 32, "kernel_size": 4, "negative_slope": 0.2},
    },
}


def _is_whole(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_real(value):
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return real and math.isfinite(value)


_AT_LEAST_1 = (lambda x: _is_whole(x) and x >= 1, "a whole number of at least 1")
_ABOVE_0 = (lambda x: _is_real(x) and x > 0, "a number above 0")
_SHARE = (lambda x: _is_real(x) and 0 <= x < 1, "a number from 0 to below 1")
# for each key: what its value must fulfil, and the same in words
_RULES = {
    "epochs": _AT_LEAST_1,
    "batch_size": _AT_LEAST_1,
    "decay_steps": (lambda x: x is None or _AT_LEAST_1[0](x), f"{_AT_LEAST_1[1]}, or None"),
    "half_life": (lambda x: x is None or (_is_real(x) and x > 0), "a number above 0, or None"),
    "r1": (lambda x: _is_real(x) and x >= 0, "a number of at least 0"),
    "beta": (lambda x: _is_real(x) and x >= 0, "a number of at least 0"),
    "learning_rate": _ABOVE_0,
    "beta_1": _SHARE,
    "beta_2": _SHARE,
    "latent_dim": _AT_LEAST_1,
    "kernel_size": _AT_LEAST_1,
    # the generator halves its channels twice; the discriminator has the same rule for simplicity
    "channels": (lambda x: _is_whole(x) and x >= 4, "a whole number of at least 4"),
    "negative_slope": (_is_real, "a finite number"),
    "dropout": _SHARE,
    "hidden": (lambda x: x is None or _AT_LEAST_1[0](x), f"{_AT_LEAST_1[1]}, or None"),
}


class Kind(NamedTuple):
    """What a recipe trains beside the generator, and how: all that a run has to know of it."""

    second: str  # what recipes and checkpoints call the network beside the generator
    make_second: Callable  # a function of the coordinates of a latent point and of the arguments
    make_step: Callable
    options: tuple  # the recipe's numbers that are arguments of `make_step`
    losses: tuple  # the names of the two numbers that a step returns


GAN = Kind(
    "discriminator",
    lambda _, **arguments: discriminator_model(**arguments),
    make_train_step,
    ("r1",),
    ("generator_loss", "discriminator_loss"),
)
VAE = Kind("encoder", encoder_model, make_vae_train_step, ("beta",), ("distortion", "rate"))


def kind_of(recipe):
    """Return the Kind of a recipe, which is a dict."""
    return VAE if VAE.second in recipe else GAN


def make_networks(recipe="lecture"):
    """Return the untrained (generator, discriminator) of a recipe, or its (decoder, encoder).

    `recipe` is a name in RECIPES, or a dict of your own. Raise ValueError as `check_recipe` does,
    or if the networks do not take an argument.
    """
    chosen = check_recipe(recipe)
    kind = kind_of(chosen)
    try:
        generator = generator_model(**chosen["generator"], convolution=FourierConv2DTranspose)
        return generator, kind.make_second(generator.input_shape[-1], **chosen[kind.second])
    except TypeError as error:
        raise ValueError(f"the recipe does not fit the networks: {error}") from None


def make_optimizers(recipe="lecture"):
    """Return the optimizers of the two networks of a recipe, both Adam.

    `recipe` is a name in RECIPES, or a dict of your own. If it has decay_steps, the learning rate
    falls along a half cosine to a hundredth in so many steps, and stays there (Loshchilov and
    Hutter 2017, section 3, without restarts). If it has a half_life instead, the rate halves every
    half_life steps. In either case it depends on the step alone, so that a run can be resumed, or
    go on for longer, and stays the same run.
    """
    chosen = check_recipe(recipe)
    adam, schedules = chosen["optimizer"], keras.optimizers.schedules
    rate = adam.get("learning_rate")
    if (steps := chosen.get("decay_steps")) is not None:
        adam = {**adam, "learning_rate": schedules.CosineDecay(rate, steps, alpha=SMALLEST_RATE)}
    elif (half_life := chosen.get("half_life")) is not None:
        adam = {**adam, "learning_rate": schedules.ExponentialDecay(rate, half_life, 0.5)}
    return keras.optimizers.Adam(**adam), keras.optimizers.Adam(**adam)


def make_step(recipe, networks, optimizers, seed):
    """Return the compiled train step of a recipe, a dict, for its networks and optimizers."""
    kind = kind_of(recipe)
    options = {name: recipe[name] for name in kind.options if name in recipe}
    return kind.make_step(*networks, *optimizers, seed=seed, **options)


def check_recipe(recipe):
    """Return a recipe as a dict; `recipe` is a name in RECIPES, or a dict of your own.

    Raise ValueError if no recipe has this name, if a key of the dict is missing or unknown, or if
    a value makes no sense. Unknown arguments of a network are found by `make_networks`, and those
    of Adam by `make_optimizers`.
    """
    if isinstance(recipe, str) and recipe in RECIPES:
        return RECIPES[recipe]
    if not isinstance(recipe, dict):
        names = ", ".join(RECIPES)
        raise ValueError(f"recipe must be one of {names}, or a dict, but is {recipe!r}")
    kind = kind_of(recipe)
    parts = ("optimizer", "generator", kind.second)
    keys, may_have = {"batch_size", *parts}, ("epochs", "decay_steps", "half_life", *kind.options)
    if recipe.keys() - {*may_have} != keys:
        expected, found = (", ".join(sorted(map(str, names))) for names in (keys, recipe))
        raise ValueError(
            f"a recipe has the keys {expected}, and may have {', '.join(may_have[:-1])} and "
            f"{may_have[-1]}, but this one has {found}"
        )
    _check_values(recipe, "recipe")
    for part in parts:
        if not isinstance(recipe[part], dict):
            raise ValueError(f"recipe[{part!r}] must be a dict, but is {recipe[part]!r}")
        _check_values(recipe[part], f"recipe[{part!r}]")
    if "learning_rate" not in recipe["optimizer"]:
        raise ValueError("recipe['optimizer'] has no learning_rate")
    return recipe


def _check_values(values, name):
    for key, value in values.items():
        fulfils, words = _RULES.get(key, (lambda _: True, ""))
        if not fulfils(value):
            raise ValueError(f"{name}[{key!r}] must be {words}, but is {value!r}")
