"""Make the pages: one HTML file each, which holds its text, style, JavaScript and networks."""

import json
import re
from importlib.resources import files
from pathlib import Path

import jinja2
import numpy as np

import gan_tutorial as gt
from gan_tutorial.files.whole import whole_file
from lecture_pages.ours import check_ours

from .networks import packed

HERE = files(__package__)
STORIES = {
    "fast": "This network was trained for eight minutes. About three of four images are clean.",
    "lecture": "This network has the lecture's numbers and was trained for more than three hours. "
    "About one of three images is clean, and each image takes four times as long to draw.",
    "vae": "This network is the decoder of a variational autoencoder, trained by a likelihood. "
    "Its images are softer, and many points of the prior lead to no digit.",
}


def explore():
    """Return the HTML of the page on the latent space."""
    pairs = {name: gt.restore(name) for name in STORIES}
    networks = {name: generator for name, (generator, _) in pairs.items()}
    networks |= {"encoder": pairs["vae"][1], "judge": gt.evaluation.load_judge()}
    networks |= {f"{name}-discriminator": pairs[name][1] for name in ("fast", "lecture")}
    about = {name: _about(name, generator) for name, (generator, _) in pairs.items()}
    about["vae"]["codes"] = _codes(pairs["vae"][1])
    return rendered("explore", networks, about)


def _about(name, generator):
    directions = gt.principal_directions(generator, 5)
    about = {"latent_dim": generator.input_shape[-1], "story": STORIES[name]}
    about["directions"] = directions.astype(float).round(5).tolist()
    return about if name == "vae" else {**about, "discriminator": f"{name}-discriminator"}


def _codes(encoder):
    """Return the latent point of the first test image of each digit."""
    _, (images, labels) = gt.load_mnist()
    first = images[[np.flatnonzero(labels == digit)[0] for digit in range(10)]]
    mean, _ = gt.autoencoder.encode(encoder, np.sign(first + 1e-6))
    return np.asarray(mean, float).round(5).tolist()


def rendered(page, networks, about):
    """Return the HTML of a page with its networks and what it has to know about them."""
    template = jinja2.Template((HERE / f"{page}.html").read_text("utf-8"), autoescape=False)
    return template.render(
        style=(HERE / "style.css").read_text("utf-8"),
        about=json.dumps(about),
        networks={name: packed(network) for name, network in networks.items()},
        worker=joined("network", "worker"),
        script=joined("computer", "canvas", "latent", page),
    )


def joined(*modules):
    """Return the JavaScript of several modules as one program, which needs no import."""
    texts = [(HERE / "js" / f"{module}.js").read_text("utf-8") for module in modules]
    text = re.sub(r"^import\s[^;]*;\n|^export ", "", "\n".join(texts), flags=re.MULTILINE)
    return f"(() => {{\n{text}}})();\n"


def write(output="build"):
    """Write all pages into a folder, and return their paths.

    Raise FileExistsError if a file with the name of a page is there and was not made by us.
    """
    target = Path(output) / "explore.html"
    check_ours(target)
    with whole_file(target) as temporary:
        temporary.write_text(explore(), encoding="utf-8")
    return [target]
