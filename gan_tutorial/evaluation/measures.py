"""Measures of what a judge sees of images: the distance of two sets, and the digits in them."""

import numpy as np
import pandas as pd

from .neighbours import check_points


def measures_table(sets):
    """Return the measures of one or more sets of images as a pandas table of text.

    `sets` is {name of the set: its measures}, as `evaluate` returns them. The table has a column
    for each set and a row for each measure that is a number.
    """
    columns = {name: pd.Series(_flat(measures), dtype=object) for name, measures in sets.items()}
    table = pd.DataFrame(columns)
    return table.map(lambda value: f"{value:,}" if isinstance(value, int) else f"{value:.3f}")


def _flat(measures):
    """Return {name for people: value} of all measures that are numbers, each digit's share too."""
    shares = {f"share of digit {i}": share for i, share in enumerate(measures["digit_shares"])}
    return {
        name.replace("_", " "): value
        for name, value in {**measures, **shares}.items()
        if isinstance(value, int | float)
    }


def frechet_distance(features, reference):
    """Return |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½) of two sets of features (n, 64) and (m, 64).

    The distance is biased upwards if there are few images, so compare as many with as many, and
    10,000 with 10,000 if you can. Raise ValueError if a set has fewer than 2 points, if the sets
    have different widths, or if a feature is not finite. Source: Heusel et al. 2017, "GANs
    trained by a two time-scale update rule", section 2, where another network is the judge.
    """
    check_points(features, reference, 2)
    means = [np.mean(f, axis=0, dtype=np.float64) for f in (features, reference)]
    covariances = [
        np.atleast_2d(np.cov(np.asarray(f, np.float64), rowvar=False))
        for f in (features, reference)
    ]
    values, vectors = np.linalg.eigh(covariances[0])
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    # the eigenvalues of Σ₁Σ₂ are those of the symmetric matrix Σ₁^½ Σ₂ Σ₁^½
    product = np.linalg.eigvalsh(root @ covariances[1] @ root)
    trace_of_root = np.sqrt(np.maximum(product, 0)).sum()
    difference = np.sum((means[0] - means[1]) ** 2)
    distance = difference + np.trace(sum(covariances)) - 2 * trace_of_root
    return max(0.0, float(distance))  # because rounding can leave a little less than 0


def digit_measures(probabilities, reference):
    """Return what the judge's answers p(y|x), (n, 10), say about a set of images.

    The answers are compared with those for a reference set, (m, 10). The measures are:

    - classifier_score: exp E KL(p(y|x) ‖ p(y)), from 1 to 10. It is high if each answer is sure
      and all digits occur (Salimans et al. 2016, section 4, where another network is the judge).
    - digit_shares: the share of images that the judge takes for each digit.
    - digit_variation: the total variation distance of these shares from the reference's, from
      0 to 1.
    - digits_shown: how many digits have a share above 1 %.
    - confident: the share of images whose most probable digit has a probability above 0.9.
    """
    p = np.asarray(probabilities, np.float64)
    divergences = np.sum(p * (np.log(p + 1e-30) - np.log(p.mean(axis=0) + 1e-30)), axis=1)
    shares, real_shares = (
        np.bincount(np.argmax(answers, axis=1), minlength=10) / len(answers)
        for answers in (p, reference)
    )
    return {
        "classifier_score": float(np.exp(divergences.mean())),
        "digit_shares": shares.tolist(),
        "digit_variation": float(np.abs(shares - real_shares).sum() / 2),
        "digits_shown": int(np.sum(shares > 0.01)),
        "confident": float(np.mean(p.max(axis=1) > 0.9)),
    }
