"""A step of several replicas is the step of one, exact up to the order of sums."""

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import PROJECT, run_python

import gan_tutorial as gt

with gt.quiet():
    import tensorflow as tf

SAME = ("two", "three, by turns", "autoencoder")


@pytest.fixture(scope="module")
def report(few, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    np.save(folder / "few.npy", few)
    script = Path(__file__).parent / "two_replicas.py"
    answer = run_python(script, folder / "few.npy", cwd=folder, PYTHONPATH=str(PROJECT))
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", SAME)
def test_each_gradient_is_that_of_the_whole_minibatch(name, report):
    assert report[name]["gradients"] < 1e-5


@pytest.mark.parametrize("name", SAME)
def test_losses_are_those_of_the_whole_minibatch(name, report):
    assert report[name]["losses"] < 1e-5


def test_without_synchronised_statistics_it_is_another_step(report):
    assert report["not synchronised"]["gradients"] > 1e-3


def test_each_row_is_taken_once_with_the_random_numbers_of_one_replica(report):
    rows, drawn = report["rows"]
    assert rows == [[0, 3, 6], [1, 4, 7], [2, 5]]
    for own, numbers in zip(rows, drawn, strict=True):
        assert numbers == [report["drawn by one"][row] for row in own]


def test_logical_processors_that_come_too_late_are_an_error():
    tf.zeros(1)  # so that TensorFlow has begun
    with pytest.raises(RuntimeError, match=r"999 logical processors are wanted, .*has begun"):
        gt.replicas.logical_cpus(999)


@pytest.mark.parametrize(("images", "batch_size"), [(64, 2), (65, 64), (2, 64)])
def test_a_minibatch_that_leaves_a_replica_without_images_is_an_error(images, batch_size):
    with pytest.raises(ValueError, match="each of 3 replicas needs at least one image"):
        gt.replicas.check_rows(images, batch_size, 3)
    gt.replicas.check_rows(64, 64, 3)
    gt.replicas.check_rows(70, 64, 3)


def test_a_copy_has_the_weights_and_leaves_the_network_alone(images):
    generator, discriminator = gt.make_networks("fast")
    before = generator.get_weights()
    twin = gt.replicas.synchronised(generator)
    assert all(map(np.array_equal, twin.get_weights(), before))
    assert not any(getattr(layer, "synchronized", False) for layer in generator.layers)
    assert np.array_equal(
        gt.replicas.synchronised(discriminator)(images[:3]), discriminator(images[:3])
    )
