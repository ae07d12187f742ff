"""Measures of what a judge sees of images: the distance of two sets, and the digits in them."""

import numpy as np

from .neighbours import check_points


def figures_table(sets):
    """Return the figures of one or more sets as lines of text, a column each: {name: figures}."""
    shares = [f"share of digit {digit}" for digit in range(10)]
    columns = [
        {**figures, **dict(zip(shares, figures["digit_shares"], strict=True))}
        for figures in sets.values()
    ]
    names = [name for name, figure in columns[0].items() if isinstance(figure, int | float)]
    width = max(14, *(len(name) + 2 for name in sets))
    rows = [["", *sets]] + [
        [name.replace("_", " "), *(_shown(column[name]) for column in columns)] for name in names
    ]
    return "\n".join(
        f"{row[0]:18}" + "".join(f"{value:>{width}}" for value in row[1:]) for row in rows
    )


def _shown(figure):
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:.3f}"


def frechet_distance(features, reference):
    """Return |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½), of two sets of features (n, 64) and (m, 64).

    It is biased upwards for few images: always compare 10,000 with 10,000. Source: Heusel et al.
    2017, "GANs trained by a two time-scale update rule", section 2, there with another judge.
    Raise ValueError for less than 2 points, for sets of other widths, or not finite.
    """
    check_points(features, reference, 2)
    means = [np.mean(f, axis=0, dtype=np.float64) for f in (features, reference)]
    covariances = [
        np.atleast_2d(np.cov(np.asarray(f, np.float64), rowvar=False))
        for f in (features, reference)
    ]
    values, vectors = np.linalg.eigh(covariances[0])
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    # the eigenvalues of Σ₁Σ₂ are those of the symmetric Σ₁^½ Σ₂ Σ₁^½
    product = np.linalg.eigvalsh(root @ covariances[1] @ root)
    trace_of_root = np.sqrt(np.maximum(product, 0)).sum()
    difference = np.sum((means[0] - means[1]) ** 2)
    return float(difference + np.trace(sum(covariances)) - 2 * trace_of_root)


def digit_figures(probabilities, reference):
    """Return what the judge's answers p(y|x), (n, 10), say about a set, against a reference's.

    classifier_score: exp E KL(p(y|x) ‖ p(y)), from 1 to 10, high where each answer is sure and
    all digits occur (Salimans et al. 2016, section 4, there with another judge). digit_shares:
    how often each digit is the answer. digit_variation: total variation distance of these shares
    from the reference's, from 0 to 1. digits_shown: those with a share above 1 %. confident: the
    share of images of which the judge is surer than 0.9.
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
