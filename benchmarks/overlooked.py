"""What happens if a difference between TensorFlow and PyTorch is overlooked, as a table.

python benchmarks/overlooked.py

Each row is measured in PyTorch, with the trained networks of the lecture or with untrained ones. A
distance of images is the root of the mean squared difference of pixels, which lie in [-1, 1].
Needs torch.
"""

import copy

import gan_tutorial as gt

with gt.quiet():
    import pytorch
    import tensorflow as tf
    import torch
    from to_pytorch import copy_weights, with_its_padding
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
        setting(nn.modules.batchnorm._BatchNorm, momentum=momentum)(generator.train())
        for _ in range(number):
            generator(torch.randn(256, 100))
        generator.eval()

    return change


@torch.no_grad()
def in_images(generator, noise):
    """Return rows: how far the images are from those of a generator without the slip."""
    norms = nn.modules.batchnorm._BatchNorm
    changes = {
        "padding: PyTorch's usual one": with_its_padding,
        "order of the numbers in 7 x 7 x 256: not changed": without_reordering,
        "LeakyReLU: slope 0.01": setting(nn.LeakyReLU, negative_slope=0.01),
        "BatchNorm: eps 1e-5": setting(norms, eps=1e-5),
        "BatchNorm: 20 minibatches with momentum 0.01": minibatches(0.01),
        "BatchNorm: 20 minibatches with momentum 0.1": minibatches(0.1),
        "BatchNorm: 20 minibatches with momentum 0.99": minibatches(0.99),
        "eval(): forgotten, 16 images": lambda network: network.train(),
    }
    images = generator(noise)
    rows = [["images of other latent points, for comparison", rms(images, images.roll(1, 0))]]
    for name, change in changes.items():
        changed = copy.deepcopy(generator)
        change(changed)
        rows.append([name, rms(changed(noise), images)])
    return [[name, f"images differ by {distance:.4f}"] for name, distance in rows]


def rms(images, others):
    return (images - others).square().mean().sqrt().item()


@torch.no_grad()
def in_losses(networks, noise):
    """Return rows: what the losses and the logits are with a slip."""
    generator, discriminator = copy.deepcopy(networks)
    fake_images = generator(noise)
    logits = discriminator(fake_images)
    answered = pytorch.generator_loss(logits)
    turned = nn.BCEWithLogitsLoss()(torch.ones_like(logits), logits)
    one_image = discriminator.train()(fake_images[:1].expand(1000, -1, -1, -1))
    sure = torch.tensor([200.0])
    clipped = nn.BCELoss()(sure.sigmoid(), torch.zeros(1))
    right = nn.BCEWithLogitsLoss()(sure, torch.zeros(1))
    return [
        ["loss: arguments exchanged", f"{turned:.2f} instead of {answered:.2f}"],
        ["loss: sigmoid and BCELoss, logit 200", f"{clipped:.0f} instead of {right:.0f}"],
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


def main():
    torch.manual_seed(0)
    trained, untrained, images = trained_networks(), pytorch.make_networks(), real_images(256)
    rows = in_images(trained[0], torch.randn(16, 100))
    rows += in_losses(trained, torch.randn(256, 100))
    rows += in_gradients("untrained", untrained, images)
    rows += in_gradients("trained", trained, images)
    rows += in_initial_weights() + in_first_update(untrained, images) + in_settings()
    print(table(["overlooked", "measured"], rows))


if __name__ == "__main__":
    main()
