"""The judge: what it knows, and that the one that is shipped is the one."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import scipy.special

import gan_tutorial as gt

SHIPPED = Path(gt.__file__).parent / "evaluation" / "judge.weights.h5"


def test_parameter_count_by_hand():
    convolutions = [(1, 32), (32, 32), (32, 64), (64, 64)]
    count = sum(3 * 3 * inputs * outputs + outputs for inputs, outputs in convolutions)
    count += 3 * 3 * 64 * 64 + 64 + 64 * 10 + 10
    assert gt.evaluation.judge_model().count_params() == count == 102_570
    convolutions = [(5, 1, 32), (3, 32, 48), (3, 48, 64), (3, 64, 96), (3, 96, 96)]
    count = sum(side**2 * inputs * outputs + 4 * outputs for side, inputs, outputs in convolutions)
    count += 96 * 64 + 64 + 64 * 10 + 10
    assert gt.evaluation.second_judge_model().count_params() == count == 188_714


def test_a_judge_learns_the_digits_and_is_the_same_twice(images, digits):
    labels = digits[1]
    judge, again = (
        gt.evaluation.train_judge(images[:2000], labels[:2000], epochs=3) for _ in range(2)
    )
    answers = judge.predict(images[4000:], verbose=0).argmax(axis=1)
    assert np.mean(answers == labels[4000:]) > 0.85
    for weights, same in zip(judge.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, same)


def test_features_do_not_depend_on_what_else_is_in_the_batch(images):
    judge = gt.evaluation.judge_model()
    together = gt.evaluation.features(judge, images[:600])
    assert together.shape == (600, 64)
    np.testing.assert_allclose(gt.evaluation.features(judge, images[:7]), together[:7], atol=1e-5)


def test_features_of_something_else_are_refused(images):
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        gt.evaluation.features(gt.evaluation.judge_model(), images * 127.5)


@pytest.mark.parametrize("name", [None, "second"])
def test_the_shipped_judges_know_digits(name, images, digits):
    right = gt.evaluation.classify(gt.evaluation.load_judge(name), images) == digits[1]
    assert np.mean(right) > 0.99  # it was trained on these; `make judge` asks the test images


@pytest.mark.parametrize(
    ("name", "file"), [("judge", SHIPPED.name), ("second", "second_" + SHIPPED.name)]
)
def test_a_judge_is_named_by_the_sha256_of_its_file(name, file):
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    path = SHIPPED.with_name(file)
    printed = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True)
    assert gt.evaluation.load_judge(name).name.endswith(f"judge-sha256-{printed.stdout.split()[0]}")


def test_probabilities_are_those_of_the_whole_network(images):
    judge = gt.evaluation.load_judge()
    logits = judge.predict(images[:300], verbose=0)
    expected = scipy.special.softmax(logits.astype(np.float64), axis=1)
    found = gt.evaluation.probabilities(judge, gt.evaluation.features(judge, images[:300]))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_other_bytes_than_the_shipped_ones_are_refused(tmp_path, monkeypatch):
    copy = tmp_path / SHIPPED.name
    copy.write_bytes(SHIPPED.read_bytes() + b"0")
    shutil.copy(SHIPPED.with_name("SHA256SUMS"), tmp_path)
    monkeypatch.setattr("gan_tutorial.evaluation.judge.HERE", tmp_path)
    with pytest.raises(OSError, match=r"judge\.weights\.h5' in .* is not as shipped"):
        gt.evaluation.load_judge()


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_what_is_no_judge_is_refused(damage, tmp_path):
    path = tmp_path / "judge.weights.h5"
    if damage == "cut":
        path.write_bytes(SHIPPED.read_bytes()[:10_000])
    elif damage == "other":
        gt.discriminator_model().save_weights(path)
    with pytest.raises(OSError, match=r"judge\.weights\.h5"):
        gt.evaluation.load_judge(path)


def test_a_judge_of_ones_own_is_loaded_by_its_network(images, tmp_path):
    judge = gt.evaluation.second_judge_model()
    path = tmp_path / "own.weights.h5"
    judge.save_weights(path)
    loaded = gt.evaluation.load_judge(path, model=gt.evaluation.second_judge_model)
    expected, found = (gt.evaluation.features(each, images[:5]) for each in (judge, loaded))
    np.testing.assert_array_equal(found, expected)
