"""The two recipes: the lecture's hyperparameters, and what runs in class on two cores."""

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


def settings(recipe):
    """Return the numbers of a recipe; raise ValueError where there is none of this name."""
    if recipe not in RECIPES:
        raise ValueError(f"recipe must be one of {', '.join(RECIPES)}, but is {recipe!r}")
    return RECIPES[recipe]


def make_networks(recipe="lecture"):
    """Return a recipe's (generator, discriminator), untrained.

    `recipe` is a name in RECIPES, or a dict of your own with the same keys.
    """
    numbers = recipe if isinstance(recipe, dict) else settings(recipe)
    return generator_model(**numbers["generator"]), discriminator_model(**numbers["discriminator"])


def make_optimizers(recipe="lecture"):
    """Return the (generator_optimizer, discriminator_optimizer) of a recipe, name or dict: Adam.

    A rate that falls is a function of the step alone, so that a run can be resumed, or go on for
    longer, and is the same.
    """
    numbers = recipe if isinstance(recipe, dict) else settings(recipe)
    adam, half_life = numbers["optimizer"], numbers.get("half_life")
    if half_life is not None:
        rate = keras.optimizers.schedules.ExponentialDecay(adam["learning_rate"], half_life, 0.5)
        adam = {**adam, "learning_rate": rate}
    return keras.optimizers.Adam(**adam), keras.optimizers.Adam(**adam)
