"""Digits for the eye: a mixture of real and generated images, to be judged without knowing which.

python tools/by_eye.py sheets FOLDER           writes sheet_1.png ... and key.csv (which is which)
python tools/by_eye.py count FOLDER ANSWERS... counts the answers into benchmarks/by_eye.csv

Each file of answers is a table with the columns number and answer (clean, damaged or none), and
each is of another reader. The images are 100 of each kind,
in an order that is drawn at random.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import gan_tutorial as gt

NUMBER, PER_SHEET, SEED = 100, 50, 20261126
ANSWERS = ["clean", "damaged", "none"]
RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "by_eye.csv"


def sheets(folder):
    """Write the sheets, each of 50 numbered images, and the key to them."""
    folder.mkdir(parents=True, exist_ok=True)
    _, (test_images, _) = gt.load_mnist()
    sets = {"real": gt.evaluation.sample_images(test_images, NUMBER, seed=SEED)}
    for name in ("fast", "lecture"):
        generator, _ = gt.restore(name)
        points = gt.sample_prior(NUMBER, seed=SEED, latent_dim=generator.input_shape[-1])
        sets[name] = gt.generate_images(generator, points)
    order = np.random.default_rng(SEED).permutation(len(sets) * NUMBER)
    images = np.concatenate(list(sets.values()))[order]
    kinds = np.repeat(list(sets), NUMBER)[order]
    numbers = np.arange(1, len(images) + 1)
    for start in range(0, len(images), PER_SHEET):
        part = slice(start, start + PER_SHEET)
        sheet = gt.plot_result(images[part], columns=10, titles=numbers[part], size=1.0)
        gt.plotting.save_figure(sheet, folder / f"sheet_{start // PER_SHEET + 1}.png")
    pd.DataFrame({"number": numbers, "kind": kinds}).to_csv(folder / "key.csv", index=False)


def count(folder, answers):
    """Count how often each answer was given to each kind of image, by each who answered."""
    key = pd.read_csv(folder / "key.csv", index_col="number")
    tables = []
    for reader, path in enumerate(answers, 1):
        given = pd.read_csv(path, index_col="number")["answer"].str.strip()
        if set(given.index) != set(key.index) or not given.isin(ANSWERS).all():
            raise SystemExit(f"{path}: an answer (clean, damaged or none) for each image, please")
        counts = pd.crosstab(key["kind"], given).reindex(columns=ANSWERS, fill_value=0)
        tables.append(counts.reset_index().assign(reader=reader))
    table = pd.concat(tables)[["kind", "reader", *ANSWERS]].sort_values(["kind", "reader"])
    table.to_csv(RESULTS, index=False, lineterminator="\n")
    print(table.to_markdown(index=False))


def main(arguments):
    """Do what the first argument says."""
    if len(arguments) == 2 and arguments[0] == "sheets":
        sheets(Path(arguments[1]))
    elif len(arguments) > 2 and arguments[0] == "count":
        count(Path(arguments[1]), [Path(argument) for argument in arguments[2:]])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
