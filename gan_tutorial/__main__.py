"""The command line: gan-tutorial train | generate | evaluate | movie | slides | grade."""

import contextlib
import json
import os
import sys
import warnings
from pathlib import Path

import click
from tqdm import tqdm

import gan_tutorial as gt
from gan_tutorial.console import file_ending_in, finite, given_options, path, run_command, say
from gan_tutorial.files.whole import save_images
from gan_tutorial.runs.cluster import strategy_of_environment
from gan_tutorial.runs.stopping import until_signal
from gan_tutorial.runs.workers import end_with_parent, last_word_to_parent, train_together

option = click.option
IMAGES = file_ending_in(".png", ".npz")
NATURAL, SEED = click.IntRange(min=1), click.IntRange(0, 2**32 - 1)
ENOUGH = click.IntRange(min=65)  # images, because fewer span no covariance of 64 features
SECONDS = click.FloatRange(min=0, min_open=True)
PRECISION = click.Choice(("float32", "mixed_bfloat16"))
RECIPE = click.Choice(("lecture", "fast", "quick", "vae"))
checkpoint_option = option(
    "--checkpoint",
    metavar="RUN",
    show_default="the lecture's shipped network",
    help="A run's folder, its training_checkpoints, or a shipped network: lecture, fast, vae.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def cli():
    """Train GANs on MNIST, and generate and measure images."""


@cli.command()
@option("--recipe", type=RECIPE, show_default="lecture", help="The networks and their training.")
@option("--epochs", type=NATURAL, show_default="the recipe's", help="Train up to this epoch.")
@option("--batch-size", type=NATURAL, show_default="the recipe's", help="The images of a step.")
@option("--seed", type=SEED, show_default="random", help="The seed of the run.")
@option("--limit", type=NATURAL, show_default="all", help="Take the first training images only.")
@option("--precision", type=PRECISION, show_default="float32", help="The precision of the numbers.")
@option("--output", type=path, show_default="runs/<recipe>", help="The run's folder.")
@option("--resume", is_flag=True, help="Go on with the run in the folder.")
@option("--workers", type=NATURAL, default=1, help="The processes that share each minibatch.")
def train(recipe, limit, output, workers, **options):
    """Train the two networks in a run's folder.

    If a run is resumed, its own recipe, batch size, seed and precision are the defaults, and its
    images must be the same, so repeat --limit.
    """
    directory = output or Path("runs") / (recipe or "lecture")
    if workers > 1 and "TF_CONFIG" in os.environ:
        raise click.UsageError("TF_CONFIG names the workers already: leave out --workers")
    if workers > 1:
        return train_together(workers, given_options("workers"), directory)
    end_with_parent()
    with last_word_to_parent():
        strategy = strategy_of_environment()
        (train_images, _), _ = gt.load_mnist()
        gt.run(train_images[:limit], directory, recipe, strategy=strategy, **options)
    print(f"The run is in {directory}")


@cli.command()
@checkpoint_option
@option("--number", type=NATURAL, default=100, help="The number of images.")
@option("--scale-means", type=finite, metavar="X", help="The scale of the points' means.")
@option("--scale-stds", type=finite, metavar="X", help="The scale of the points' deviations.")
@option("--seed", type=SEED, show_default="random", help="The seed of the latent points.")
@option("--output", type=IMAGES, required=True, help="A .png grid, or raw images as .npz.")
def generate(checkpoint, number, scale_means, scale_stds, seed, output):
    """Write images from a trained generator.

    The latent points are drawn from N(0, I), on which the generator was trained. If a scale is
    given, they are the lecture's latent points instead, and the other scale is 1 by default.
    """
    with gt.quiet():
        from gan_tutorial.latent import image_source

    generator, _ = gt.restore(checkpoint)
    images = image_source(generator, scale_means, scale_stds, seed)
    if output.suffix == ".png":
        gt.plotting.save_figure(gt.plot_result(images(number)), output)
    else:
        with tqdm(range(0, number, 1024), "images", disable=None) as starts:
            parts = (images(min(1024, number - start)) for start in starts)
            save_images(until_signal(parts), number, output)
    print(f"{number} images in {output}")


@cli.command()
@checkpoint_option
@option("--number", type=ENOUGH, default=10_000, help="The number of images of each set.")
@option("--seed", type=SEED, default=0, help="The seed of the latent points.")
@option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
@option("--pairs", type=file_ending_in(".png"), help="A .png file for the closest pairs.")
def evaluate(checkpoint, number, seed, as_json, pairs):
    """Measure generated images against real images.

    Equally many generated images and real test images are compared with the training images. The
    distance is the better the smaller it is; precision, recall and coverage are at best what the
    test images reach; two sample is at best 1/2. Notebook 05 explains all measures.
    """
    with gt.quiet():
        from gan_tutorial.evaluation.report import describe, size_of_sets
        from gan_tutorial.runs.restore import data_differs

    with contextlib.redirect_stdout(sys.stderr):  # because stdout is for the measures alone
        generator, _ = gt.restore(checkpoint)
        (train_images, _), (test_images, _) = gt.load_mnist()
    if (differs := data_differs(checkpoint, train_images)) is not None:
        warnings.warn(f"the network was trained on {differs}", stacklevel=1)
    number = size_of_sets(number, test_images)
    found = gt.evaluation.evaluate_generator(
        generator, train_images, test_images, number, seed=seed
    )
    print(json.dumps(found, indent=2) if as_json else describe(found))
    if pairs is not None:
        points = gt.sample_prior(number, seed=seed, latent_dim=generator.input_shape[-1])
        images = gt.generate_images(generator, points)  # the same images once more
        closest = found["generated"]["closest"]
        gt.plotting.save_figure(gt.evaluation.plot_pairs(images, train_images, closest), pairs)


@cli.command()
@click.argument("directory", type=path, required=False)
@option("--checkpoint", metavar="RUN", help="A run's folder, or the name of a shipped network.")
def movie(directory, checkpoint):
    """Join a run's pictures into generation.gif.

    DIRECTORY is the run's folder or a folder of pictures; the current folder if none is given.
    """
    if directory and checkpoint:
        raise click.UsageError("give a DIRECTORY or --checkpoint, not both")
    if checkpoint:
        with gt.quiet():
            from gan_tutorial.runs.restore import run_folder
        directory = run_folder(checkpoint)
    pictures = (directory := directory or Path()) / "images_from_seed_images"
    print(gt.make_movie(pictures if pictures.is_dir() else directory))


@cli.command()
@click.argument("notebooks", type=path, nargs=-1)
@option("--output", type=path, default="build/slides", help="The folder of the slides.")
def slides(notebooks, output):
    """Make slides of executed notebooks.

    If no NOTEBOOKS are given, those in notebooks/ and notebooks/solutions/ are used.
    """
    from lecture_pages.decks import make_decks

    lessons = [*Path("notebooks").glob("*.ipynb"), *Path("notebooks").glob("solutions/*.ipynb")]
    failed = False
    for made in make_decks(notebooks or sorted(lessons), output):
        if isinstance(made, Exception):
            failed = True
            say(made)
        else:
            print(made, flush=True)
    return int(failed)


@cli.command()
@click.argument("notebooks", type=path, nargs=-1, required=True, metavar="NOTEBOOK...")
@option("--json", "as_json", is_flag=True, help="Print the marks as JSON.")
@option("--csv", "as_csv", is_flag=True, help="Print the marks as CSV.")
@option("--timeout", type=SECONDS, default=120, help="The seconds that an exercise may take.")
@option("--solutions", type=path, help="The folder of solutions; by default the project's.")
def grade(notebooks, as_json, as_csv, timeout, solutions):
    """Grade the exercises of handed-in notebooks.

    Of a folder all notebooks are graded. Their code runs as you, in a temporary folder, without
    protection from code that means harm.
    """
    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both")
    from gan_tutorial.grading import gradebook, lessons, marks, table, verdicts

    ours = lessons.read_lessons(solutions)
    show = marks.as_json if as_json else marks.as_csv if as_csv else table.as_tables
    found = gradebook.grade_all(notebooks, ours, timeout, show)
    return int(all(mark.result == verdicts.NOT_GRADED for mark in found))


def main(arguments=None):
    """Run a command; return the exit status, see `console.run_command`."""
    return run_command(cli, arguments)


if __name__ == "__main__":
    sys.exit(main())
