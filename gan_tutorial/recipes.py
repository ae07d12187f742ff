"""The two recipes: the lecture's hyperparameters, and what runs in class on two cores."""

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


_KEYS = {
    "batch_size": (numbers.Integral, "a whole number"),
    "optimizer": (dict, "a dict"),
    "generator": (dict, "a dict"),
    "discriminator": (dict, "a dict"),
}
_OPTIONAL_KEYS = {"epochs", "half_life", "r1"}


def settings(recipe):
    """Return the numbers of a recipe, which is a name in RECIPES or a dict of your own.

    Raise ValueError if there is no recipe of this name, or if the dict has not the keys of one.
    """
    if isinstance(recipe, str) and recipe in RECIPES:
        return RECIPES[recipe]
    if not isinstance(recipe, dict):
        names = ", ".join(RECIPES)
        raise ValueError(f"recipe must be one of {names}, or a dict, but is {recipe!r}")
    for name, (kind, words) in _KEYS.items():
        if not isinstance(recipe.get(name), kind):
            raise ValueError(f"recipe[{name!r}] must be {words}, but is {recipe.get(name)!r}")
    if unknown := recipe.keys() - _KEYS.keys() - _OPTIONAL_KEYS:
        known = ", ".join(sorted(_KEYS.keys() | _OPTIONAL_KEYS))
        raise ValueError(f"a recipe has the keys {known}, but this one has {unknown} too")
    return recipe


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
    if not adam.get("learning_rate", 0) > 0:
        raise ValueError(f"learning_rate must be above 0, but the optimizer is {adam}")
    if half_life is not None:
        rate = keras.optimizers.schedules.ExponentialDecay(adam["learning_rate"], half_life, 0.5)
        adam = {**adam, "learning_rate": rate}
    return keras.optimizers.Adam(**adam), keras.optimizers.Adam(**adam)
