"""Pages and decks of the course in which the generator fast draws in the place of pictures."""

import base64
import io

import nbformat
import numpy as np
import pytest
from helpers import needs_browser
from PIL import Image

import gan_tutorial as gt
from browser_pages.live import make_live
from lecture_pages.decks import make_slides
from lecture_pages.outside import outside_addresses

KINDS = "digits", "directions", "paths"


def notebook(tags):
    """Return an executed notebook with one slide and one picture for each tag."""
    png = io.BytesIO()
    Image.new("L", (80, 60), 128).save(png, "png")
    data = {"image/png": base64.b64encode(png.getvalue()).decode()}
    cells = []
    for tag in tags:
        heading = nbformat.v4.new_markdown_cell(f"# The slide {tag}")
        heading.metadata["slideshow"] = {"slide_type": "slide"}
        output = nbformat.v4.new_output("display_data", data)
        cell = nbformat.v4.new_code_cell("draw()", outputs=[output], execution_count=1)
        cell.metadata["tags"] = [tag]
        cells += [heading, cell]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    nbformat.write(notebook([f"live-{kind}" for kind in KINDS]), folder / "live.ipynb")
    deck = make_slides(folder / "live.ipynb", folder)
    assert make_live(deck)
    return deck


def test_a_deck_stays_one_small_file_and_is_changed_once(deck):
    html = deck.read_text(encoding="utf-8")
    assert outside_addresses(html) == []
    assert len(html) < 8e6
    assert make_live(deck)
    assert deck.read_text(encoding="utf-8") == html


def test_a_deck_without_such_a_cell_is_not_changed(tmp_path):
    nbformat.write(notebook(["hide-code"]), tmp_path / "still.ipynb")
    deck = make_slides(tmp_path / "still.ipynb", tmp_path)
    before = deck.read_bytes()
    assert not make_live(deck)
    assert deck.read_bytes() == before


def test_a_file_of_somebody_else_is_not_changed(tmp_path):
    mine = tmp_path / "mine.html"
    mine.write_text('<div class="celltag_live-digits"></div></body>', encoding="utf-8")
    with pytest.raises(FileExistsError, match="not made by this program"):
        make_live(mine)


@needs_browser
def test_the_generator_draws_on_the_slides(deck, open_page):
    page = open_page(deck.read_text(encoding="utf-8"))
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    numbers = {kind: page.locator(f".celltag_live-{kind} canvas").count() for kind in KINDS}
    assert numbers == {"digits": 20, "directions": 1, "paths": 18}
    assert page.locator(".celltag_live-digits img").is_hidden()
    canvas = page.locator(".celltag_live-directions canvas")
    page.wait_for_function("document.querySelectorAll('canvas:not([data-shown])').length === 0")
    generator, _ = gt.restore("fast")
    start = gt.sample_prior(20, seed=11, latent_dim=32)[:1]  # as in notebook 04
    expected = 127.5 * (1 - gt.generate_images(generator, start).ravel())
    assert abs(grey_of(canvas) - expected).max() <= 9
    page.evaluate("Reveal.slide(1)")
    page.locator(".celltag_live-directions input").first.fill("3")
    page.wait_for_timeout(1000)
    moved = start + 3 * gt.principal_directions(generator, 4)[:1]
    expected = 127.5 * (1 - gt.generate_images(generator, moved).ravel())
    assert abs(grey_of(canvas) - expected).mean() <= 0.5  # 8 bits, far from the prior


def grey_of(canvas):
    """Return what a canvas of the page shows, 784 grey values."""
    data = base64.b64decode(canvas.evaluate("c => c.toDataURL()").partition(",")[2])
    return np.array(Image.open(io.BytesIO(data)).convert("L"), float).ravel()


@needs_browser
def test_without_javascript_the_picture_is_there(deck, open_page):
    page = open_page(deck.read_text(encoding="utf-8"), java_script_enabled=False)
    assert page.locator(".celltag_live-digits img").is_visible()
    assert page.locator("canvas").count() == 0
