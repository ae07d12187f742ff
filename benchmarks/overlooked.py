"""What happens if a difference between TensorFlow and PyTorch is overlooked, as a table.

python benchmarks/overlooked.py [--train]

Each row is measured in PyTorch, with the trained networks of the lecture or with untrained ones. A
distance of images is the root of the mean squared difference of pixels, which lie in [-1, 1]. With
--train six small networks are trained too, in some minutes, and all rows are kept in
overlooked.csv and the images of the mistakes in overlooked.png, which notebooks/pytorch.md shows.
Needs torch.
"""

import argparse
import copy
from pathlib import Path

import pandas as pd

import gan_tutorial as gt

with gt.quiet():
    import pytorch
    import tensorflow as tf
    import torch
    from added_up import in_training
    from slips import draw, in_images, in_losses, slipped
    from to_pytorch import as_pytorch, copy_weights
    from torch import nn
    from turns import table


def trained_networks():
    """Return the shipped networks of the lecture as (generator, discriminator) of PyTorch."""
    networks = pytorch.generator_model(), pytorch.discriminator_model()
    for ours, network in zip(gt.restore(), networks, strict=True):
        copy_weights(ours, network.eval())
    return networks


def real_images(number):
    images = gt.load_mnist()[0][0][:number]
    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy())


def in_shapes(networks):
    """Return a row: how many kernels have the same shape in both libraries."""
    same = number = 0
    for ours, network in zip(gt.restore(), networks, strict=True):
        kernels = [x for x in ours.trainable_variables if x.ndim > 1]
        for kernel, other in zip(kernels, as_pytorch(kernels, network), strict=True):
            same, number = same + (tuple(kernel.shape) == tuple(other.shape)), number + 1
    return [["kernels: the same shape in both libraries", f"{same} of {number}"]]


@torch.no_grad()
def in_logits(networks, noise):
    """Return rows: what the loss and the logits of generated images are with a slip."""
    generator, discriminator = copy.deepcopy(networks)
    fake_images = generator(noise)
    logits = discriminator(fake_images)
    answered = pytorch.generator_loss(logits)
    turned = nn.BCEWithLogitsLoss()(torch.ones_like(logits), logits)
    one_image = discriminator.train()(fake_images[:1].expand(1000, -1, -1, -1))
    return [
        ["loss: arguments exchanged", f"{turned:.2f} instead of {answered:.2f}"],
        ["Dropout: one image, 1,000 logits in train()", f"deviation {one_image.std():.2f}"],
    ]


def gradients(networks, noise, images):
    """Return the generator's gradients of its own and of the discriminator's loss, as vectors."""
    generator, discriminator = networks
    fake_output = discriminator(generator(noise))
    losses = (
        pytorch.generator_loss(fake_output),
        pytorch.discriminator_loss(discriminator(images), fake_output),
    )
    weights = list(generator.parameters())
    both = [torch.autograd.grad(loss, weights, retain_graph=True) for loss in losses]
    return [torch.cat([gradient.flatten() for gradient in each]) for each in both]


def in_gradients(name, networks, images):
    """Return rows: the generator's gradient if gradients are added up by mistake."""
    networks = [network.train() for network in copy.deepcopy(networks)]
    own, of_other = gradients(networks, torch.randn(len(images), 100), images)
    before, _ = gradients(networks, torch.randn(len(images), 100), images)
    return [
        [f"backward() without inputs=, {name}", share(own + of_other, own)],
        [f"zero_grad() forgotten, second step, {name}", share(own + before, own)],
    ]


def share(found, right):
    cosine = torch.cosine_similarity(found, right, dim=0)
    return f"gradient {found.norm() / right.norm():.3f} times as long, cosine {cosine:.3f}"


def in_initial_weights():
    """Return rows: the largest of PyTorch's initial weights by the largest of Glorot's."""
    rows = []
    for model in (pytorch.generator_model, pytorch.discriminator_model):
        glorot = model().apply(pytorch.glorot).state_dict()
        weights = {key: x for key, x in model().state_dict().items() if x.ndim > 1}
        for number, (key, weight) in enumerate(weights.items(), 1):
            name = f"initial weights: {model.__name__}, kernel {number}"
            rows.append([name, f"{weight.max() / glorot[key].max():.2g} times as large"])
    return rows


def in_first_update(networks, images):
    """Return rows: how many weights Adam moves otherwise, if its eps is Keras's number."""
    noise = torch.randn(len(images), 100)
    weights = []
    for eps in (1e-7, 1e-7 / (1 - 0.999) ** 0.5):
        pair = copy.deepcopy(networks)
        for dropout in (layer for layer in pair[1] if isinstance(layer, nn.Dropout)):
            dropout.p = 0.0  # so that both steps have the same gradients
        optimizers = [torch.optim.Adam(x.parameters(), 1e-4, eps=eps) for x in pair]
        given = pair, optimizers, images, noise, pytorch.generator_loss, lambda x: 0.0
        pytorch.simultaneous_step(*given)
        weights.append([nn.utils.parameters_to_vector(x.parameters()) for x in pair])
    shares = [((a - b).abs() > 1e-5).float().mean() for a, b in zip(*weights, strict=True)]
    return [
        [f"Adam: eps 1e-7, first step, {name}", f"{x:.0%} of the weights move otherwise"]
        for name, x in zip(("generator", "discriminator"), shares, strict=True)
    ]


def in_settings():
    """Return rows: which products of float32 may have the 10 binary digits of TF32 on a GPU."""
    found = {
        "TensorFlow": tf.config.experimental.tensor_float_32_execution_enabled(),
        "PyTorch, matrix products": torch.backends.cuda.matmul.allow_tf32,
        "PyTorch, convolutions": torch.backends.cudnn.allow_tf32,
    }
    return [[f"TF32 on a GPU: {name}", "on" if on else "off"] for name, on in found.items()]


def measured(images):
    """Return all rows but those of the training, and the images of the mistakes."""
    trained, untrained = trained_networks(), pytorch.make_networks()
    found = slipped(trained[0], torch.randn(16, 100))
    rows = in_images(found) + in_shapes(trained)
    rows += in_logits(trained, torch.randn(256, 100)) + in_losses()
    rows += in_gradients("untrained", untrained, images)
    rows += in_gradients("trained", trained, images)
    rows += in_initial_weights() + in_first_update(untrained, images) + in_settings()
    return rows, found


def keep(rows, images):
    """Write the rows to overlooked.csv, and the images of the mistakes to overlooked.png."""
    csv = pd.DataFrame(rows, columns=["overlooked", "measured"]).to_csv(index=False)
    Path(__file__).with_suffix(".csv").write_text(csv, encoding="utf-8")
    draw(images)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--train", action="store_true", help="train too, and keep the results")
    options = parser.parse_args()
    torch.set_num_threads(1)  # because several would wait for each other on a busy machine
    torch.manual_seed(0)
    rows, found = measured(real_images(256))
    if options.train:
        rows += in_training(real_images(60_000))
        keep(rows, found)
    print(table(["overlooked", "measured"], rows))


if __name__ == "__main__":
    main()
