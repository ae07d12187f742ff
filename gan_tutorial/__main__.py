"""The command line: gan-tutorial train | generate | evaluate | movie | slides."""

import contextlib
import json
import logging
import os
import signal
import sys
import warnings
from pathlib import Path

from gan_tutorial.arguments import make_parser
from gan_tutorial.runs.stopping import termination_raises, until_signal


def main(arguments=None):
    """Run a command; return the exit status: 0, 1 with one line on stderr, 128 + a signal."""
    options = make_parser().parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):  # a file's name may hold what a terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    # what TensorFlow remarks on a checkpoint that does not fit would bury our one line
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), termination_raises():
            # one line, as for errors, without the place in the code
            warnings.showwarning = lambda message, *_: print(
                f"gan-tutorial: {message}", file=sys.stderr
            )
            return COMMANDS[options.command](options) or 0
    except (OSError, ValueError, MemoryError) as error:
        print(f"gan-tutorial: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(f"gan-tutorial: {error}: pip install 'gan_tutorial[notebooks]'", file=sys.stderr)
        return 1
    except Exception as error:
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is None or not isinstance(error, tensorflow.errors.OpError):
            raise
        print(f"gan-tutorial: TensorFlow: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as error:
        _last_words(f"gan-tutorial: {str(error) or 'interrupted'}")
        return 128 + getattr(error, "signal", signal.SIGINT)


def _last_words(line):
    """Print a line on stderr, or nothing from here on if the terminal has closed."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        # what is left unsaid must not be tried again when Python ends, which would be status 120
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())


def _train(options):
    import gan_tutorial as gt

    directory = options.output or Path("runs") / (options.recipe or "lecture")
    (train_images, _), _ = gt.load_mnist()
    gt.run(
        train_images[: options.limit],
        directory,
        options.recipe,
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        precision=options.precision,
        resume=options.resume,
    )
    print(f"The run is in {directory}")


def _generate(options):
    import numpy as np
    from tqdm import tqdm

    import gan_tutorial as gt

    generator, _ = gt.restore(options.checkpoint)
    rng = np.random.default_rng(options.seed)  # one stream: the images do not depend on the parts
    kind = {"seed": rng, "latent_dim": generator.input_shape[-1]}

    def images(number):
        if options.scale_means is None and options.scale_stds is None:
            points = gt.sample_prior(number, **kind)
        else:
            scales = [1 if s is None else s for s in (options.scale_means, options.scale_stds)]
            points = gt.generate_latent_points(number, *scales, **kind)
        return gt.generate_images(generator, points)

    if options.output.suffix == ".png":
        gt.save_figure(gt.plot_result(images(options.number)), options.output)
    else:
        parts = range(0, options.number, 1024)  # memory stays flat
        parts = (min(1024, options.number - i) for i in tqdm(parts, "images", disable=None))
        gt.save_images(until_signal(map(images, parts)), options.number, options.output)
    print(f"{options.number} images in {options.output}")


def _evaluate(options):
    import gan_tutorial as gt

    with contextlib.redirect_stdout(sys.stderr):  # where MNIST is from is no figure
        generator, _ = gt.restore(options.checkpoint)
        (train_images, _), (test_images, _) = gt.load_mnist()
    number = min(options.number, len(test_images))
    if number < max(options.number, 10_000):
        warnings.warn(
            f"figures of {number:,} images each: distances are larger than of 10,000, and compare "
            "with those of as many images only",
            stacklevel=1,
        )
    found = gt.evaluate_generator(generator, train_images, test_images, number, seed=options.seed)
    figures = {name: found[name] for name in ("generated", "test")}
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        print(gt.figures_table(figures))
        print(f"The distance is {found['ratio']:.1f} times that of the test images.")
        print(f"Seen by {figures['generated']['judge']}")
    if options.pairs:
        points = gt.sample_prior(number, seed=options.seed, latent_dim=generator.input_shape[-1])
        images = gt.generate_images(generator, points)  # the same once more
        pairs = gt.plot_pairs(images, train_images, figures["generated"]["closest"])
        gt.save_figure(pairs, options.pairs)


def _movie(options):
    import gan_tutorial as gt

    directory = options.directory / "images_from_seed_images"
    print(gt.make_movie(directory if directory.is_dir() else options.directory))


def _slides(options):
    from lecture_pages.decks import make_decks

    lessons = [*Path("notebooks").glob("*.ipynb"), *Path("notebooks").glob("solutions/*.ipynb")]
    failed = False
    for made in make_decks(options.notebooks or sorted(lessons), options.output):
        if isinstance(made, Exception):
            failed = True
            print(f"gan-tutorial: {made}", file=sys.stderr)
        else:
            print(made, flush=True)
    return int(failed)


COMMANDS = {
    "train": _train,
    "generate": _generate,
    "evaluate": _evaluate,
    "movie": _movie,
    "slides": _slides,
}

if __name__ == "__main__":
    sys.exit(main())
