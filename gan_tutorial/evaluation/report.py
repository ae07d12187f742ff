"""What the command `evaluate` prints, and of how many images."""

import warnings

from .measures import measures_table


def size_of_sets(number, test_images):
    """Return how many images of each set there can be; warn if they are few."""
    size = min(number, len(test_images))
    if size < max(number, 10_000):
        warnings.warn(
            f"each set has {size:,} images; distances are larger between smaller sets, so compare "
            "them only with distances between sets of this size",
            stacklevel=2,
        )
    return size


def describe(found):
    """Return the measures of `evaluate_generator` as a table, and in words."""
    measures = {name: found[name] for name in ("generated", "test")}
    ratio = "not comparable with that of the test images, which are at no distance"
    if found["ratio"] is not None:
        ratio = f"{found['ratio']:.1f} times that of the test images"
    return (
        f"{measures_table(measures).to_string()}\n"
        f"The distance of the generated images is {ratio}.\n"
        f"The images were judged by {measures['generated']['judge']}."
    )
