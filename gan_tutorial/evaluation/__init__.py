"""What generated images are worth: measures that compare them with real ones."""

from .copies import memorisation, nearest_images, plot_pairs
from .judge import (
    classify,
    features,
    judge_model,
    load_judge,
    probabilities,
    second_judge_model,
    train_judge,
)
from .measures import digit_measures, frechet_distance, measures_table
from .neighbours import neighbour_measures, sample_images, two_sample_accuracy
from .opponent import fresh_opponent, jensen_shannon_bound
from .protocol import compare, evaluate, evaluate_generator

__all__ = [
    "classify",
    "compare",
    "digit_measures",
    "evaluate",
    "evaluate_generator",
    "features",
    "frechet_distance",
    "fresh_opponent",
    "jensen_shannon_bound",
    "judge_model",
    "load_judge",
    "measures_table",
    "memorisation",
    "nearest_images",
    "neighbour_measures",
    "plot_pairs",
    "probabilities",
    "sample_images",
    "second_judge_model",
    "train_judge",
    "two_sample_accuracy",
]
