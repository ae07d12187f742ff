"""From the lecture's recipe towards the fast one, one change at a time: what does each bring?

python benchmarks/ablation.py [--seeds 1 2 3]

Each row of ablation.csv is one training on 60,000 images, each seen once, and the measures of
10,000 images after it. A training that has a row already is not run again. All of it takes half an
hour on two cores.
"""

import argparse
import copy
from pathlib import Path

from rows import add, done

import gan_tutorial as gt

with gt.quiet():
    import keras

RESULTS = Path(__file__).with_suffix(".csv")
COLUMNS = ["recipe", "seed", "steps", "distance", "classifier_score", "precision", "recall"]
CHANGES = {  # in this order: those that save time come first
    "the lecture's": {},
    "batches of 64": {"batch_size": 64},
    "half the channels": {"generator": {"channels": 128}, "discriminator": {"channels": 32}},
    "kernels 4 × 4": {"generator": {"kernel_size": 4}, "discriminator": {"kernel_size": 4}},
    "slope 0.2": {"generator": {"negative_slope": 0.2}, "discriminator": {"negative_slope": 0.2}},
    "no Dropout": {"discriminator": {"dropout": 0.0}},
    "β₁ 0, β₂ 0.99": {"optimizer": {"beta_1": 0.0, "beta_2": 0.99}},
    "rate 0.002": {"optimizer": {"learning_rate": 2e-3}},
    "R1": {"r1": 0.3},
    "falling rate": {"half_life": 2500},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    (images, _), _ = gt.load_mnist()
    for seed in parser.parse_args().seeds:
        for name, recipe in recipes().items():
            if (name, seed) not in done(RESULTS):
                add(
                    RESULTS,
                    {"recipe": name, "seed": seed, **measures(recipe, images, seed)},
                    COLUMNS,
                )


def recipes():
    """Return {name of the last change: recipe}; the last was the fast recipe until it changed."""
    recipe, steps = copy.deepcopy(gt.RECIPES["lecture"]), {}
    for name, change in CHANGES.items():
        for key, value in change.items():
            recipe[key] = {**recipe[key], **value} if isinstance(value, dict) else value
        steps[name] = copy.deepcopy(recipe)
    return steps


def measures(recipe, images, seed):
    """Train on each image once; return the measures of 10,000 generated images."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    networks, optimizers = gt.make_networks(recipe), gt.make_optimizers(recipe)
    step = gt.make_train_step(*networks, *optimizers, seed=seed, r1=recipe.get("r1", 0.0))
    dataset = gt.make_dataset(images, recipe["batch_size"], seed=seed)
    losses = gt.train(dataset, 1, step)
    points = gt.sample_prior(10_000, seed=seed, latent_dim=networks[0].input_shape[-1])
    fakes = gt.generate_images(networks[0], points)
    judge = gt.evaluation.load_judge()
    real = gt.evaluation.sample_images(images, 10_000)
    features, reference = (gt.evaluation.features(judge, x) for x in (fakes, real))
    return {"steps": len(losses), **gt.evaluation.compare(features, reference, judge)}


if __name__ == "__main__":
    main()
