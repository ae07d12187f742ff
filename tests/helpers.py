"""What several tests use: small recipes, the files of a folder, notebooks, processes."""

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import gan_tutorial as gt
from lecture_pages import decks, exporters

with gt.quiet():
    import tensorflow as tf

    from gan_tutorial.runs import run as run_module

PROJECT = Path(__file__).resolve().parent.parent
LESSONS = sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb"))
GLOSSARY = PROJECT / "notebooks" / "glossary.ipynb"  # has no code, no exercises and no slides
SOLUTIONS = sorted((PROJECT / "notebooks" / "solutions").glob("*.ipynb"))
NOTEBOOKS = [*LESSONS, *SOLUTIONS]

NAMESPACES = (
    "autoencoder",
    "checkpoints",
    "evaluation",
    "games",
    "likelihoods",
    "plotting",
    "replicas",
)

TINY = {  # networks of a second, with Dropout
    "epochs": 3,
    "batch_size": 8,
    "optimizer": {"learning_rate": 1e-3},
    "generator": {"channels": 8, "kernel_size": 3},
    "discriminator": {"channels": 4, "kernel_size": 3},
}
STEPS = 3  # an epoch of 20 images in batches of 8, so that the last batch is smaller

needs_browser = pytest.mark.skipif(
    decks.find_browser() is None, reason="no Chromium or Chrome here: slides are not looked at"
)


def checkpoint_tensors(path):
    """Return {name: array} of all tensors of a checkpoint file, read without any network."""
    with contextlib.chdir(path.parent):  # the folder's name might be a pattern to TensorFlow
        reader = tf.train.load_checkpoint(path.name)
        names = reader.get_variable_to_shape_map()
        return {name: reader.get_tensor(name) for name in names if "OBJECT_GRAPH" not in name}


def contents(directory):
    """Return {relative path: bytes} of all files below a folder."""
    files = [path for path in Path(directory).rglob("*") if path.is_file()]
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def run_python(*arguments, cwd, **environment):
    """Run a new Python in a folder that is its HOME too, with no data named."""
    dropped = ("GAN_TUTORIAL_MNIST", "KERAS_HOME", "NO_PROXY", "no_proxy", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**kept, "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def render(notebook, path, exporter=exporters.PageExporter):
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    return exporter().from_notebook_node(notebook, resources)[0]


def read(path):
    return nbformat.read(path, as_version=4)


def tagged(path, pattern):
    """Return {tag: source} of the cells that have a tag of this pattern, in order."""
    cells = [
        (tag, cell.source) for cell in read(path).cells for tag in cell.metadata.get("tags", [])
    ]
    return {tag: source for tag, source in cells if re.fullmatch(pattern, tag)}


def write_notebook(path, *cells):
    """Write a notebook; what begins with a heading, or with > , is Markdown, the rest is code."""
    kinds = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    cells = [kinds[bool(re.match("#+ |> ", source))](source) for source in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def newest(directory):
    return max(
        (directory / "training_checkpoints").glob("ckpt-*.index"),
        key=lambda path: int(path.stem[5:]),
    ).with_suffix("")


def tiny_checkpoint():
    """Return a checkpoint of fresh networks, with room for what a run adds to it."""
    checkpoint = gt.checkpoints.make(*gt.make_networks(TINY), *gt.make_optimizers(TINY))
    checkpoint.losses = tf.Variable(tf.zeros((0, 2)), shape=(None, 2))
    return checkpoint


def state(directory):
    """Return what must be the SAME: all tensors, the loss record, the pictures."""
    tensors = checkpoint_tensors(newest(directory))
    del tensors["save_counter/.ATTRIBUTES/VARIABLE_VALUE"]  # how often, and not what, was saved
    kept = {name: b for name, b in contents(directory).items() if name.endswith((".png", ".csv"))}
    return {name: array.tobytes() for name, array in tensors.items()} | kept


def assert_same(directory, whole):
    expected, found = state(whole), state(directory)
    assert expected.keys() == found.keys()
    assert [name for name in expected if expected[name] != found[name]] == []
    assert not [
        *directory.rglob("*_temp"),
        *directory.rglob(".gan-*-*-*"),
        *directory.rglob("*.pid"),
    ]


def after_each_step(monkeypatch, act):
    """Let a run call act(step, networks) after each of its steps, counted from 1."""
    make_step = run_module.make_step

    def make(recipe, networks, optimizers, seed):
        train_step = make_step(recipe, networks, optimizers, seed)

        def step(images):
            losses = train_step(images)
            act(int(optimizers[0].iterations), networks)
            return losses

        return step

    monkeypatch.setattr(run_module, "make_step", make)
