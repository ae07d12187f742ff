"""Make the pages: one HTML file each, which holds its text, style, JavaScript and networks."""

import base64
import json
import re
from importlib.resources import files
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd

import gan_tutorial as gt
from gan_tutorial.files.whole import whole_file
from lecture_pages.ours import check_ours

from .networks import packed

HERE = files(__package__)
TEMPLATES = jinja2.Environment(loader=jinja2.PackageLoader(__package__, ""), autoescape=False)
IMAGES = 150  # of each kind on the page of the duel, from which it draws at random
STORIES = {
    "fast": "This network was trained for eight minutes. About three of four images are clean.",
    "lecture": "This network has the lecture's numbers and was trained for more than three hours. "
    "About one of three images is clean, and each image takes several times as long to draw.",
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
    about["vae"]["codes"] = _codes(*pairs["vae"])
    return rendered("explore", networks, about, "computer", "canvas", "latent", "explore")


def _about(name, generator):
    directions = gt.principal_directions(generator, 5)
    about = {"latent_dim": generator.input_shape[-1], "story": STORIES[name]}
    about["directions"] = directions.astype(float).round(5).tolist()
    return about if name == "vae" else {**about, "discriminator": f"{name}-discriminator"}


def _codes(decoder, encoder):
    """Return for each digit the latent point of a test image that its decoder draws clearly.

    Among the first 100 test images of the digit it is the one of whose decoded image the judge is
    most sure, because some images of MNIST are hard to read.
    """
    _, (images, labels) = gt.load_mnist()
    judge = gt.evaluation.load_judge()
    codes = []
    for digit in range(10):
        those = images[labels == digit][:100]
        mean, _ = gt.autoencoder.encode(encoder, np.sign(those + 1e-6))
        decoded = gt.generate_images(decoder, np.asarray(mean))
        sure = gt.evaluation.probabilities(judge, gt.evaluation.features(judge, decoded))
        codes.append(np.asarray(mean, float)[sure[:, digit].argmax()].round(5).tolist())
    return codes


def duel():
    """Return the HTML of the page on which the reader plays against the discriminator."""
    generator, discriminator = gt.restore("fast")
    (train_images, _), (test_images, _) = gt.load_mnist()
    opponent = _fresh_opponent(generator, train_images)
    images = {
        "real": gt.evaluation.sample_images(test_images, IMAGES, seed=3),
        "generated": gt.generate_images(generator, gt.sample_prior(IMAGES, seed=33, latent_dim=32)),
    }
    counts = pd.read_csv(gt.shipped_run() / "benchmarks" / "by_eye.csv").query("kind == 'fast'")
    about = {kind: _asked(each, discriminator, opponent) for kind, each in images.items()}
    about["readers"] = [
        {"name": f"reader {number}", **row[["clean", "damaged", "none"]].astype(int).to_dict()}
        for number, (_, row) in enumerate(counts.iterrows(), 1)
    ]
    return rendered("duel", {}, about, "canvas", "duel")


def _fresh_opponent(generator, train_images):
    """Return a discriminator that was trained against a finished generator, as in notebook 03."""
    real = gt.evaluation.sample_images(train_images, 12_800)
    points = gt.sample_prior(len(real), seed=2, latent_dim=generator.input_shape[-1])
    known = gt.generate_images(generator, points)
    return gt.evaluation.fresh_opponent(real, known, seed=1, epochs=8)


def _asked(images, *networks):
    """Return images as bytes in base64, each with the logits of two networks."""
    grey = np.rint(127.5 * (images + 1)).astype(np.uint8)
    logits = [network.predict(images, verbose=0).ravel().tolist() for network in networks]
    return [
        {"pixels": base64.b64encode(pixels.tobytes()).decode(), "discriminator": d, "opponent": o}
        for pixels, d, o in zip(grey, *logits, strict=True)
    ]


def rendered(page, networks, about, *modules):
    """Return the HTML of a template with networks and what its program has to know about them."""
    return TEMPLATES.get_template(f"{page}.html").render(
        about=about,
        json=json.dumps(about),
        networks={name: packed(network) for name, network in networks.items()},
        worker=joined("product", "network", "worker"),
        script=joined(*modules),
    )


def joined(*modules):
    """Return the JavaScript of several modules as one program, which needs no import."""
    texts = [(HERE / "js" / f"{module}.js").read_text("utf-8") for module in modules]
    text = re.sub(r"^import\s[^;]*;\n|^export ", "", "\n".join(texts), flags=re.MULTILINE)
    return f"(() => {{\n{text}}})();\n"


def game():
    """Return the HTML of the page on which a GAN is trained in the plane."""
    return rendered("game", {}, {}, "product", "latent", "game", "play")


PAGES = explore, game, duel


def write(output="build"):
    """Write all pages into a folder, and return their paths.

    Raise FileExistsError if a file with the name of a page is there and was not made by us.
    """
    targets = {Path(output) / f"{page.__name__}.html": page for page in PAGES}
    for target in targets:
        check_ours(target)
    for target, page in targets.items():
        with whole_file(target) as temporary:
            temporary.write_text(page(), encoding="utf-8")
    return [*targets]
