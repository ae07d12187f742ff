"""Train with and without `inputs=`: what the gradients of the other player do; needs torch.

Without `inputs=`, `backward` adds the gradient of the discriminator's loss to that of the
generator, and the other way round. The networks and the optimizers are those of the recipe `quick`,
with a constant learning rate.
"""

import numpy as np
import pytorch
import torch

import gan_tutorial as gt
from gan_tutorial.evaluation import compare, features, load_judge, sample_images

RECIPE = gt.RECIPES["quick"]
R1_EVERY = 8  # steps, as in `gan_tutorial.make_train_step`


def step_without_inputs(networks, optimizers, images, noise, penalty):
    """Take the simultaneous step, but leave out `inputs=`."""
    generator, discriminator = networks
    for optimizer in optimizers:
        optimizer.zero_grad()
    real_output = discriminator(images)
    fake_output = discriminator(generator(noise))
    pytorch.generator_loss(fake_output).backward(retain_graph=True)
    (pytorch.discriminator_loss(real_output, fake_output) + penalty(images)).backward()
    for optimizer in optimizers:
        optimizer.step()


def step_with_inputs(networks, optimizers, images, noise, penalty):
    pytorch.simultaneous_step(networks, optimizers, images, noise, pytorch.generator_loss, penalty)


def trained(step, images, seed, steps):
    """Return the networks after so many steps; both ways see the same images and noise."""
    torch.manual_seed(seed)
    networks = (
        pytorch.generator_model(**RECIPE["generator"]).apply(pytorch.glorot),
        pytorch.discriminator_model(**RECIPE["discriminator"]).apply(pytorch.glorot),
    )
    for network in networks:
        network.to(memory_format=torch.channels_last)  # because it is several times as fast here
    adam = RECIPE["optimizer"]
    given = {"lr": adam["learning_rate"], "betas": (adam["beta_1"], adam["beta_2"]), "eps": 1e-7}
    optimizers = [torch.optim.Adam(network.parameters(), **given) for network in networks]

    def penalty(images):
        return R1_EVERY * RECIPE["r1"] / 2 * pytorch.r1_penalty(networks[1], images)

    for number in range(steps):
        minibatch = images[torch.randint(len(images), (RECIPE["batch_size"],))]
        noise = torch.randn(len(minibatch), RECIPE["generator"]["latent_dim"])
        now = penalty if number % R1_EVERY == 0 else lambda images: 0.0
        step(networks, optimizers, minibatch, noise, now)
    return [network.eval() for network in networks]


@torch.no_grad()
def generated(generator, number):
    """Return generated images (number, 1, 28, 28), always from the same latent points."""
    torch.manual_seed(0)
    return generator(torch.randn(number, generator[0].in_features))


def in_training(images, steps=300, number=5000):
    """Return rows: the judge's distance and confidence, and d, of three seeds and both ways."""
    judge = load_judge()
    reference = features(judge, sample_images(channels_last(images), number))
    rows = []
    for step in (step_with_inputs, step_without_inputs):
        for seed in (1, 2, 3):
            generator, discriminator = trained(step, images, seed, steps)
            found = generated(generator, number)
            seen = compare(features(judge, channels_last(found)), reference, judge)
            with torch.no_grad():
                d = discriminator(found).sigmoid().mean()
            name = f"{step.__name__.replace('_', ' ')}, seed {seed}, {steps} steps"
            text = f"distance {seen['distance']:.0f}, confident {seen['confident']:.0%}"
            rows.append([name, f"{text}, d of generated images {d:.2f}"])
    return rows


def channels_last(images):
    return np.ascontiguousarray(images.permute(0, 2, 3, 1))
