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
    # many small steps of small networks: far better pictures per minute
    "fast": {
        "epochs": 10,
        "batch_size": 64,
        "optimizer": {"learning_rate": 1e-3, "beta_1": 0.5},
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
    """Return a recipe's (generator, discriminator), untrained. `recipe` is a name in RECIPES."""
    generator = generator_model(**settings(recipe)["generator"])
    return generator, discriminator_model(**settings(recipe)["discriminator"])


def make_optimizers(recipe="lecture"):
    """Return a recipe's (generator_optimizer, discriminator_optimizer), both Adam."""
    numbers = settings(recipe)["optimizer"]
    return keras.optimizers.Adam(**numbers), keras.optimizers.Adam(**numbers)
