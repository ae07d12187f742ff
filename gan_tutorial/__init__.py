"""Generative adversarial networks on MNIST: a university lecture as a library.

Importing it has no effect, and is quick: TensorFlow is imported by the first name that needs it.
"""

import contextlib
import importlib
import os

_NAMES = {
    "data": ["load_mnist", "make_dataset"],
    "models": ["generator_model", "discriminator_model"],
    "losses": ["generator_loss", "discriminator_loss", "minimax_generator_loss", "r1_penalty"],
    "games": [
        "optimal_discriminator",
        "bilinear",
        "dirac_gan",
        "simultaneous",
        "alternating",
        "extragradient",
        "trajectory",
    ],
    "fourier": ["FourierConv2DTranspose", "convolution_theorem"],
    "recipes": ["RECIPES", "make_networks", "make_optimizers"],
    "training": ["make_train_step", "make_alternating_train_step", "train"],
    "checkpoints": [
        "make_checkpoint",
        "save",
        "resume",
    ],
    "runs.run": ["run"],
    "runs.restore": ["restore", "shipped_run"],
    "runs.records": ["read_losses"],
    "runs.stopping": ["Stopped"],
    "latent": [
        "generate_latent_points",
        "sample_prior",
        "generate_images",
        "interpolation",
        "spherical_interpolation",
    ],
    "evaluation.evaluate": ["evaluate", "evaluate_generator", "compare"],
    "evaluation.measures": ["figures_table", "frechet_distance", "digit_figures"],
    "evaluation.neighbours": [
        "sample",
        "neighbour_figures",
        "two_sample_accuracy",
        "memorisation",
        "nearest_images",
    ],
    "plotting": [
        "show_image",
        "plot_result",
        "plot_pairs",
        "generate_and_save_images",
        "plot_losses",
        "plot_model",
        "save_figure",
    ],
    "movie": ["make_movie"],
    "classroom.explorer": ["explore", "film_strips", "principal_directions"],
    "classroom.live": ["LiveView"],
    "classroom.exercises": ["check_answers"],
    "files": ["DataError", "CheckpointError", "whole_file", "save_images"],
    "evaluation.judge": [
        "judge_model",
        "train_judge",
        "load_judge",
        "features",
        "probabilities",
        "classify",
    ],
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}
__all__ = ["quiet", *_MODULE_OF]


@contextlib.contextmanager
def quiet():
    """Import TensorFlow without its start-up log: `with gt.quiet(): import tensorflow as tf`.

    What is written to file descriptor 2 in the block is dropped, since no setting switches off
    the first five lines (on the processor, and on GPUs that are not there); for the later ones
    TF_CPP_MIN_LOG_LEVEL counts, which TensorFlow reads while it is imported. Python's own errors
    are raised as ever, and both are afterwards as they were. Other C libraries are quiet as well.
    """
    level = os.environ.get("TF_CPP_MIN_LOG_LEVEL")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = level or "3"
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        if level is None:
            del os.environ["TF_CPP_MIN_LOG_LEVEL"]
        else:
            os.environ["TF_CPP_MIN_LOG_LEVEL"] = level


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with quiet():
        value = getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
    globals()[name] = value  # the next look-up is an ordinary one
    return value


def __dir__():
    return sorted([*globals(), *__all__])
