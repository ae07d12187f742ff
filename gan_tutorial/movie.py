"""The movie of a run: its pictures of the same latent points, one after the other."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .files import whole_file


def make_movie(directory="images_from_seed_images", path=None):
    """Join a folder's image_at_epoch_*.png into an endless GIF, 8 a second, epochs below.

    Return its path, `generation.gif` in the same folder unless another is given. The old file
    stays until the new one is whole. Raise FileNotFoundError where there is no picture, and
    ValueError that names the file where one is damaged.
    """
    pictures = Path(directory).glob("image_at_epoch_*.png")
    pictures = sorted(pictures, key=lambda path: (len(path.name), path.name))  # 1000 after 999
    if not pictures:
        raise FileNotFoundError(f"no image_at_epoch_*.png in {str(directory)!r}")
    first, *others = [_with_epoch(_read_picture(picture), picture.stem) for picture in pictures]
    path = Path(directory) / "generation.gif" if path is None else Path(path)
    with whole_file(path) as temporary:
        first.save(
            temporary, format="GIF", save_all=True, append_images=others, duration=125, loop=0
        )
    return path


def _read_picture(path):
    try:
        with Image.open(path) as image:
            return image.convert("L")
    except (OSError, SyntaxError) as error:
        raise ValueError(f"damaged picture {str(path)!r}: {error}") from error


def _with_epoch(picture, name):
    """Return the picture with a strip below that says the epoch, as its file's name has it."""
    frame = Image.new("L", (picture.width, picture.height + 28), "white")
    frame.paste(picture)
    text = f"epoch {name.rpartition('_')[2].lstrip('0') or '0'}"
    middle = picture.width / 2, picture.height + 12
    ImageDraw.Draw(frame).text(middle, text, "black", ImageFont.load_default(20), anchor="mm")
    return frame
