import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_tutorial as gt


@pytest.fixture(scope="module")
def generator():
    """Return a small generator whose moving averages are not the initial ones."""
    keras.utils.set_random_seed(3)
    generator = gt.generator_model(channels=8)
    for _ in range(20):
        generator(gt.sample_prior(64, seed=0), training=True)
    return generator


SCALES = [(1, 1), (5, 1), (-5, 1), (1, 5), (1, 10)]  # the lecture's


@pytest.mark.parametrize(("scale_means", "scale_stds"), SCALES)
def test_latent_points_have_the_lectures_means_and_deviations(scale_means, scale_stds):
    number = 20_000
    points = gt.generate_latent_points(number, scale_means, scale_stds, seed=1)
    assert points.shape == (number, 100)
    assert points.dtype == np.float32
    t = np.array([-1 + 2 * i / 99 for i in range(100)])
    deviations = abs(scale_stds) * abs(t)
    # five standard errors of a mean and of a deviation
    assert (abs(points.mean(0) - scale_means * t) < 5 * deviations / math.sqrt(number)).all()
    assert (abs(points.std(0) - deviations) < 5 * deviations / math.sqrt(2 * number)).all()


def test_sign_of_a_deviation_changes_nothing():
    points = gt.generate_latent_points(20_000, 1, 5, seed=1)
    same = gt.generate_latent_points(20_000, 1, -5, seed=1)
    np.testing.assert_array_equal(points, same)
    # the notes' version, with deviations from -5 to 5: the same distribution
    t = tf.linspace(-1.0, 1.0, 100)
    notes = tf.random.stateless_normal([20_000, 100], [1, 2], mean=t, stddev=5 * t).numpy()
    half = points[:, :50], notes[:, :50]  # where their deviations are negative
    for percent in (5, 50, 95):
        ours, theirs = (np.percentile(p, percent, axis=0) for p in half)
        np.testing.assert_allclose(ours, theirs, atol=0.25)
    assert points[:, 49:51].std() < 0.06  # the middle coordinates barely vary at all


def norm_and_cosine(points):
    """Return the mean norm and the mean cosine between two points."""
    norms = np.linalg.norm(points, axis=1)
    total = (points / norms[:, np.newaxis]).sum(0, dtype=np.float64)
    number = len(points)
    return norms.mean(), (total @ total - number) / (number * (number - 1))


FACTS = {(1, 1): (8.2, 0.50), (5, 1): (29.7, 0.96), (1, 5): (29.6, 0.04), (1, 10): (58.5, 0.01)}


@pytest.mark.parametrize("scales", FACTS)
def test_norms_and_cosines_are_those_measured(scales):
    norm, cosine = norm_and_cosine(gt.generate_latent_points(2000, *scales, seed=1))
    assert (norm, cosine) == (
        pytest.approx(FACTS[scales][0], abs=0.2),
        pytest.approx(FACTS[scales][1], abs=0.02),
    )


def test_prior_is_standard_normal():
    points = gt.sample_prior(2000, seed=1)
    assert points.shape == (2000, 100)
    assert points.dtype == np.float32
    norm, cosine = norm_and_cosine(points)
    # the mean of the chi distribution of 100 degrees of freedom
    chi = math.sqrt(2) * math.exp(math.lgamma(50.5) - math.lgamma(50))
    assert norm == pytest.approx(chi, abs=0.1) == pytest.approx(9.9, abs=0.2)
    assert cosine == pytest.approx(0, abs=0.02)
    assert points.mean() == pytest.approx(0, abs=5 / math.sqrt(200_000))
    assert points.std() == pytest.approx(1, abs=5 / math.sqrt(400_000))


@pytest.mark.parametrize("make", [gt.sample_prior, gt.generate_latent_points])
def test_seeds_reproduce_points_whatever_else_is_drawn(make):
    first = make(10, seed=3)
    np.random.default_rng().random(5)
    keras.utils.set_random_seed(1)
    np.testing.assert_array_equal(make(10, seed=3), first)
    assert (make(10, seed=4) != first).any()
    keras.utils.set_random_seed(1)
    unseeded = make(10)
    keras.utils.set_random_seed(1)
    assert (make(10) != unseeded).any()


@pytest.mark.parametrize("make", [gt.sample_prior, gt.generate_latent_points])
@pytest.mark.parametrize("number", [0, -3, 2.5, True, math.nan, "many", None])
def test_number_must_be_whole_and_positive(make, number):
    with pytest.raises(ValueError, match=f"number must be .* at least 1, but is {number!r}"):
        make(number)


def two_points(equal_norms=False):
    point_1, point_2 = gt.sample_prior(2, seed=8)
    if equal_norms:
        point_2 = point_2 * np.linalg.norm(point_1) / np.linalg.norm(point_2)
    return point_1, point_2


@pytest.mark.parametrize("path", [gt.interpolation, gt.spherical_interpolation])
def test_paths_begin_and_end_at_their_points_exactly(path):
    point_1, point_2 = two_points()
    points = path(point_1, point_2, 7)
    assert points.shape == (7, 100)
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points[0], point_1)
    np.testing.assert_array_equal(points[-1], point_2)
    assert len({point.tobytes() for point in points}) == 7
    assert path(point_1, point_2).shape == (10, 100)


def test_straight_path_has_equal_steps_and_a_shorter_middle():
    point_1, point_2 = two_points(equal_norms=True)
    points = gt.interpolation(point_1, point_2, 5)
    np.testing.assert_allclose(np.diff(points, axis=0), [(point_2 - point_1) / 4] * 4, atol=1e-6)
    cosine = point_1 @ point_2 / np.linalg.norm(point_1) ** 2
    shrunk = np.linalg.norm(points[2]) / np.linalg.norm(point_1)
    assert shrunk == pytest.approx(math.sqrt((1 + cosine) / 2), rel=1e-5)
    assert shrunk == pytest.approx(math.sqrt(1 / 2), abs=0.1)


def test_great_circle_keeps_the_norm_and_has_equal_angles():
    point_1, point_2 = two_points(equal_norms=True)
    points = gt.spherical_interpolation(point_1, point_2, 9)
    norms = np.linalg.norm(points, axis=1)
    np.testing.assert_allclose(norms, norms[0], rtol=1e-5)
    cosines = (points[:-1] * points[1:]).sum(1) / norms[0] ** 2
    whole = math.acos(point_1 @ point_2 / norms[0] ** 2)
    np.testing.assert_allclose(np.arccos(cosines), whole / 8, rtol=1e-3)


def test_great_circle_in_the_plane_is_a_quarter_turn():
    x, y = np.array([2.0, 0]), np.array([0, 2.0])
    points = gt.spherical_interpolation(x, y, 3)
    np.testing.assert_allclose(points, [[2, 0], [math.sqrt(2)] * 2, [0, 2]], atol=1e-6)


@pytest.mark.parametrize("factor", [1, 2, 0])
def test_great_circle_of_parallel_points_is_the_straight_path(factor):
    point, _ = two_points()
    points = gt.spherical_interpolation(point, factor * point, 5)
    np.testing.assert_array_equal(points, gt.interpolation(point, factor * point, 5))
    assert np.isfinite(points).all()


@pytest.mark.parametrize("path", [gt.interpolation, gt.spherical_interpolation])
@pytest.mark.parametrize("number", [0, -3, 1.5])
def test_paths_need_a_positive_number_of_points(path, number):
    with pytest.raises(ValueError, match=f"number must be .* at least 1, but is {number}"):
        path(*two_points(), number)


def test_images_in_batches_equal_those_one_by_one(generator):
    points = gt.sample_prior(300, seed=2)
    images = gt.generate_images(generator, points)
    assert images.shape == (300, 28, 28, 1)
    assert images.dtype == np.float32
    assert np.abs(images).max() <= 1
    for i in (0, 1, 255, 256, 257, 299):
        alone = generator(points[i : i + 1], training=False)[0]
        np.testing.assert_allclose(images[i], alone, rtol=1e-4, atol=1e-6)
    assert len({image.tobytes() for image in images}) == 300
    # in training mode an image depends on its neighbours
    twin = keras.models.clone_model(generator)
    twin.set_weights(generator.get_weights())
    assert np.abs(twin(points, training=True) - images).max() > 1e-3


def test_images_are_made_by_at_most_1024_at_a_time(generator):
    sizes = []

    def note(x):
        sizes.append(x.shape[0])
        return x

    recording = keras.Sequential(
        [keras.Input((100,)), keras.layers.Lambda(note), *generator.layers]
    )
    sizes.clear()
    gt.generate_images(recording, gt.sample_prior(2100, seed=0))
    assert sizes == [1024, 1024, 52]


def test_generator_is_an_argument_and_stays_as_it_was(generator):
    points = gt.sample_prior(3, seed=0)
    other = gt.generator_model(channels=4)
    before = generator.get_weights()
    ours, others = gt.generate_images(generator, points), gt.generate_images(other, points)
    assert (ours != others).any()
    for weights, old in zip(generator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, old)


def test_notes_generate_images_reads_an_undefined_global():
    notes = {}
    exec("def generate_images(points):\n    return generator.predict(points)", notes)
    with pytest.raises(NameError, match="generator"):
        notes["generate_images"](gt.sample_prior(3))


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        (np.zeros((4, 99)), r"shape \(n, 100\).* have \(4, 99\)"),
        (np.zeros(100), r"shape \(n, 100\).* have \(100,\)"),
        (np.zeros((0, 100)), r"n at least 1.* have \(0, 100\)"),
        (np.zeros((2, 10, 10)), r"have \(2, 10, 10\)"),
        (np.full((2, 100), math.nan), "finite.* NaN"),
        (np.full((2, 100), -math.inf), "finite.* infinity"),
        ([["7"] * 99 + ["seven"]], "must be numbers.*seven"),
        ([[0.0] * 100, [0.0] * 99], "must be numbers"),
        (None, r"have \(\)"),
    ],
)
def test_row_23_unusable_latent_points_are_one_clear_error(points, complaint, generator):
    with pytest.raises(ValueError, match=complaint):
        gt.generate_images(generator, points)


@pytest.mark.parametrize("path", [gt.interpolation, gt.spherical_interpolation])
def test_paths_of_several_pairs_are_the_paths_of_each_pair(path):
    points = gt.sample_prior(20, seed=3)
    points[13] = points[3]  # a pair of one point, whose path is straight
    paths = path(points[:10], points[10:], 7)
    assert paths.shape == (10, 7, 100)
    for found, start, end in zip(paths, points[:10], points[10:], strict=True):
        np.testing.assert_array_equal(found, path(start, end, 7))
    assert path(gt.sample_prior(1), gt.sample_prior(1)).shape == (1, 10, 100)
    assert path(points[0].tolist(), tf.constant(points[1])).shape == (10, 100)
    assert path(points[0], points[1], 7.0).shape == (7, 100)  # a whole number all the same


@pytest.mark.parametrize("path", [gt.interpolation, gt.spherical_interpolation])
@pytest.mark.parametrize(
    ("start", "end", "complaint"),
    [
        (np.ones(100), np.ones(99), r"but have \(100,\) and \(99,\)"),
        (np.ones((10, 100)), np.ones((9, 100)), r"but have \(10, 100\) and \(9, 100\)"),
        (np.ones((1, 100)), np.ones(100), r"but have \(1, 100\) and \(100,\)"),
        (np.ones((2, 3, 4)), np.ones((2, 3, 4)), r"but have \(2, 3, 4\)"),
        (1.0, 2.0, r"but have \(\) and \(\)"),
        ([], [], r"but have \(0,\)"),
        ([np.nan] * 3, [1.0] * 3, "hold NaN"),
        (["a"], ["b"], "must be numbers"),
    ],
)
def test_ends_of_other_shapes_are_one_error(path, start, end, complaint):
    with pytest.raises(ValueError, match=complaint):
        path(start, end)
