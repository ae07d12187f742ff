"""Test the latent explorer: directions, film strips, and sliders in a real JupyterLab."""

import contextlib
import os
import re
import subprocess
import sys
import time

import nbformat
import numpy as np
import playwright.sync_api
import pytest

import gan_tutorial as gt
from lecture_pages.decks import browser, find_browser

CELLS = """\
import gan_tutorial as gt
generator, _ = gt.restore()
path = gt.spherical_interpolation(*gt.sample_prior(2, seed=1), 20)
gt.explore(generator, path, gt.principal_directions(generator, 2))"""


@pytest.fixture(scope="module")
def generator():
    return gt.restore()[0]


def test_directions_are_orthonormal_and_the_strongest(generator):
    directions = gt.principal_directions(generator, 4)
    np.testing.assert_allclose(directions @ directions.T, np.eye(4), atol=1e-5)
    weights = generator.layers[0].get_weights()[0]
    moved = np.linalg.norm(directions @ weights, axis=1)
    expected = np.linalg.svd(weights, compute_uv=False)[:4]  # another way to compute it
    np.testing.assert_allclose(moved, expected, rtol=1e-4)


def test_strips_hold_the_images_of_the_shifted_points(generator):
    point, directions = gt.sample_prior(1, seed=3)[0], gt.principal_directions(generator, 2)
    figure = gt.film_strips(generator, point, directions, shifts=(-1, 0, 1))
    drawn = [np.asarray(ax.images[0].get_array()) for ax in figure.axes]
    assert len(drawn) == 6
    expected = gt.generate_images(generator, [point, point - directions[1]])
    np.testing.assert_allclose(drawn[1], expected[0, ..., 0], atol=1e-5)
    np.testing.assert_allclose(drawn[3], expected[1, ..., 0], atol=1e-5)


def test_points_of_another_shape_are_refused(generator):
    path, directions = gt.sample_prior(3, seed=1), gt.principal_directions(generator, 2)
    for wrong in (path[0], [], path[:, :99], np.ones((2, 1))):
        with pytest.raises(ValueError, match=r"path must have the shape \(n, 100\)"):
            gt.explore(generator, wrong)
    for wrong in (directions[0], np.ones((2, 1))):
        with pytest.raises(ValueError, match=r"directions must have the shape \(n, 100\)"):
            gt.explore(generator, path, wrong)
        with pytest.raises(ValueError, match=r"directions must have the shape \(n, 100\)"):
            gt.film_strips(generator, path[0], wrong)


def test_a_strip_goes_through_one_point(generator):
    directions = gt.principal_directions(generator, 2)
    for wrong in (gt.sample_prior(1), gt.sample_prior(1)[0][:99], 1.0):
        with pytest.raises(ValueError, match=r"point must have the shape \(100,\), but has"):
            gt.film_strips(generator, wrong, directions)
    point = gt.sample_prior(1, seed=3)[0]
    figures = [gt.film_strips(generator, p, directions, (0, 1)) for p in (point, point.tolist())]
    drawn = [[np.asarray(ax.images[0].get_array()) for ax in figure.axes] for figure in figures]
    np.testing.assert_array_equal(*drawn)


def test_every_slider_changes_the_image(generator):
    path = gt.sample_prior(3, seed=1)
    image, sliders = gt.explore(generator, path, gt.principal_directions(generator, 2)).children
    seen = {bytes(image.value)}
    for slider, value in zip(sliders.children, (2, 1.5, -2.0), strict=True):
        slider.value = value
        seen.add(bytes(image.value))
    assert len(seen) == 4
    for slider in sliders.children:
        slider.value = 0
    assert bytes(image.value) in seen  # because all sliders are at their starts again


@pytest.mark.skipif(find_browser() is None, reason="no Chromium or Chrome here: no JupyterLab")
def test_a_slider_in_jupyterlab_changes_the_picture(tmp_path):
    cell = nbformat.v4.new_code_cell(CELLS)
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
    nbformat.write(notebook, tmp_path / "explorer.ipynb")
    with jupyterlab(tmp_path) as address, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.wait_for_selector('[data-status="idle"]', timeout=60_000)
        run_until_shown(page, ".widget-image")
        before = page.get_attribute(".widget-image", "src")
        page.focus(".widget-slider .noUi-handle")
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "before => document.querySelector('.widget-image').src !== before", arg=before
        )


def run_until_shown(page, selector):
    """Run the cell of the notebook, again if needed, until an element is shown.

    Several trials can be needed, because JupyterLab ignores keys while it loads.
    """
    said = []
    for _ in range(6):
        with contextlib.suppress(playwright.sync_api.TimeoutError):
            said += answer_dialogs(page)
            page.click(".jp-Notebook .jp-CodeCell .cm-content", timeout=5_000)
            page.keyboard.press("Control+Enter")
            page.wait_for_selector(selector, timeout=30_000)
            return
    raise AssertionError(f"no {selector} after six trials; JupyterLab's dialogs said {said}")


def answer_dialogs(page):
    """Press the last button of each open dialog, and return the texts of the dialogs.

    JupyterLab opens a dialog if its server is slow, for example.
    """
    said = []
    while (dialog := page.query_selector(".jp-Dialog")) is not None and len(said) < 5:
        said.append(dialog.inner_text())
        dialog.query_selector_all(".jp-Dialog-footer button")[-1].click(timeout=5_000)
        page.wait_for_timeout(500)
    return said


@contextlib.contextmanager
def jupyterlab(folder):
    """Start a JupyterLab in a folder, and yield the address of its explorer.ipynb."""
    options = ["--no-browser", "--ServerApp.token=t", "--port=0", "--allow-root"]
    options += [f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None"]
    command = [sys.executable, "-m", "jupyterlab", *options]
    log, environment = folder / "log.txt", {**os.environ, "HOME": str(folder)}
    with log.open("w", encoding="utf-8") as file:
        server = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
    try:
        while not (
            found := re.search(
                r"http://(?:localhost|127\.0\.0\.1):(\d+)/", log.read_text(encoding="utf-8")
            )
        ):
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{found[1]}/lab/tree/explorer.ipynb?token=t"
    finally:
        server.terminate()
        server.wait(20)
