"""The mistakes of `notebooks/pytorch.md`, made in a trained generator and in the losses.

Needs torch. `python benchmarks/overlooked.py` uses this module.
"""

import copy
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from to_pytorch import with_its_padding
from torch import nn

PICTURE = Path(__file__).with_name("overlooked.png")
NORMS = nn.modules.batchnorm._BatchNorm
DRAWN = {  # the name of a slip: what the picture calls it
    "padding: PyTorch's usual one": "usual padding",
    "order of the numbers in 7 x 7 x 256: not changed": "order of the numbers",
    "LeakyReLU: slope 0.01": "slope 0.01",
    "eval(): forgotten, 16 images": "without eval()",
    "BatchNorm: eps 1e-5": "ε of the normalisation",
}


def slips():
    """Return {name: a function that makes this mistake in a generator}."""
    return {
        "padding: PyTorch's usual one": with_its_padding,
        "order of the numbers in 7 x 7 x 256: not changed": without_reordering,
        "LeakyReLU: slope 0.01": setting(nn.LeakyReLU, negative_slope=0.01),
        "BatchNorm: eps 1e-5": setting(NORMS, eps=1e-5),
        "BatchNorm: 20 minibatches with momentum 0.01": minibatches(0.01),
        "BatchNorm: 20 minibatches with momentum 0.1": minibatches(0.1),
        "BatchNorm: 20 minibatches with momentum 0.99": minibatches(0.99),
        "eval(): forgotten, 16 images": lambda network: network.train(),
    }


def without_reordering(generator):
    """Give the layers before the maps the order of the numbers that they have in Keras."""
    for tensor in (*generator[0].parameters(), *generator[1].parameters(), *generator[1].buffers()):
        if tensor.ndim:  # BatchNorm counts its minibatches in a single number
            tensor.copy_(tensor.unflatten(0, (256, 49)).transpose(0, 1).flatten(0, 1).clone())


def setting(kind, **attributes):
    """Return a function of a network, which gives its layers of a kind these attributes."""

    def change(network):
        for layer in network:
            if isinstance(layer, kind):
                vars(layer).update(attributes)

    return change


def minibatches(momentum, number=20):
    """Return a function of a generator, which lets BatchNorm see so many minibatches."""

    def change(generator):
        setting(NORMS, momentum=momentum)(generator.train())
        for _ in range(number):
            generator(torch.randn(256, 100))
        generator.eval()

    return change


@torch.no_grad()
def slipped(generator, noise):
    """Return {name: images}: the right ones, and those of the generator with each mistake."""
    images = {"right": generator(noise)}
    for name, change in slips().items():
        changed = copy.deepcopy(generator)
        change(changed)
        images[name] = changed(noise)
    return images


def rms(images, others):
    return (images - others).square().mean().sqrt().item()


def in_images(images):
    """Return rows: how far the images are from those of a generator without the slip."""
    right = images["right"]
    rows = [["images of other latent points, for comparison", rms(right, right.roll(1, 0))]]
    rows += [[name, rms(found, right)] for name, found in images.items() if name != "right"]
    rows.insert(3, ["the right images, shifted by 3 pixels", rms(*overlap(right, right))])
    rows = [[name, f"images differ by {distance:.4f}"] for name, distance in rows]
    found, expected = overlap(images["padding: PyTorch's usual one"], right)
    inner = (found - expected).abs()[..., 3:-3, 3:-3].max()
    name = "padding: PyTorch's usual one, shifted back by 3 pixels, without 3 pixels at each edge"
    return [*rows, [name, f"no pixel differs by more than {inner:.0e}"]]


def overlap(images, others, shift=3):
    """Return what two sets of images share if the first lies so many pixels up and to the left."""
    return images[..., :-shift, :-shift], others[..., shift:, shift:]


def in_losses():
    """Return rows: losses and slopes at given logits of generated images with a slip."""
    logits = torch.linspace(-5, 5, 11)
    turned = nn.BCEWithLogitsLoss(reduction="none")
    ones, zeros = torch.ones(11), torch.zeros(11)
    line = turned(ones, zeros).mean()  # the loss at the logit 0
    bend = (turned(ones, logits) - (line - logits)).abs().max()
    level, flat = with_slope(lambda x: turned(zeros, x), logits)
    rows = [
        [
            "loss: arguments exchanged, generator, logits from -5 to 5",
            f"{line:.2f} - logit, with deviations up to {bend:.0e}",
        ],
        [
            "loss: arguments exchanged, discriminator, generated images",
            f"{level.min():.4f} to {level.max():.4f}, largest slope {flat.abs().max():.0f}",
        ],
    ]
    for logit in (16.0, 17.0, 20.0):
        x, zero = torch.tensor([logit]), torch.zeros(1)
        clipped, none = with_slope(lambda x, zero=zero: nn.BCELoss()(x.sigmoid(), zero), x)
        right, slope = with_slope(lambda x, zero=zero: nn.BCEWithLogitsLoss()(x, zero), x)
        text = f"{clipped:.0f} instead of {right:.0f}, slope {none:.0f} instead of {slope:.0f}"
        rows.append([f"loss: sigmoid and BCELoss, logit {logit:.0f}", text])
    return rows


def with_slope(loss, logits):
    """Return the values of a loss at these logits, and the derivatives with respect to them."""
    logits = logits.clone().requires_grad_()
    values = loss(logits)
    values.sum().backward()
    found = values.detach(), logits.grad
    return [x.squeeze() for x in found]


def draw(images, number=4):
    """Write the picture: a row for each mistake, with the same latent points in all rows."""
    rows = {"right": "right", **DRAWN}
    close = {"wspace": 0.1, "hspace": 0.1}
    figure, axes = plt.subplots(len(rows), number, figsize=(3.4, 5), dpi=100, gridspec_kw=close)
    for line, (name, text) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, images[name], strict=False):
            axis.imshow(image[0], cmap="Greys", vmin=-1, vmax=1)
            axis.set(xticks=[], yticks=[])
        line[0].set_ylabel(text, rotation=0, ha="right", va="center", size=12)
    figure.savefig(PICTURE, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
