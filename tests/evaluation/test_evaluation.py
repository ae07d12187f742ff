"""The figures: on cases whose answer is known, and against other ways to compute them."""

import json

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
from scipy.ndimage import gaussian_filter

import gan_tutorial as gt
from gan_tutorial.__main__ import main


@pytest.fixture(scope="module")
def judge():
    return gt.evaluation.load_judge()


@pytest.fixture(scope="module")
def sets(images, digits):
    """Return {name: images}, made of 2,500 real ones; the other 2,500 are the reference."""
    real, labels = images[2500:], digits[1][2500:]
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 2 * 25 / 255, real.shape)
    return {
        "real": real,
        "noisy": np.clip(real + noise, -1, 1).astype(np.float32),
        "shifted by 1": np.roll(real, 1, axis=2),
        "shifted by 2": np.roll(real, 2, axis=2),
        "slightly blurred": gaussian_filter(real, (0, 0.5, 0.5, 0)),
        "blurred": gaussian_filter(real, (0, 1, 1, 0)),
        "blends": (real + np.roll(real, 1, axis=0)) / 2,
        "one digit missing": real[labels != 8],
        "five digits missing": real[labels < 5],
        "250 repeated": np.tile(real[:250], (10, 1, 1, 1)),
        "copies": images[:2500],
    }


@pytest.fixture(scope="module")
def figures(sets, images, judge):
    return {name: gt.evaluate(some, images[:2500], judge) for name, some in sets.items()}


@pytest.mark.parametrize(
    "order",
    [
        ("copies", "real", "noisy", "shifted by 2", "blurred", "blends"),
        ("real", "shifted by 1", "shifted by 2"),
        ("real", "slightly blurred", "blurred"),
        ("real", "one digit missing", "five digits missing"),
        ("real", "250 repeated", "shifted by 2"),  # hardly worse than real ones
    ],
)
def test_distance_has_the_order_of_the_damage(figures, order):
    distances = [figures[name]["distance"] for name in order]
    assert distances == sorted(distances)


def test_what_precision_and_recall_see(figures):
    assert figures["real"]["precision"] > 0.9 < figures["real"]["recall"]
    assert figures["250 repeated"]["precision"] > 0.9
    assert figures["250 repeated"]["recall"] < 0.01
    # a little blur looks more typical than real images do
    assert figures["slightly blurred"]["precision"] > figures["real"]["precision"]
    assert figures["blurred"]["recall"] < 0.5
    assert figures["blurred"]["coverage"] < 0.5
    assert figures["five digits missing"]["coverage"] < 0.6
    assert [figures["copies"][name] for name in ("precision", "recall", "coverage")] == [1, 1, 1]


def test_memorisation_is_seen_where_the_distance_is_not(figures, images):
    copies, real = figures["copies"], figures["real"]
    assert copies["distance"] < real["distance"]
    assert (copies["copies"], real["copies"]) == (2500, 0)
    assert copies["nearest"] == pytest.approx(0, abs=0.01)
    assert real["nearest"] > 4
    assert copies["two_sample"] < 0.2
    assert real["two_sample"] == pytest.approx(0.5, abs=0.06)
    i, j, distance = real["closest"][0]
    by_hand = np.sqrt(np.sum((images[2500 + i] / 2 - images[j] / 2) ** 2))
    assert distance == pytest.approx(by_hand, rel=1e-4)


def test_what_the_answers_say(figures, digits):
    shares = np.bincount(digits[1][2500:], minlength=10) / 2500
    np.testing.assert_allclose(figures["real"]["digit_shares"], shares, atol=0.01)
    assert [figures[name]["digits_shown"] for name in ("real", "five digits missing")] == [10, 5]
    assert figures["five digits missing"]["digit_variation"] == pytest.approx(0.5, abs=0.05)
    assert figures["five digits missing"]["classifier_score"] == pytest.approx(5, abs=0.2)
    assert figures["blends"]["confident"] < 0.6 < 0.95 < figures["real"]["confident"]


def test_figures_are_the_same_twice(figures, sets, images, judge):
    assert gt.evaluate(sets["noisy"], images[:2500], judge) == figures["noisy"]


@pytest.mark.parametrize("batch_size", [7, 64])
def test_figures_do_not_depend_on_the_batch_size(judge, images, batch_size):
    some, reference = images[:100], gt.evaluation.features(judge, images[100:400])
    whole = gt.evaluation.features(judge, some)
    parts = [
        gt.evaluation.features(judge, some[i : i + batch_size]) for i in range(0, 100, batch_size)
    ]
    parts = np.concatenate(parts)
    assert gt.evaluation.frechet_distance(parts, reference) == pytest.approx(
        gt.evaluation.frechet_distance(whole, reference), rel=1e-5
    )
    assert gt.evaluation.neighbour_measures(parts, reference) == gt.evaluation.neighbour_measures(
        whole, reference
    )


def test_another_judge_has_the_same_order(sets, images, digits, judge, fast_run):
    other = gt.evaluation.train_judge(images[:2500], digits[1][:2500], epochs=3, seed=7)
    some = {}
    for name, run in (("shipped", None), ("hardly trained", fast_run)):
        generator, _ = gt.restore(run)
        points = gt.sample_prior(1000, seed=1, latent_dim=generator.input_shape[-1])
        some[name] = gt.generate_images(generator, points)
    some |= {name: sets[name][:1000] for name in ("real", "shifted by 2", "blurred")}

    def order(judge):
        real = gt.evaluation.features(judge, images[:2500])
        return sorted(
            some,
            key=lambda name: gt.evaluation.frechet_distance(
                gt.evaluation.features(judge, some[name]), real
            ),
        )

    assert order(judge)[0] == order(other)[0] == "real"
    assert order(judge)[-1] == order(other)[-1] == "hardly trained"


def test_distance_of_two_normal_distributions_in_one_dimension():
    rng = np.random.default_rng(0)
    a, b = rng.normal(2, 3, (100_000, 1)), rng.normal(-1, 1, (100_000, 1))
    by_hand = 9 + 4  # |2 - (-1)|² + (3 - 1)²
    assert gt.evaluation.frechet_distance(a, b) == pytest.approx(by_hand, rel=0.02)
    a, b = np.hstack([a, 0 * a]), np.hstack([b, 0 * b])
    assert gt.evaluation.frechet_distance(a, b) == pytest.approx(by_hand, rel=0.02)


def test_distance_is_scipys():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(500, 8)) @ rng.normal(size=(8, 8)) + rng.normal(size=8)
    b = rng.normal(size=(400, 8)) @ rng.normal(size=(8, 8))
    root = scipy.linalg.sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2)
    expected += np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    assert gt.evaluation.frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)
    assert gt.evaluation.frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("odd", [np.zeros((1, 3)), np.zeros((0, 3)), np.full((5, 3), np.nan)])
def test_distance_of_too_little_is_refused(odd):
    with pytest.raises(ValueError, match="finite, n at least 2"):
        gt.evaluation.frechet_distance(odd, np.eye(3))


@pytest.mark.parametrize(
    "figure",
    [
        gt.evaluation.frechet_distance,
        gt.evaluation.neighbour_measures,
        gt.evaluation.two_sample_accuracy,
    ],
)
def test_sets_of_other_widths_are_refused(figure):
    with pytest.raises(ValueError, match="as many coordinates, but have 3 and 4"):
        figure(np.zeros((10, 3)), np.zeros((10, 4)))


def test_a_minority_of_near_copies_shows_in_the_quantile(images):
    new, known = images[2500:2600], images[:2500]
    near = np.clip(known[:5] + np.float32(0.02), -1, 1)  # no copy in any grey value of the paper
    honest, mixed = (
        gt.evaluation.memorisation(some, known) for some in (new, np.concatenate([new, near]))
    )
    assert mixed["copies"] == 0
    assert mixed["nearest"] > 0.9 * honest["nearest"]
    assert mixed["nearest_1_percent"] < 0.5 * honest["nearest_1_percent"]


def test_score_by_hand():
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(10), size=50)
    by_hand = np.exp(np.mean([scipy.stats.entropy(row, p.mean(axis=0)) for row in p]))
    assert gt.evaluation.digit_measures(p, p)["classifier_score"] == pytest.approx(by_hand)
    sure = np.eye(10)[np.arange(50) % 10]
    assert gt.evaluation.digit_measures(sure, sure)["classifier_score"] == pytest.approx(10)


@pytest.mark.parametrize(
    ("odd", "match"),
    [
        (-np.ones((64, 28, 28, 1)), "at least 65 images .* but there are 64"),
        (np.zeros((0, 28, 28, 1)), "shape"),
        (np.zeros((100, 28, 28)), r"shape \(n, 28, 28, 1\)"),
        (np.full((100, 28, 28, 1), np.nan), "images .*hold NaN"),
        (np.full((100, 28, 28, 1), 255.0), r"\[-1, 1\]"),
        (np.ones((100, 28, 28, 1), np.uint8), "images must be floating-point .* but are uint8"),
    ],
)
def test_odd_images_are_refused(odd, match, images, judge):
    with pytest.raises(ValueError, match=match):
        gt.evaluate(odd, images[:100], judge)
    with pytest.raises(ValueError, match=match.replace(" images", " training images")):
        gt.evaluate(images[:100], odd, judge)


def test_a_generator_is_measured_as_its_images_are(fast_run, images):
    generator, _ = gt.restore(fast_run)
    train_images, test_images = images[:300], images[300:400]
    found = gt.evaluation.evaluate_generator(generator, train_images, test_images, 80, seed=3)
    generated = gt.generate_images(generator, gt.sample_prior(80, seed=3, latent_dim=32))
    assert found["generated"] == gt.evaluate(generated, train_images)
    assert found["test"] == gt.evaluate(gt.evaluation.sample_images(test_images, 80), train_images)
    assert found["ratio"] == found["generated"]["distance"] / found["test"]["distance"] > 1
    fewer = gt.evaluation.evaluate_generator(generator, train_images, test_images[:70])
    assert fewer["generated"]["number"] == fewer["test"]["number"] == 70


def test_the_command_prints_figures(larger_mnist, fast_run, tmp_path, capsys):
    arguments = ["evaluate", "--checkpoint", str(fast_run), "--number", "100"]
    assert main([*arguments, "--json", "--pairs", str(tmp_path / "pairs.png")]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["generated"]["number"] == figures["test"]["number"] == 100
    distances = [figures[name]["distance"] for name in ("generated", "test")]
    assert figures["ratio"] == pytest.approx(distances[0] / distances[1])
    assert (tmp_path / "pairs.png").read_bytes().startswith(b"\x89PNG")
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert f"{distances[0]:.3f}" in printed
    assert gt.evaluation.load_judge().name in printed


def test_too_few_images_are_refused_in_a_line(larger_mnist, fast_run, capsys):
    assert main(["evaluate", "--checkpoint", str(fast_run), "--number", "64"]) == 2
    assert "64 is not in the range x>=65" in capsys.readouterr().err


def test_a_distance_is_never_below_0_and_a_ratio_to_nothing_is_no_number(images, fast_run):
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1, 1e3):
        features = scale * rng.normal(size=(200, 64))
        assert 0 <= gt.evaluation.frechet_distance(features, features) < 1e-6 * scale**2
        assert gt.evaluation.frechet_distance(features, features[::-1]) >= 0
    generator, _ = gt.restore(fast_run)
    same = gt.evaluation.evaluate_generator(generator, images[:100], images[:100], 100)
    assert (same["test"]["distance"], same["ratio"]) == (pytest.approx(0, abs=1e-4), None)
    one = np.repeat(images[:1], 100, axis=0)
    assert gt.evaluation.evaluate_generator(generator, one, one, 100)["ratio"] is None
    other = gt.evaluation.evaluate_generator(generator, images[:100], images[100:200], 100)
    distances = [other[name]["distance"] for name in ("generated", "test")]
    assert other["ratio"] == distances[0] / distances[1]


def test_a_run_that_was_trained_on_other_images_is_named(larger_mnist, fast_run, images, capsys):
    arguments = ["evaluate", "--number", "65", "--checkpoint"]
    assert main([*arguments, str(fast_run)]) == 0
    said = capsys.readouterr().err
    assert "trained on 66 images (sha256 " in said
    assert "and not on 300 images (sha256 " in said
    gt.run(gt.load_mnist()[0][0], fast_run.parent / "same", "fast", epochs=1, seed=5)
    for place in ("same", "same/training_checkpoints"):
        assert main([*arguments, str(fast_run.parent / place)]) == 0
        assert "trained on" not in capsys.readouterr().err


def test_no_ratio_is_said_if_the_test_images_are_training_images(
    fast_run, digits, tmp_path, monkeypatch, capsys
):
    images, labels = digits[0][:100], digits[1][:100]
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez(tmp_path / "mnist.npz", **arrays)
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(tmp_path / "mnist.npz"))
    assert main(["evaluate", "--checkpoint", str(fast_run)]) == 0
    assert "which are at no distance" in capsys.readouterr().out
    assert main(["evaluate", "--checkpoint", str(fast_run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ratio"] is None
