"""The protocol of a measurement: which images are compared with which, by whom, and how many."""

from tqdm import tqdm

from gan_tutorial.data import checked_images
from gan_tutorial.latent import generate_images, sample_prior

from .copies import memorisation
from .judge import features, load_judge, probabilities
from .measures import digit_measures, frechet_distance
from .neighbours import neighbour_measures, sample_images, two_sample_accuracy

REFERENCE = 10_000  # training images to compare with, because the distance depends on their number
ROUNDING = 1e-3  # of a distance; that of 10,000 test images is a few hundred times larger
AT_LEAST = 65  # images, because fewer span no covariance of 64 features


def evaluate(images, train_images, judge=None):
    """Return all measures of images against real training images, as a dict.

    A judge, which is a classifier of digits, turns images into features. The features are compared
    with those of 10,000 training images, drawn at random, and copies are looked for among all
    training images. Evaluate the same number of test images too, to see what a perfect generator
    could reach. Use 10,000 images, because the distance is larger between smaller sets.

    Args:
        images: the images to measure, (n, 28, 28, 1) in [-1, 1], n at least 65.
        train_images: real images, (m, 28, 28, 1) in [-1, 1], m at least 65.
        judge: a trained `judge_model()`; the one that comes with the tutorial if None.

    Returns:
        number (of images), judge (its name, with its sha256), distance (`frechet_distance`), the
        measures of `digit_measures`, `neighbour_measures` and `memorisation`, and two_sample
        (`two_sample_accuracy`); each of these functions explains its own.

    Raises:
        ValueError: if images are too few, have another shape or range, or hold NaN.
    """
    images, train_images = _checked(images, "images"), _checked(train_images, "training images")
    judge = load_judge() if judge is None else judge
    return _measure(images, train_images, judge, _reference(train_images, judge))


def evaluate_generator(generator, train_images, test_images, number=10_000, *, seed=0):
    """Return the measures of a generator's images beside those of real test images.

    Args:
        generator: a generator that is trained.
        train_images: real images to compare with, (m, 28, 28, 1) in [-1, 1].
        test_images: other real images, what a perfect generator could reach, of which `number`
            are drawn at random.
        number: how many images of each, at least 65; all test images if there are fewer.
        seed: of the latent points.

    Returns:
        "generated" and "test", each with the measures that `evaluate` returns, and "ratio", the
        distance of the generated images divided by that of the test images. The ratio is None if
        the test images are at no distance, because then they are the training images.
    """
    number = min(number, len(test_images))
    points = sample_prior(number, seed=seed, latent_dim=generator.input_shape[-1])
    sets = {
        "generated": generate_images(generator, points),
        "test": sample_images(test_images, number),
    }
    judge, train_images = load_judge(), _checked(train_images, "training images")
    reference = _reference(train_images, judge)
    measures = {
        name: _measure(_checked(images, "images"), train_images, judge, reference)
        for name, images in tqdm(sets.items(), "sets of images", disable=None)
    }
    distance, floor = (measures[name]["distance"] for name in ("generated", "test"))
    return {**measures, "ratio": distance / floor if floor > ROUNDING else None}


def compare(features, reference, judge=None):
    """Return all measures of features (n, 64) against those of a reference, (m, 64).

    These are distance (`frechet_distance`), two_sample (`two_sample_accuracy`), and the measures
    of `digit_measures` and `neighbour_measures`. Both sets of features must be of one judge.
    """
    judge = load_judge() if judge is None else judge
    return {
        "distance": frechet_distance(features, reference),
        **digit_measures(probabilities(judge, features), probabilities(judge, reference)),
        **neighbour_measures(features, reference),
        "two_sample": two_sample_accuracy(features, reference),
    }


def _reference(train_images, judge):
    return features(judge, sample_images(train_images, REFERENCE))


def _measure(images, train_images, judge, reference):
    return {
        "number": len(images),
        "judge": judge.name,
        **compare(features(judge, images), reference, judge),
        **memorisation(images, train_images),
    }


def _checked(images, name):
    images = checked_images(images, name)
    if len(images) < AT_LEAST:
        raise ValueError(
            f"at least {AT_LEAST} {name} are needed for a covariance of 64 features, "
            f"better {REFERENCE:,}, but there are {len(images)}"
        )
    return images
