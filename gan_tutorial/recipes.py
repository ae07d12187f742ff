"""The two recipes: the lecture's hyperparameters, and what runs in class on two cores."""

import math
import numbers

import keras

from .models import discriminator_model, generator_model

RECIPES = {
    # the notes to the letter
    "lecture": {
        "epochs": 100,
        "batch_size": 256,
        "optimizer": {"learning_rate": 1e-4},
        "generator": {},
        "discriminator": {},
    },
    # many small steps of small networks, quick at first and careful later; notebook 02 has the why
    "fast": {
        "epochs": 12,
        "batch_size": 64,
        "optimizer": {"learning_rate": 2e-3, "beta_1": 0.0, "beta_2": 0.99},
        "half_life": 2500,  # steps after which the learning rate is half of what it was
        "r1": 0.3,  # strength of the penalty on the discriminator's slope
        "generator": {"channels": 128, "kernel_size": 4, "negative_slope": 0.2},
        "discriminator": {
            "channels": 32,
            "kernel_size": 4,
            "negative_slope": 0.2,
            "dropout": 0.0,
        },
    },
}


def _is_whole(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_real(value):
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return real and math.isfinite(value)


# what a recipe of your own may hold: {place: (what must hold, in words)}
_RULES = {
    "epochs": (lambda x: _is_whole(x) and x >= 1, "a whole number of at least 1"),
    "batch_size": (lambda x: _is_whole(x) and x >= 1, "a whole number of at least 1"),
    "half_life": (lambda x: x is None or (_is_real(x) and x > 0), "a number above 0, or None"),
    "r1": (lambda x: _is_real(x) and x >= 0, "a number of at least 0"),
    "learning_rate": (lambda x: _is_real(x) and x > 0, "a number above 0"),
    "beta_1": (lambda x: _is_real(x) and 0 <= x < 1, "a number from 0 to below 1"),
    "beta_2": (lambda x: _is_real(x) and 0 <= x < 1, "a number from 0 to below 1"),
    "latent_dim": (lambda x: _is_whole(x) and x >= 1, "a whole number of at least 1"),
    "channels": (lambda x: _is_whole(x) and x >= 4, "a whole number of at least 4"),
    "negative_slope": (_is_real, "a finite number"),
    "dropout": (lambda x: _is_real(x) and 0 <= x < 1, "a number from 0 to below 1"),
}
_KEYS = {"batch_size", "optimizer", "generator", "discriminator"}
_OPTIONAL_KEYS = {"epochs", "half_life", "r1"}


def settings(recipe):
    """Return the numbers of a recipe, which is a name in RECIPES or a dict of your own.

    Raise ValueError if there is no recipe of this name, or if the dict is none, with the key
    that is missing, unknown or wrong.
    """
    if isinstance(recipe, str) and recipe in RECIPES:
        return RECIPES[recipe]
    if not isinstance(recipe, dict):
        names = ", ".join(RECIPES)
        raise ValueError(f"recipe must be one of {names}, or a dict, but is {recipe!r}")
    if recipe.keys() - _OPTIONAL_KEYS != _KEYS:
        expected, found = (", ".join(sorted(map(str, k))) for k in (_KEYS, recipe))
        raise ValueError(
            f"a recipe has the keys {expected}, and may have epochs, half_life and r1, "
            f"but this one has {found}"
        )
    _check(recipe, "recipe")
    for part in ("optimizer", "generator", "discriminator"):
        if not isinstance(recipe[part], dict):
            raise ValueError(f"recipe[{part!r}] must be a dict, but is {recipe[part]!r}")
        _check(recipe[part], f"recipe[{part!r}]")
    if "learning_rate" not in recipe["optimizer"]:
        raise ValueError("recipe['optimizer'] has no learning_rate")
    return recipe


def _check(values, name):
    for key, value in values.items():
        holds, words = _RULES.get(key, (lambda _: True, ""))
        if not holds(value):
            raise ValueError(f"{name}[{key!r}] must be {words}, but is {value!r}")


def make_networks(recipe="lecture"):
    """Return a recipe's (generator, discriminator), untrained.

    `recipe` is a name in RECIPES, or a dict of your own with the same keys. Raise ValueError if
    it has a key that the networks have no use for.
    """
    chosen = settings(recipe)
    try:
        return (
            generator_model(**chosen["generator"]),
            discriminator_model(**chosen["discriminator"]),
        )
    except TypeError as error:
        raise ValueError(f"the recipe does not fit the networks: {error}") from None


def make_optimizers(recipe="lecture"):
    """Return the (generator_optimizer, discriminator_optimizer) of a recipe, name or dict: Adam.

    A rate that falls is a function of the step alone, so that a run can be resumed, or go on for
    longer, and is the same.
    """
    chosen = settings(recipe)
    adam, half_life = chosen["optimizer"], chosen.get("half_life")
    if half_life is not None:
        rate = keras.optimizers.schedules.ExponentialDecay(adam["learning_rate"], half_life, 0.5)
        adam = {**adam, "learning_rate": rate}
    return keras.optimizers.Adam(**adam), keras.optimizers.Adam(**adam)
