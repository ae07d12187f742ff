"""Matplotlib Figures that any settings of Matplotlib can draw, and pictures that need none."""

import contextlib
import io

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image, ImageDraw, ImageFont

from .paths import path_ending_in
from .whole import whole_file

# the suffixes of a figure's file; without these metadata equal figures have equal bytes
_METADATA = {
    ".png": {"Software": None},
    ".jpg": None,
    ".jpeg": None,
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


class Picture(Figure):
    """A Matplotlib Figure that a notebook shows, also if pyplot was never imported there.

    It follows the user's settings of Matplotlib. If they ask for LaTeX (`text.usetex`), and LaTeX
    is missing or fails, its texts are drawn without LaTeX.
    """

    without_latex = False

    def draw(self, renderer):
        """Draw the picture, and draw it again without LaTeX if LaTeX fails."""
        if not self.without_latex:
            try:
                return super().draw(renderer)
            except Exception:  # because LaTeX, its fonts and its tools fail in many ways
                if not any(text.get_usetex() for text in self.findobj(Text)):
                    raise
            self.without_latex = True
            if hasattr(renderer, "clear"):
                renderer.clear()
        with matplotlib.rc_context({"text.usetex": False}):  # for texts that drawing makes
            for text in self.findobj(Text):
                text.set_usetex(False)
            return super().draw(renderer)

    def _repr_png_(self):
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()


@contextlib.contextmanager
def standard_style():
    """Draw in the block with Matplotlib's own defaults, whatever the user has set."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield


def write_figure(figure, path):
    """Write a Figure as `save_figure` says; return the path."""
    path = path_ending_in(path, *_METADATA)
    kind = path.suffix.lower()
    salt = {"svg.hashsalt": "gan_tutorial"}  # because the names in an SVG would be random
    with whole_file(path) as temporary, matplotlib.rc_context(salt):
        figure.savefig(temporary, format=kind[1:], dpi=100, metadata=_METADATA[kind])
    return path


def read_picture(path):
    """Return the grey picture in a file; raise ValueError if the file is damaged."""
    try:
        with Image.open(path) as image:
            return image.convert("L")
    except (OSError, SyntaxError) as error:
        raise ValueError(f"damaged picture {str(path)!r}: {error}") from error


def with_epoch(picture, name):
    """Return the picture with a strip below that says the epoch, as its file's name has it."""
    frame = Image.new("L", (picture.width, picture.height + 28), "white")
    frame.paste(picture)
    text = f"epoch {name.rpartition('_')[2].lstrip('0') or '0'}"
    middle = picture.width / 2, picture.height + 12
    ImageDraw.Draw(frame).text(middle, text, "black", ImageFont.load_default(20), anchor="mm")
    return frame
