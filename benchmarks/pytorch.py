"""The lecture's networks, losses and training step in PyTorch, line for line; needs torch.

The functions have the names and arguments of those in `gan_tutorial`, and compute the same from
the same weights (`tests/test_pytorch.py`). Images are (n, 1, 28, 28): PyTorch has channels first.
"""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits


def generator_model(
    latent_dim=100,
    *,
    channels=256,
    kernel_size=5,
    negative_slope=0.3,
    hidden=None,
):
    """Return the generator: latent points (n, latent_dim) to images (n, 1, 28, 28) in [-1, 1]."""
    # the comments below give the shapes with the defaults
    norm = {"eps": 1e-3, "momentum": 0.01}
    bend = []
    if hidden is not None:
        bend = [
            nn.Linear(latent_dim, hidden, bias=False),
            nn.BatchNorm1d(hidden, **norm),
            nn.LeakyReLU(negative_slope),
        ]
    (once, odd_once), (twice, odd_twice) = same(kernel_size, 1), same(kernel_size, 2)
    upsample = {"kernel_size": kernel_size, "bias": False}
    return nn.Sequential(
        *bend,
        nn.Linear(hidden or latent_dim, 7 * 7 * channels, bias=False),
        nn.BatchNorm1d(7 * 7 * channels, **norm),
        nn.LeakyReLU(negative_slope),
        nn.Unflatten(1, (channels, 7, 7)),  # 256 x 7 x 7
        nn.ConvTranspose2d(channels, channels // 2, stride=1, padding=once, **upsample),
        nn.ZeroPad2d((0, -odd_once, 0, -odd_once)),  # crops, because the number is negative
        nn.BatchNorm2d(channels // 2, **norm),
        nn.LeakyReLU(negative_slope),  # 128 x 7 x 7
        nn.ConvTranspose2d(channels // 2, channels // 4, stride=2, padding=twice, **upsample),
        nn.ZeroPad2d((0, -odd_twice, 0, -odd_twice)),
        nn.BatchNorm2d(channels // 4, **norm),
        nn.LeakyReLU(negative_slope),  # 64 x 14 x 14
        nn.ConvTranspose2d(channels // 4, 1, stride=2, padding=twice, **upsample),
        nn.ZeroPad2d((0, -odd_twice, 0, -odd_twice)),
        nn.Tanh(),  # 1 x 28 x 28
    )


def discriminator_model(
    *, channels=64, kernel_size=5, negative_slope=0.3, dropout=0.3, hidden=None
):
    """Return the discriminator: images (n, 1, 28, 28) in [-1, 1] to logits (n, 1)."""
    # the comments below give the shapes with the defaults
    padding, odd = same(kernel_size, 2)
    downsample = {"kernel_size": kernel_size, "stride": 2, "padding": padding}
    whole = []
    if hidden is not None:
        whole = [nn.Linear(7 * 7 * 2 * channels, hidden), nn.LeakyReLU(negative_slope)]
    return nn.Sequential(
        nn.ZeroPad2d((0, odd, 0, odd)),
        nn.Conv2d(1, channels, **downsample),
        nn.LeakyReLU(negative_slope),
        nn.Dropout(dropout),  # 64 x 14 x 14
        nn.ZeroPad2d((0, odd, 0, odd)),
        nn.Conv2d(channels, 2 * channels, **downsample),
        nn.LeakyReLU(negative_slope),
        nn.Dropout(dropout),  # 128 x 7 x 7
        nn.Flatten(),
        *whole,
        nn.Linear(hidden or 7 * 7 * 2 * channels, 1),  # the logit
    )


def same(kernel_size, stride):
    """Return Keras's padding "same" as (pixels on every side, more at the right and below)."""
    return divmod(kernel_size - stride, 2)


def generator_loss(fake_output):
    """Return the non-saturating loss -E log d(g(z)), which is ln 2 if d = 1/2."""
    return _cross_entropy(fake_output, 1)


def discriminator_loss(real_output, fake_output):
    """Return -v = -E log d(x) - E log(1 - d(g(z))), which is 2 ln 2 if d = 1/2 everywhere."""
    return _cross_entropy(real_output, 1) + _cross_entropy(fake_output, 0)


def _cross_entropy(logits, label):
    # in float32, because bfloat16 (autocast) has too few digits for a mean
    logits = logits.float()
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def r1_penalty(discriminator, real_images):
    """Return the penalty R1, E |∇ₓ l(x)|² over real images (n, 1, 28, 28), a scalar."""
    real_images = real_images.detach().requires_grad_()
    real_output = discriminator(real_images)
    # one gradient is enough for all images, because each logit depends on its own image alone
    [slopes] = torch.autograd.grad(real_output.sum(), real_images, create_graph=True)
    return (slopes**2).sum(dim=(1, 2, 3)).mean()


def simultaneous_step(
    networks,
    optimizers,
    images,
    noise,
    loss_of_generator,
    penalty,
    loss_of_discriminator=discriminator_loss,
):
    """Update both networks at once; return both losses. This is the lecture's train step."""
    generator, discriminator = networks
    generator_optimizer, discriminator_optimizer = optimizers
    generator.train()
    discriminator.train()
    generator_optimizer.zero_grad()
    discriminator_optimizer.zero_grad()
    fake_images = generator(noise)
    real_output = discriminator(images)
    fake_output = discriminator(fake_images)
    loss_g = loss_of_generator(fake_output)
    loss_d = loss_of_discriminator(real_output, fake_output)
    penalised_d = loss_d + penalty(images)
    weights_g, weights_d = list(generator.parameters()), list(discriminator.parameters())
    loss_g.backward(inputs=weights_g, retain_graph=True)
    penalised_d.backward(inputs=weights_d)
    generator_optimizer.step()
    discriminator_optimizer.step()
    return loss_g.detach(), loss_d.detach()


def alternating_step(
    networks,
    optimizers,
    images,
    noise,
    loss_of_generator,
    penalty,
    loss_of_discriminator=discriminator_loss,
):
    """Update the discriminator, then the generator against the new one; return both losses."""
    generator, discriminator = networks
    generator_optimizer, discriminator_optimizer = optimizers
    generator.train()
    discriminator.train()
    generator_optimizer.zero_grad()
    discriminator_optimizer.zero_grad()
    weights_g, weights_d = list(generator.parameters()), list(discriminator.parameters())
    fake_images = generator(noise)
    real_output = discriminator(images)
    fake_output = discriminator(fake_images.detach())
    loss_d = loss_of_discriminator(real_output, fake_output)
    penalised_d = loss_d + penalty(images)
    penalised_d.backward(inputs=weights_d)
    discriminator_optimizer.step()
    # a second forward pass, because the graph of the first one has the old weights in it
    loss_g = loss_of_generator(discriminator(fake_images))
    loss_g.backward(inputs=weights_g)
    generator_optimizer.step()
    return loss_g.detach(), loss_d.detach()


def make_networks():
    """Return (generator, discriminator), untrained, of the lecture's sizes."""
    return generator_model().apply(glorot), discriminator_model().apply(glorot)


def glorot(layer):
    """Give a layer the weights that Keras begins with: Glorot uniform, and biases of 0."""
    if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def make_optimizers(generator, discriminator):
    """Return (generator_optimizer, discriminator_optimizer), Adam with the lecture's numbers."""
    adam = {"lr": 1e-4, "eps": 1e-7}
    return tuple(torch.optim.Adam(x.parameters(), **adam) for x in (generator, discriminator))


def make_train_step(networks, optimizers, *, threads=None, autocast=False):
    """Return train_step(images), eager and with channels last; `autocast` is to bfloat16."""
    # not with torch.compile, because the compiled step is slower on our processors
    for network in networks:
        network.to(memory_format=torch.channels_last)
        network.forward = torch.autocast("cpu", torch.bfloat16, autocast)(network.forward)

    def train_step(images):
        torch.set_num_threads(threads or torch.get_num_threads())
        noise = torch.randn(len(images), networks[0][0].in_features)
        return simultaneous_step(networks, optimizers, images, noise, generator_loss, lambda x: 0.0)

    return train_step
