"""Test what the live view draws, and what stays in the notebook for a reader."""

import nbformat
import numpy as np

import gan_tutorial as gt
from lecture_pages.execute import execute


def test_all_losses_and_the_first_sixteen_points_are_drawn(fast_run, capsys):
    generator, _ = gt.restore(fast_run)
    points = gt.sample_prior(20, seed=1, latent_dim=32)
    view = gt.LiveView(generator, points, epochs=4)
    losses = np.random.default_rng(0).uniform(0.5, 1.5, (6, 2))
    view(1, losses[:3])
    view(2, losses[3:])
    figure = view.figure(2)
    (curves, *grid) = figure.axes
    np.testing.assert_allclose(curves.lines[0].get_ydata(), losses[:, 0])
    drawn = np.array([ax.images[0].get_array() for ax in grid])
    np.testing.assert_allclose(drawn, gt.generate_images(generator, points)[:16, ..., 0], atol=1e-5)
    assert figure.get_suptitle().startswith("epoch 2 of 4: ")
    assert figure.get_suptitle().endswith(" s to go")


def test_in_a_notebook_one_picture_stays(tmp_path):
    source = """
import numpy as np, gan_tutorial as gt
view = gt.LiveView(gt.make_networks("fast")[0], gt.sample_prior(2, seed=1, latent_dim=32), epochs=3)
for epoch in (1, 2, 3):
    view(epoch, np.ones((4, 2)))"""
    path = tmp_path / "live.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    outputs = execute(path).cells[0].outputs
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 1


def test_a_run_shows_all_its_losses_also_when_it_goes_on(images, tmp_path):
    views = []

    def watched(*given):
        views.append(gt.LiveView(*given))
        return views[-1]

    gt.run(images[:48], tmp_path, "fast", epochs=1, batch_size=16, watch=watched)
    losses = gt.run(images[:48], tmp_path, epochs=2, resume=True, watch=watched)
    np.testing.assert_array_equal(views[0].losses, losses[: len(losses) // 2])
    np.testing.assert_array_equal(views[1].losses, losses)
    assert views[1].epochs == 2
    gt.run(images[:48], tmp_path, epochs=1, resume=True, watch=watched)
    np.testing.assert_array_equal(views[2].losses, losses)
    assert views[2].figure(2).get_suptitle().startswith("epoch 2 of 2: ")


def test_time_left_is_in_proportion(fast_run, monkeypatch):
    clock = iter([100.0, 130.0, 130.0])
    monkeypatch.setattr("gan_tutorial.classroom.live.time.monotonic", lambda: next(clock))
    view = gt.LiveView(gt.restore(fast_run)[0], gt.sample_prior(2, seed=1, latent_dim=32), epochs=5)
    view.losses, view.calls = [(1.0, 1.0)], 2
    assert view.figure(2).get_suptitle() == "epoch 2 of 5: 30 s, 45 s to go"
    assert view.figure(4).get_suptitle() == "epoch 4 of 5: 30 s, 15 s to go"  # resumed after 2
