"""The command line: gan-tutorial train | generate | movie."""

import argparse
import logging
import math
import signal
import sys
import warnings
from pathlib import Path

from gan_tutorial.stopping import termination_raises


def main(arguments=None):
    """Run a command; return the exit status: 0, 1 with one line on stderr, 128 + a signal."""
    options = _parser().parse_args(arguments)
    # what TensorFlow remarks on a checkpoint that does not fit would bury our one line
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), termination_raises():
            # one line, as for errors, without the place in the code
            warnings.showwarning = lambda message, *_: print(
                f"gan-tutorial: {message}", file=sys.stderr
            )
            options.command(options)
    except (OSError, ValueError, MemoryError) as error:
        print(f"gan-tutorial: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as error:
        print(f"gan-tutorial: {str(error) or 'interrupted'}", file=sys.stderr)
        return 128 + getattr(error, "signal", signal.SIGINT)
    return 0


def _parser():
    parser = argparse.ArgumentParser("gan-tutorial", description="GANs on MNIST.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(commands)
    _add_generate(commands)
    _add_movie(commands)
    return parser


def _add_train(commands):
    command = commands.add_parser("train", help="train the two networks in a run's folder")
    command.set_defaults(command=_train)
    command.add_argument("--recipe", choices=("lecture", "fast"), help="default: lecture")
    command.add_argument("--epochs", type=_natural, metavar="N", help="default: the recipe's")
    command.add_argument("--batch-size", type=_natural, metavar="N", help="default: the recipe's")
    command.add_argument("--seed", type=_seed, metavar="N", help="default: drawn and written down")
    command.add_argument("--limit", type=_natural, metavar="N", help="the first N images only")
    command.add_argument("--precision", choices=("float32", "mixed_bfloat16"))
    command.add_argument("--output", type=Path, metavar="DIR", help="default: runs/<recipe>")
    command.add_argument("--resume", action="store_true", help="go on with the run in DIR")


def _add_generate(commands):
    command = commands.add_parser("generate", help="write images from a trained generator")
    command.set_defaults(command=_generate)
    command.add_argument("--checkpoint", type=Path, metavar="DIR", help="default: the shipped one")
    command.add_argument("--number", type=_natural, default=100, metavar="N", help="default: 100")
    command.add_argument("--scale-means", type=_finite, metavar="X", help="the lecture's points")
    command.add_argument("--scale-stds", type=_finite, metavar="X", help="the lecture's points")
    command.add_argument("--seed", type=_seed, metavar="N")
    command.add_argument(
        "--output", type=_picture, required=True, metavar="FILE", help=".png: a grid; .npz: raw"
    )


def _add_movie(commands):
    command = commands.add_parser("movie", help="join a run's pictures into generation.gif")
    command.set_defaults(command=_movie)
    command.add_argument(
        "directory", type=Path, nargs="?", default=Path(), help="the run's folder; default: here"
    )


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

    def images(number):
        if options.scale_means is None and options.scale_stds is None:
            points = gt.sample_prior(number, seed=rng)
        else:
            scales = [1 if s is None else s for s in (options.scale_means, options.scale_stds)]
            points = gt.generate_latent_points(number, *scales, seed=rng)
        return gt.generate_images(generator, points)

    if options.output.suffix == ".png":
        gt.save_figure(gt.plot_result(images(options.number)), options.output)
    else:
        parts = range(0, options.number, 1024)  # memory stays flat
        parts = (min(1024, options.number - i) for i in tqdm(parts, "images", disable=None))
        gt.save_images(map(images, parts), options.number, options.output)
    print(f"{options.number} images in {options.output}")


def _movie(options):
    import gan_tutorial as gt

    directory = options.directory / "images_from_seed_images"
    print(gt.make_movie(directory if directory.is_dir() else options.directory))


def _natural(text):
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, but is {number}")
    return number


def _whole(text):
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, but is {text!r}") from None


def _seed(text):
    number = _whole(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"must be from 0 to 2³² - 1, but is {number}")
    return number


def _finite(text):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"must be a finite number, but is {text!r}")
    return number


def _picture(text):
    path = Path(text)
    if path.suffix not in (".png", ".npz"):
        raise argparse.ArgumentTypeError(f"must end in .png or .npz, but is {text!r}")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"must be a file, but {text!r} is a folder")
    return path


if __name__ == "__main__":
    sys.exit(main())
