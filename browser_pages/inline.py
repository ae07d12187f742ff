"""Let the generator fast draw in pages and decks of the course, in the place of pictures.

A cell of a notebook says by its tag what the generator draws there: "live-digits" other digits
than those of the picture, "live-directions" images along directions. The picture stays in the
file, for paper, for browsers without JavaScript, and for whoever presses the button beside it.
"""

import re

import gan_tutorial as gt
from gan_tutorial.files.whole import whole_file
from lecture_pages.ours import check_ours

from .pages import rendered

_PLACE = re.compile(r'class="[^"]*\bcelltag_live-')
_DONE = 'id="program-about"'


def make_live(path):
    """Let the generator draw in a page or deck, if a cell there asks for it.

    Return whether a cell does. Raise FileExistsError if the file was not made by us.
    """
    check_ours(path)
    html = path.read_text(encoding="utf-8")
    if not _PLACE.search(html):
        return False
    if _DONE not in html:
        with whole_file(path) as temporary:
            temporary.write_text(with_generator(html), encoding="utf-8")
    return True


def with_generator(html):
    """Return the HTML of a page or deck with the generator fast and the program that draws."""
    generator, _ = gt.restore("fast")
    start = gt.sample_prior(20, seed=11, latent_dim=generator.input_shape[-1])[0]
    about = {
        # the point and the directions of the picture in notebook 04
        "start": start.astype(float).round(5).tolist(),
        "directions": gt.principal_directions(generator, 4).astype(float).round(5).tolist(),
    }
    program = rendered(
        "inline", {"fast": generator}, about, "computer", "canvas", "latent", "inline"
    )
    before, after = html.rsplit("</body>", 1)
    return f"{before}{program}</body>{after}"
