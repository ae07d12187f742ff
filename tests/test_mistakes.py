"""Mistakes in PyTorch that raise no error, and what they do: what notebooks/pytorch.md says."""

import copy
import inspect
import re

import numpy as np
import pytest
from helpers import PROJECT
from pytorch_pair import (  # where there is no torch, this import skips these tests
    SMALL,
    channels_first,
    difference,
    generated,
    make_pair,
    pytorch,
    torch,
    with_its_padding,
)

TOLERANCE = 1e-4


@pytest.fixture
def pair(images):
    """Return networks of both libraries with the same weights, real images and noise."""
    return make_pair(SMALL, images)


def test_the_padding_of_pytorch_shifts_images_by_three_pixels(pair):
    images = generated(pair.theirs[0], pair.noise, training=False)
    found = generated(with_its_padding(pair.theirs[0]), pair.noise, training=False)
    # without three pixels at each edge of what both show
    assert difference(found[..., 3:22, 3:22], images[..., 6:25, 6:25]) < TOLERANCE


@pytest.mark.parametrize("left_out", [[".detach()"], ["inputs=weights_d", "inputs=weights_g"]])
def test_an_alternating_step_needs_detach_or_inputs_and_not_both(pair, left_out):
    right, found = copy.deepcopy(pair.theirs), pair.theirs
    take_step_of_pytorch(right, pair, pytorch.alternating_step)
    take_step_of_pytorch(found, pair, changed_step(*left_out))
    for network, expected in zip(found, right, strict=True):
        both = network.parameters(), expected.parameters()
        assert all(torch.equal(x, y) for x, y in zip(*both, strict=True))


def test_an_alternating_step_without_detach_and_inputs_fails(pair):
    step = changed_step(".detach()", "inputs=weights_d", "inputs=weights_g")
    with pytest.raises(RuntimeError, match="a second time"):
        take_step_of_pytorch(pair.theirs, pair, step)


def changed_step(*left_out):
    """Return the alternating step of PyTorch without these words of its source."""
    source = inspect.getsource(pytorch.alternating_step)
    # because without detach() there, the losses that are returned keep their record
    source = source.partition("    return loss_g")[0]
    for words in left_out:
        assert words in source
        source = source.replace(words, "")
    names = dict(vars(pytorch))
    exec(source, names)
    return names["alternating_step"]


def take_step_of_pytorch(networks, pair, step):
    images, noise = channels_first(pair.images), torch.from_numpy(pair.noise)
    optimizers = pytorch.make_optimizers(*networks)
    step(networks, optimizers, images, noise, pytorch.generator_loss, lambda images: 0.0)


def test_cross_entropy_with_its_arguments_exchanged():
    logits = torch.linspace(-9, 9, 7, requires_grad=True)
    loss = torch.nn.BCEWithLogitsLoss(reduction="none")
    expected = np.log(1 + np.e) - logits.detach().numpy()
    assert difference(loss(torch.ones(7), logits).detach(), expected) < TOLERANCE
    of_generated = loss(torch.zeros(7), logits)
    assert of_generated.tolist() == pytest.approx([np.log(2)] * 7)
    of_generated.sum().backward()
    assert not logits.grad.any()


def test_derivatives_of_losses_that_are_added_up():
    logits = torch.linspace(-5, 5, 11, dtype=torch.float64, requires_grad=True)
    d = 1 / (1 + np.exp(-logits.detach().numpy()))
    both = len(logits) * (
        pytorch.generator_loss(logits) + pytorch.discriminator_loss(torch.zeros(1), logits)
    )
    assert difference(torch.autograd.grad(both, logits)[0], 2 * d - 1) < TOLERANCE


def test_the_exercise_runs_and_its_mistakes_cancel_for_the_generator(pair):
    page = (PROJECT / "notebooks" / "pytorch.md").read_text(encoding="utf-8")
    [source] = re.findall(r"```python\n(def train_step.*?)```", page, re.DOTALL)
    optimizers = [torch.optim.SGD(x.parameters(), 0.0) for x in pair.theirs]
    names = {
        "torch": torch,
        "binary_cross_entropy_with_logits": torch.nn.functional.binary_cross_entropy_with_logits,
        **dict(zip(["generator", "discriminator"], pair.theirs, strict=True)),
        **dict(zip(["generator_optimizer", "discriminator_optimizer"], optimizers, strict=True)),
    }
    exec(source, names)
    torch.manual_seed(5)
    names["train_step"](channels_first(pair.images))
    torch.manual_seed(5)
    logits = pair.theirs[1](pair.theirs[0](torch.randn(len(pair.images), 100)))
    own = list(pair.theirs[0].parameters())
    right = torch.autograd.grad(pytorch.generator_loss(logits), own)
    for weight, expected in zip(own, right, strict=True):
        assert difference(weight.grad, expected) < TOLERANCE
