"""The movie: every picture, in order, with its epoch."""

import numpy as np
import pytest
from PIL import Image

import gan_tutorial as gt


@pytest.fixture
def pictures(images, tmp_path):
    """Return a folder of five different pictures of a run, written in another order."""
    for epoch in (3, 1, 5, 2, 4):
        figure = gt.plot_result(images[epoch : epoch + 1], size=1)
        gt.plotting.save_figure(figure, tmp_path / f"image_at_epoch_{epoch:03d}.png")
    return tmp_path


def frames_of(path):
    with Image.open(path) as movie:
        frames = []
        for number in range(movie.n_frames):
            movie.seek(number)
            frames.append((movie.info["duration"], np.asarray(movie.convert("L"), np.int16)))
        return frames, movie.info["loop"]


def test_movie_shows_every_picture_for_an_eighth_of_a_second_for_ever(pictures):
    path = gt.make_movie(pictures)
    assert path == pictures / "generation.gif"
    frames, loop = frames_of(path)
    assert loop == 0
    assert [duration for duration, _ in frames] == [120] * 5  # 125 ms, but a GIF counts in 10 ms
    for epoch, (_, frame) in enumerate(frames, 1):
        with Image.open(pictures / f"image_at_epoch_{epoch:03d}.png") as picture:
            difference = np.abs(frame[:100] - np.asarray(picture.convert("L"), np.int16))
        assert difference.max() <= 1


def test_each_frame_says_its_epoch_below_the_picture(pictures):
    frames, _ = frames_of(gt.make_movie(pictures))
    strips = [frame[100:] for _, frame in frames]
    assert all(strip.shape == (28, 100) and strip.min() < 60 for strip in strips)
    assert len({strip.tobytes() for strip in strips}) == 5  # five numbers
    assert all((strip[:, :40] == strips[0][:, :40]).all() for strip in strips)  # one word


def test_movie_of_equal_pictures_has_equal_bytes(pictures, tmp_path):
    first = gt.make_movie(pictures).read_bytes()
    again = gt.make_movie(pictures, tmp_path / "elsewhere" / "again.gif")
    assert again == tmp_path / "elsewhere" / "again.gif"
    assert again.read_bytes() == first


def test_pictures_after_epoch_999_come_last(images, tmp_path):
    for epoch in (999, 1000, 101):
        figure = gt.plot_result(images[epoch : epoch + 1])
        gt.plotting.save_figure(figure, tmp_path / f"image_at_epoch_{epoch:03d}.png")
    frames, _ = frames_of(gt.make_movie(tmp_path))
    for epoch, (_, frame) in zip((101, 999, 1000), frames, strict=True):
        with Image.open(tmp_path / f"image_at_epoch_{epoch:03d}.png") as picture:
            height = picture.height
            assert np.abs(frame[:height] - np.asarray(picture.convert("L"), np.int16)).max() <= 1


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-200])


def emptied(path):
    path.write_bytes(b"")


def replaced_by_text(path):
    path.write_text("no picture", encoding="utf-8")


@pytest.mark.parametrize("damage", [cut_off, emptied, replaced_by_text])
def test_damaged_picture_is_named_and_the_old_movie_stays(damage, pictures):
    movie = gt.make_movie(pictures)
    old = movie.read_bytes()
    damage(pictures / "image_at_epoch_004.png")
    before = sorted(pictures.iterdir())
    with pytest.raises(ValueError, match=r"damaged picture .*image_at_epoch_004.png"):
        gt.make_movie(pictures)
    assert movie.read_bytes() == old
    assert sorted(pictures.iterdir()) == before


def test_folder_without_pictures_is_an_error_that_names_it(tmp_path):
    for directory in (tmp_path, tmp_path / "missing"):
        with pytest.raises(FileNotFoundError, match=directory.name):
            gt.make_movie(directory)
    assert list(tmp_path.iterdir()) == []
