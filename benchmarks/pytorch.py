"""The same step in PyTorch, to which `python benchmarks/steps.py` compares; needs torch.

The step is eager, because `torch.compile` is slower here, and has its channels last. The constants
of BatchNorm and Adam are Keras's, and not PyTorch's. With "same" padding PyTorch adds the odd pixel
on the other side, so that the networks are mirror images of ours.
"""

import torch
from torch import nn


def make_networks():
    """Return (generator, discriminator), untrained, of the lecture's sizes."""
    norm = {"eps": 1e-3, "momentum": 0.01}
    upsample = {"kernel_size": 5, "padding": 2, "bias": False}
    double = {**upsample, "stride": 2, "output_padding": 1}
    downsample = {"kernel_size": 5, "padding": 2, "stride": 2}
    generator = nn.Sequential(
        nn.Linear(100, 7 * 7 * 256, bias=False),
        nn.BatchNorm1d(7 * 7 * 256, **norm),
        nn.LeakyReLU(0.3),
        nn.Unflatten(1, (256, 7, 7)),  # 256 x 7 x 7
        nn.ConvTranspose2d(256, 128, **upsample),
        nn.BatchNorm2d(128, **norm),
        nn.LeakyReLU(0.3),  # 128 x 7 x 7
        nn.ConvTranspose2d(128, 64, **double),
        nn.BatchNorm2d(64, **norm),
        nn.LeakyReLU(0.3),  # 64 x 14 x 14
        nn.ConvTranspose2d(64, 1, **double),
        nn.Tanh(),  # 1 x 28 x 28
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, **downsample),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),  # 64 x 14 x 14
        nn.Conv2d(64, 128, **downsample),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),  # 128 x 7 x 7
        nn.Flatten(),
        nn.Linear(7 * 7 * 128, 1),  # the logit
    )
    return generator, discriminator


def make_train_step(generator, discriminator, *, threads, autocast=False):
    """Return train_step(images) on images (n, 1, 28, 28); `autocast` is to bfloat16."""
    for network in (generator, discriminator):
        network.to(memory_format=torch.channels_last).train()
    variables_g, variables_d = list(generator.parameters()), list(discriminator.parameters())
    generator_optimizer = torch.optim.Adam(variables_g, 1e-4, eps=1e-7)
    discriminator_optimizer = torch.optim.Adam(variables_d, 1e-4, eps=1e-7)
    cross_entropy = nn.BCEWithLogitsLoss()

    def train_step(images):
        torch.set_num_threads(threads)
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            fake_images = generator(torch.randn(len(images), 100))
            real_output = discriminator(images).float()
            fake_output = discriminator(fake_images).float()
        real, fake = torch.ones_like(real_output), torch.zeros_like(fake_output)
        loss_g = cross_entropy(fake_output, torch.ones_like(fake_output))
        loss_d = cross_entropy(real_output, real) + cross_entropy(fake_output, fake)
        generator_optimizer.zero_grad()
        discriminator_optimizer.zero_grad()
        loss_g.backward(inputs=variables_g, retain_graph=True)
        loss_d.backward(inputs=variables_d)
        generator_optimizer.step()
        discriminator_optimizer.step()
        return loss_g.detach(), loss_d.detach()

    return train_step
