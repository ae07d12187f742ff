import math
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import gan_tutorial as gt


def images_in(figure):
    """Return the images that a Figure shows, read back from its axes."""
    return [np.asarray(image.get_array()) for ax in figure.axes for image in ax.get_images()]


def times_shown(figure, images):
    """Return how often a Figure shows each of some images, and nothing else."""
    shown = Counter(image.tobytes() for image in images_in(figure))
    keys = [image[..., 0].tobytes() for image in images]
    assert shown.keys() <= {*keys}
    return [shown[key] for key in keys]


@pytest.mark.parametrize("number", [100, 225, 400, 7, 1])
def test_every_image_is_shown_exactly_once(number, images):
    figure = gt.plot_result(images[:number])
    assert times_shown(figure, images[:number]) == [1] * number
    if number == 100:
        # the notes' version, on as many axes
        for position, ax in enumerate(figure.axes):
            i, j = divmod(position, 10)
            ax.clear()
            ax.imshow(images[i * j, ..., 0])
        assert sum(times > 0 for times in times_shown(figure, images[:100])) == 37


@pytest.mark.parametrize(("side", "different"), [(10, 37), (15, 81), (20, 143)])
def test_notes_index_shows_few_different_images(side, different, images):
    shown = [images[i * j] for i in range(side) for j in range(side)]
    assert len({image.tobytes() for image in shown}) == different
    edges = [images[i * j] for i in range(side) for j in range(side) if i == 0 or j == 0]
    assert len({image.tobytes() for image in edges}) == 1


def test_images_stand_in_reading_order(images):
    figure = gt.plot_result(images[:7])  # on a grid of 3 x 3
    places = [ax.get_position() for ax in figure.axes if ax.get_images()]
    rows_and_columns = [(-round(place.y0, 3), round(place.x0, 3)) for place in places]
    assert rows_and_columns == sorted(rows_and_columns)
    assert len({row for row, _ in rows_and_columns}) == 3
    for shown, image in zip(images_in(figure), images[:7], strict=True):
        np.testing.assert_array_equal(shown, image[..., 0])
    assert not any(ax.axison for ax in figure.axes)


def test_only_the_first_number_images_are_shown(images):
    figure = gt.plot_result(images[:9], 5)
    assert times_shown(figure, images[:9]) == [1] * 5 + [0] * 4


@pytest.mark.parametrize("number", [0, -3, 10])
def test_number_must_be_of_the_images(number, images):
    with pytest.raises(ValueError, match=f"from 1 to the number of images, 9, but is {number}"):
        gt.plot_result(images[:9], number)


@pytest.mark.filterwarnings("ignore:no pixel of these images")
def test_one_colour_map_serves_all_pictures_and_ink_is_dark(images, tmp_path):
    single = Figure()
    gt.plotting.show_image(images[0], single.subplots())
    figures = [single, gt.plot_result(images[:4]), gt.plot_result(images[:4] / 2, titles="abcd")]
    looks = {
        (image.get_cmap().name, image.get_clim())
        for figure in figures
        for ax in figure.axes
        for image in ax.get_images()
    }
    assert looks == {("Greys", (-1, 1))}
    for value, grey in ((1, 0), (-1, 255)):
        figure = gt.plot_result(np.full((1, 28, 28, 1), value, np.float32))
        gt.plotting.save_figure(figure, tmp_path / "one.png")
        with Image.open(tmp_path / "one.png") as picture:
            assert picture.convert("L").getpixel((30, 30)) == grey
    # the notes' two colour maps turn black into white
    assert plt.colormaps["Greys"](1.0)[:3] == plt.colormaps["gray"](0.0)[:3] == (0, 0, 0)


def test_titles_stand_above_their_images(images):
    figure = gt.plot_result(images[:3], titles=[7, 0, 4])
    assert [ax.get_title() for ax in figure.axes if ax.get_images()] == ["7", "0", "4"]


def test_figures_are_not_kept_by_pyplot(images):
    before = plt.get_fignums()
    gt.plot_result(images[:4])
    gt.plot_losses(np.ones((10, 2)))
    assert plt.get_fignums() == before


def test_loss_curves_are_the_losses_beside_ln_2_and_2_ln_2():
    losses = np.random.default_rng(0).uniform(0, 2, (200, 2))
    (ax,) = gt.plot_losses(losses, steps_per_epoch=20).axes
    curves = {"steps": [], "means": [], "levels": []}
    for line in ax.get_lines():
        length = len(line.get_xdata())
        curves[{200: "steps", 197: "means", 2: "levels"}[length]].append(line)
    for column in (0, 1):
        line = curves["steps"][column]
        np.testing.assert_allclose(line.get_xdata(), np.arange(1, 201) / 20)
        np.testing.assert_array_equal(line.get_ydata(), losses[:, column])
        running = [losses[i : i + 4, column].mean() for i in range(197)]
        np.testing.assert_allclose(curves["means"][column].get_ydata(), running)
        np.testing.assert_allclose(curves["means"][column].get_xdata()[-1], 10)
    levels = [line.get_ydata()[0] for line in curves["levels"]]
    assert levels == pytest.approx([math.log(2), 2 * math.log(2)])
    assert ax.get_xlabel() == "epoch"


@pytest.fixture(scope="module")
def generator():
    return gt.generator_model(channels=4)


def test_epoch_picture_has_the_lectures_name_and_equal_bytes(generator, tmp_path):
    points = gt.sample_prior(16, seed=0)
    directory = tmp_path / "new" / "images_from_seed_images"
    path = gt.generate_and_save_images(generator, 3, points, directory)
    assert path == directory / "image_at_epoch_003.png"
    content = path.read_bytes()
    assert [entry.name for entry in directory.iterdir()] == [path.name]
    assert gt.generate_and_save_images(generator, 3, points, directory).read_bytes() == content
    other = gt.sample_prior(16, seed=1)
    assert gt.generate_and_save_images(generator, 3, other, directory).read_bytes() != content
    with Image.open(path) as picture:
        assert picture.size == (400, 400)


def test_default_folder_is_the_lectures(generator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gt.generate_and_save_images(generator, 12, gt.sample_prior(1, seed=0))
    assert (tmp_path / "images_from_seed_images" / "image_at_epoch_012.png").is_file()


def test_picture_that_fails_leaves_the_old_file(images, tmp_path):
    path = tmp_path / "grid.png"
    path.write_bytes(b"old")
    figure = gt.plot_result(images[:1])
    figure.axes[0].set_title("$\\frac{$")  # no formula: drawing it fails
    with pytest.raises(ValueError, match="frac"):
        gt.plotting.save_figure(figure, path)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("grid.png", b"old")]


@pytest.mark.parametrize("network", [gt.generator_model(), gt.discriminator_model()])
def test_picture_of_a_network_names_every_layer_with_its_shape(network):
    picture = gt.plot_model(network).data.replace(" ", "").replace("\n", "")
    for layer in network.layers:
        assert "×".join(str(length) for length in layer.output.shape[1:]) in picture
        assert picture.count("Dense") == sum(type(x).__name__ == "Dense" for x in network.layers)
    names = [type(layer).__name__ for layer in network.layers]
    assert all(name in picture for name in names)
    changed = [*("Dense", "Reshape", "Flatten"), *("Conv2D", "Conv2DTranspose")]
    assert picture.count('class="node"') == 1 + sum(name in changed for name in names)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda x: np.uint8((x + 1) * 127.5), "must be floating-point .* uint8; .* x / 127.5 - 1"),
        (lambda x: (x + 1) * 127.5, "from 0.0 to 255.0; .* x / 127.5 - 1"),
        (lambda x: 3 * x, "from -3.0 to 3.0"),
        (lambda x: x * np.nan, "hold NaN"),
        (lambda x: x > 0, "but are bool"),
    ],
)
@pytest.mark.parametrize("shape", [(-1, 28, 28, 1), (-1, 28, 28)])
def test_images_in_another_range_are_not_drawn(change, complaint, shape, images):
    with pytest.raises(ValueError, match=complaint):
        gt.plot_result(change(images[:4]).reshape(shape))


def test_images_from_0_to_1_are_warned_of_and_the_mend_is_right(images):
    wrong = (images[:4] + 1) / 2
    with pytest.warns(UserWarning, match="2 \\* x - 1"):
        gt.plot_result(wrong)
    drawn = [ax.images[0].get_array() for ax in gt.plot_result(2 * wrong - 1).axes]
    np.testing.assert_allclose(drawn, images[:4, ..., 0], atol=1e-6)


@pytest.mark.parametrize("number", [0, 5, 2.5, "2", -1])
def test_another_number_of_images_is_refused(number, images):
    with pytest.raises(ValueError, match=f"from 1 to the number of images, 4, but is {number!r}"):
        gt.plot_result(images[:4], number)


def test_losses_of_an_autoencoder_have_their_names_and_no_lines_of_the_game():
    losses = np.random.default_rng(0).uniform(20, 90, (100, 2))
    (ax,) = gt.plot_losses(losses, names=("distortion", "rate")).axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["distortion", "rate"]
    assert not [line for line in ax.lines if line.get_linestyle() == "--"]
    (ax,) = gt.plot_losses(losses).axes
    assert len([line for line in ax.lines if line.get_linestyle() == "--"]) == 2
