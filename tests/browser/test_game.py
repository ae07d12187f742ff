"""The page game.html: its gradients are TensorFlow's, and it plays the game of notebook 01."""

import numpy as np
import pytest
import tensorflow as tf
from helpers import needs_browser

from browser_pages.pages import game
from gan_tutorial.shield import keras
from lecture_pages.outside import outside_addresses

R1 = 0.7


@pytest.fixture(scope="module")
def page(html_of, open_page):
    html = html_of(game)
    assert outside_addresses(html) == []
    return open_page(html)


MOVES = """([real, noise, r1, minimax]) => {
  const { generator, discriminator } = course.newGame(course.options, 3);
  const plain = (layers) => layers.map(({ weights, biases }) => [[...weights], [...biases]]);
  const generated = course.output(generator, Float64Array.from(noise));
  const d = course.discriminatorMove(discriminator, Float64Array.from(real), generated, r1);
  const g = course.generatorMove(generator, discriminator, Float64Array.from(noise), minimax);
  return {
    networks: [plain(generator), plain(discriminator)],
    losses: [g.loss, d.loss], gradients: [plain(g.gradients), plain(d.gradients)],
    points: [...g.points],
  };
}"""


def twin(layers):
    """Return Keras's network with the weights that the page has."""
    units = [len(biases) for _, biases in layers]
    inputs = [2, *units[:-1]]
    network = keras.Sequential([keras.Input((2,), dtype="float64")])
    for k, (weights, biases) in enumerate(layers):
        activation = None if k == len(layers) - 1 else keras.layers.LeakyReLU(0.2, dtype="float64")
        layer = keras.layers.Dense(units[k], activation=activation, dtype="float64")
        network.add(layer)
        layer.set_weights([np.reshape(weights, (units[k], inputs[k])).T, np.array(biases)])
    return network


@needs_browser
@pytest.mark.parametrize("minimax", [False, True])
def test_the_gradients_are_those_of_tensorflow(page, minimax):
    rng = np.random.default_rng(0)
    real, noise = rng.normal(size=(2, 64, 2))
    found = page.evaluate(MOVES, [real.ravel().tolist(), noise.ravel().tolist(), R1, minimax])
    generator, discriminator = (twin(layers) for layers in found["networks"])
    real, noise = tf.constant(real), tf.constant(noise)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(real)
        generated = generator(noise)
        tape.watch(generated)
        logits, fake = discriminator(real), discriminator(generated)
        softplus = tf.nn.softplus  # the library's losses are in float32
        d_loss = tf.reduce_mean(softplus(-logits)) + tf.reduce_mean(softplus(fake))
        slopes = tape.gradient(logits, real)
        d_total = d_loss + R1 / 2 * tf.reduce_mean(tf.reduce_sum(slopes**2, axis=1))
        g_loss = tf.reduce_mean(-softplus(fake) if minimax else softplus(-fake))
    np.testing.assert_allclose(found["losses"], [g_loss, d_loss], rtol=1e-9)
    np.testing.assert_allclose(
        np.reshape(found["points"], (-1, 2)),
        tape.gradient(g_loss, generated),
        rtol=1e-6,
        atol=1e-12,
    )
    for player, (network, loss) in enumerate(((generator, g_loss), (discriminator, d_total))):
        expected = iter(tape.gradient(loss, network.trainable_variables))
        for weights, biases in found["gradients"][player]:
            kernel, bias = next(expected), next(expected)
            scale = abs(kernel.numpy()).max()
            given = np.reshape(weights, kernel.shape[::-1]).T
            np.testing.assert_allclose(given, kernel, rtol=1e-4, atol=1e-8 * scale)
            # the last bias has no slope of the penalty, so that TensorFlow may return 0
            np.testing.assert_allclose(biases, bias, rtol=1e-4, atol=1e-8 * scale)


@needs_browser
def test_momentum_is_the_switch_that_notebook_01_found(page):
    script = """(momentum) => [1, 2, 3, 4].map((seed) => {
      const options = { points: 64, order: "simultaneous", minimax: false, r1: 0, momentum,
        generatorRate: 0.001, discriminatorRate: 0.001, sample: course.DATA["ring of eight"] };
      const game = course.newGame(options, seed);
      for (let i = 0; i < 1000; i++) game.step();
      return course.modesFound(game.generator, game.random);
    })"""
    without, with_momentum = (np.array(page.evaluate(script, m)) for m in (0, 0.9))
    assert without.mean() > 6
    assert with_momentum.mean() < 3


@needs_browser
def test_the_buttons_work(page):
    page.locator("#play").click()
    page.wait_for_function("course.state.game.steps > 20")
    page.locator("#play").click()
    steps = page.evaluate("course.state.game.steps")
    page.locator("#step").click()
    assert page.evaluate("course.state.game.steps") == steps + 1
    for order in ("alternating", "extragradient"):
        page.locator("#order").select_option(order)
        page.locator("#step").click()
    page.locator("#data").select_option("drawn by you")
    page.locator("#plane").scroll_into_view_if_needed()
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 150, steps=5)
    page.mouse.up()
    assert page.evaluate("course.state.drawn.length") >= 4
    page.locator("#clear").click()
    assert page.evaluate("course.state.drawn.length") == 0
    page.mouse.click(box["x"] + 50, box["y"] + 50)
    assert page.evaluate("course.state.drawn.length") == 1
    page.locator("[data-set]").nth(1).click()
    assert page.locator("#momentum").input_value() == "0"
    page.wait_for_function("course.state.game.steps > 20")
    page.locator("#play").click()


@needs_browser
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
def test_the_page_fits_on_phones_and_projectors(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
