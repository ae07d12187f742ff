"""Pages and decks of the course in which the generator fast draws in the place of pictures."""

import base64
import io

import numpy as np
import pytest
from helpers import needs_browser
from PIL import Image

import gan_tutorial as gt
from browser_pages.inline import make_live
from lecture_pages.outside import outside_addresses

KINDS = "digits", "directions"


def test_a_deck_stays_one_small_file_and_is_changed_once(live_deck):
    html = live_deck.read_text(encoding="utf-8")
    assert outside_addresses(html) == []
    assert len(html) < 8e6
    assert make_live(live_deck)
    assert live_deck.read_text(encoding="utf-8") == html


def test_a_deck_without_such_a_cell_is_not_changed(still_deck):
    before = still_deck.read_bytes()
    assert not make_live(still_deck)
    assert still_deck.read_bytes() == before


def test_a_file_of_somebody_else_is_not_changed(tmp_path):
    mine = tmp_path / "mine.html"
    mine.write_text('<div class="celltag_live-digits"></div></body>', encoding="utf-8")
    with pytest.raises(FileExistsError, match="not made by this program"):
        make_live(mine)


@needs_browser
def test_the_generator_draws_on_the_slides(live_deck, open_page):
    page = open_page(live_deck.read_text(encoding="utf-8"))
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    numbers = {kind: page.locator(f".celltag_live-{kind} canvas").count() for kind in KINDS}
    assert numbers == {"digits": 20, "directions": 1}
    assert page.locator(".celltag_live-digits img").is_hidden()
    canvas = page.locator(".celltag_live-directions canvas")
    page.wait_for_function("document.querySelectorAll('canvas:not([data-shown])').length === 0")
    generator, _ = gt.restore("fast")
    start = gt.sample_prior(20, seed=11, latent_dim=32)[:1]  # as in notebook 04
    expected = 127.5 * (1 - gt.generate_images(generator, start).ravel())
    assert abs(grey_of(canvas) - expected).max() <= 9
    page.evaluate("Reveal.slide(1)")
    before = canvas.evaluate("c => c.toDataURL()")
    page.locator(".celltag_live-directions input").first.fill("3")
    drawn = (
        "before => document.querySelector('.celltag_live-directions canvas').toDataURL() !== before"
    )
    page.wait_for_function(drawn, arg=before)
    moved = start + 3 * gt.principal_directions(generator, 4)[:1]
    expected = 127.5 * (1 - gt.generate_images(generator, moved).ravel())
    assert abs(grey_of(canvas) - expected).mean() <= 0.5  # 8 bits, far from the prior


def grey_of(canvas):
    """Return what a canvas of the page shows, 784 grey values."""
    data = base64.b64decode(canvas.evaluate("c => c.toDataURL()").partition(",")[2])
    return np.array(Image.open(io.BytesIO(data)).convert("L"), float).ravel()


@needs_browser
def test_keys_move_a_slider_press_a_button_and_turn_the_slides(live_deck, open_page):
    page = open_page(live_deck.read_text(encoding="utf-8"))
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.locator(".celltag_live-digits").get_by_text("Show the picture").press("Space")
    assert page.locator(".celltag_live-digits img").is_visible()
    assert page.evaluate("Reveal.getIndices().h") == 0
    page.evaluate("Reveal.slide(1)")
    slider = page.locator(".celltag_live-directions input").first
    slider.press("ArrowRight")
    assert float(slider.input_value()) == 0.1
    assert page.evaluate("Reveal.getIndices().h") == 1
    slider.press("PageUp")
    assert page.evaluate("Reveal.getIndices().h") == 0
    assert float(slider.input_value()) == 0.1


@needs_browser
def test_a_button_brings_the_picture_back(live_deck, open_page):
    page = open_page(live_deck.read_text(encoding="utf-8"))
    digits = page.locator(".celltag_live-digits")
    digits.get_by_text("Show the picture").click()
    assert digits.locator("img").is_visible()
    assert digits.locator("canvas").first.is_hidden()
    digits.get_by_text("Let the generator draw").click()
    assert digits.locator("img").is_hidden()


@needs_browser
def test_without_javascript_the_picture_is_there(live_deck, open_page):
    page = open_page(live_deck.read_text(encoding="utf-8"), java_script_enabled=False)
    assert page.locator(".celltag_live-digits img").is_visible()
    assert page.locator("canvas").count() == 0
