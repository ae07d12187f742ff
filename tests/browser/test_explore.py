"""The page explore.html computes what TensorFlow computes, and asks nobody for anything."""

import json

import numpy as np
import pytest
from helpers import needs_browser

import gan_tutorial as gt
from browser_pages.networks import packed, steps_of
from browser_pages.pages import explore, joined, write
from gan_tutorial.shield import keras
from lecture_pages.outside import outside_addresses

GENERATORS = {"fast": "fast", "lecture": "lecture", "vae": "vae"}
SECONDS = {"fast-discriminator": "fast", "lecture-discriminator": "lecture", "encoder": "vae"}


@pytest.fixture(scope="module")
def html(html_of):
    return html_of(explore)


@pytest.fixture(scope="module")
def page(html, open_page):
    page = open_page(html)
    page.wait_for_function("window.course !== undefined")
    return page


def computed(page, name, inputs):
    """Return what the page computes for inputs (n, ...)."""
    script = """async ([name, inputs]) => {
      const outputs = [];
      for (const input of inputs)
        outputs.push([...await course.computed(name, Float32Array.from(input))]);
      return outputs;
    }"""
    return np.array(page.evaluate(script, [name, inputs.reshape(len(inputs), -1).tolist()]))


@pytest.fixture(scope="module")
def images():
    generator, _ = gt.restore("fast")
    return gt.generate_images(generator, gt.sample_prior(16, seed=1, latent_dim=32))


@needs_browser
@pytest.mark.parametrize("name", GENERATORS)
def test_the_page_draws_what_the_generator_draws(page, name):
    generator, _ = gt.restore(GENERATORS[name])
    points = gt.sample_prior(16, seed=0, latent_dim=generator.input_shape[-1])
    expected = gt.generate_images(generator, points).reshape(16, -1)
    grey = 127.5 * abs(computed(page, name, points) - expected)  # of 255 grey values
    assert grey.max() <= 8
    assert grey.mean() <= 0.3


@needs_browser
@pytest.mark.parametrize("name", [*SECONDS, "judge"])
def test_the_page_sees_what_the_other_networks_see(page, images, name):
    judge = name == "judge"
    network = gt.evaluation.load_judge() if judge else gt.restore(SECONDS[name])[1]
    expected = np.asarray(network(images, training=False))
    assert abs(computed(page, name, images) - expected).max() < 0.1  # of logits, in nats


def test_the_page_is_small_and_needs_no_other_file(html):
    assert len(html) < 12e6
    assert outside_addresses(html) == []


@needs_browser
@pytest.mark.slow
@pytest.mark.parametrize("name", GENERATORS)
def test_the_judge_sees_no_difference_between_the_images_of_page_and_tensorflow(page, name):
    generator, _ = gt.restore(GENERATORS[name])
    points = gt.sample_prior(2000, seed=5, latent_dim=generator.input_shape[-1])
    judge, drawn = gt.evaluation.load_judge(), []
    for part in np.split(points, 40):
        drawn.append(computed(page, name, part).reshape(-1, 28, 28, 1).astype(np.float32))
    sets = np.clip(np.concatenate(drawn), -1, 1), gt.generate_images(generator, points)
    distance = gt.evaluation.frechet_distance(*(gt.evaluation.features(judge, s) for s in sets))
    print(f"{name}: distance {distance:.4f} between 2,000 images of page and TensorFlow")
    assert distance < 0.5


@needs_browser
def test_the_page_draws_when_somebody_moves_something(page):
    picture = "document.querySelector('#point canvas').toDataURL()"
    page.wait_for_timeout(500)
    before = page.evaluate(picture)
    page.locator("#directions input").first.fill("3")
    page.wait_for_function(f"before => {picture} !== before", arg=before)
    page.locator("#model").select_option("vae")
    assert page.locator("#discriminator").is_hidden()  # an autoencoder has none
    drawing = page.locator("#drawing")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + 230, steps=8)
    page.mouse.up()
    page.locator("#result").wait_for(state="visible")
    page.locator("#clear").click()
    page.locator("#result").wait_for(state="hidden")


@needs_browser
def test_a_path_can_begin_and_end_at_the_chosen_point(page):
    page.locator("#model").select_option("fast")
    page.wait_for_function("document.querySelectorAll('.old').length === 0")
    page.locator("#start-here").click()
    page.locator("#new-point").click()
    page.locator("#end-here").click()
    page.wait_for_function("document.querySelectorAll('.old').length === 0")
    pictures = "c => c.map((canvas) => canvas.toDataURL())"
    shown = page.locator("#point canvas").evaluate_all(pictures)
    path = page.locator("#strip canvas").evaluate_all(pictures)
    assert path[-1] == shown[0]
    assert path[0] != path[-1]


@needs_browser
def test_a_small_drawing_gives_the_image_of_a_large_one(page):
    script = """(scale) => {
      const seven = [[[0, 0], [10, 0], [5, 15]], [[3, 8], [9, 8]]];
      const moved = seven.map((stroke) => stroke.map(([x, y]) => [20 + scale * x, 30 + scale * y]));
      return [...course.centred(moved)];
    }"""
    large, small = (np.reshape(page.evaluate(script, scale), (28, 28)) for scale in (12, 1))
    np.testing.assert_allclose(small, large, atol=0.02)
    ink = (large + 1) / 2
    rows, columns = np.mgrid[:28, :28] + 0.5
    for places in (rows, columns):  # the centre of mass is in the middle, as MNIST's is
        assert abs((ink * places).sum() / ink.sum() - 14) < 0.1
    assert 19 <= np.count_nonzero(ink.max(axis=1) > 0.1) <= 21  # rows, the longer side
    assert page.evaluate("course.centred([])") is None


@needs_browser
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
def test_the_page_fits_on_phones_and_projectors(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def numpy_of(step):
    """Return a kernel of a packed step in float64, as the page decodes it."""
    import base64

    kind = np.int8 if "scale" in step else np.float32
    kernel = np.frombuffer(base64.b64decode(step["kernel"]), kind).astype(float)
    if "scale" not in step:
        return kernel
    scale = np.frombuffer(base64.b64decode(step["scale"]), np.float32)
    return (kernel.reshape(len(scale), -1) * scale[:, np.newaxis]).ravel()


def test_eight_bits_lose_at_most_half_a_step_of_each_row():
    network = keras.Sequential([keras.Input((100,)), keras.layers.Dense(60)])
    (exact,), (step,) = steps_of(network), json.loads(packed(network))
    row = abs(exact["kernel"]).max(axis=2, keepdims=True)
    error = abs(numpy_of(step).reshape(exact["kernel"].shape) - exact["kernel"])
    assert (error <= row / 254 * 1.001).all()
    (whole,) = json.loads(packed(network, as_bytes=False))
    np.testing.assert_allclose(numpy_of(whole), exact["kernel"].ravel(), rtol=1e-6)


def test_batch_normalisation_is_folded_into_the_layer_before():
    layers = keras.layers
    network = keras.Sequential(
        [keras.Input((5,)), layers.Dense(4, use_bias=False), layers.BatchNormalization()]
    )
    rng = np.random.default_rng(0)
    network.set_weights([rng.uniform(0.5, 2, w.shape) for w in network.get_weights()])
    (step,), x = steps_of(network), rng.normal(size=(3, 5))
    np.testing.assert_allclose(
        x @ step["kernel"][0].T + step["bias"], network(x, training=False), rtol=1e-5
    )


def test_a_layer_that_the_pages_cannot_compute_is_refused():
    network = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.AveragePooling2D(2)])
    with pytest.raises(ValueError, match="cannot compute a layer of the kind 'AveragePooling2D'"):
        steps_of(network)


def test_modules_are_joined_without_imports():
    text = joined("network", "worker")
    assert "import" not in text
    assert "export" not in text
    assert "function makeNetwork" in text


def test_a_file_of_somebody_else_is_not_replaced(tmp_path):
    (tmp_path / "explore.html").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not made by this program"):
        write(tmp_path)
    assert (tmp_path / "explore.html").read_text(encoding="utf-8") == "mine"
