import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import run_python

import gan_tutorial as gt

PACKAGE = Path(gt.__file__).parent

IMPORT = """
import json, os, random, sys
import numpy as np
def state():
    return [dict(os.environ), random.getstate(), repr(np.random.get_state()), os.getcwd()]
before, modules = state(), {*sys.modules}
import gan_tutorial
print(json.dumps([state() == before, sorted({*sys.modules} - modules)]))
"""


def test_row_26_import_has_no_effect(tmp_path):
    answer = run_python("-c", IMPORT, cwd=tmp_path)
    assert answer.stderr == ""
    unchanged, modules = json.loads(answer.stdout)
    assert unchanged
    assert "gan_tutorial" in modules
    assert not {"tensorflow", "keras", "matplotlib", "sklearn", "mlxtend"} & {*modules}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", gt.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert name in dir(gt)
    value = getattr(gt, name)
    assert isinstance(value, dict) or value.__doc__


def test_design_names_are_public():
    assert {
        "load_mnist", "make_dataset", "generator_model", "discriminator_model", "generator_loss",
        "discriminator_loss", "minimax_generator_loss", "make_train_step", "train",
        "generate_and_save_images", "restore", "generate_latent_points", "sample_prior",
        "generate_images", "plot_result",
    } <= {*gt.__all__}  # fmt: skip


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'train_dataset'"):
        gt.train_dataset  # noqa: B018


NOTES = """
training_dataset = load()


def generate_images(latent_points):
    return generator.predict(latent_points)


def plot_result(generated_images):
    return [generated_images[i * j] for i in range(number) for j in range(number)]


train(train_dataset, 100)
"""


def undefined_names(path):
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache"]
    command += ["--select", "F821", "--output-format", "json", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True)
    return {finding["message"].split("`")[1] for finding in json.loads(answer.stdout)}


def test_no_function_reads_an_undefined_global(tmp_path):
    assert undefined_names(PACKAGE) == set()
    (tmp_path / "notes.py").write_text(NOTES)
    names = undefined_names(tmp_path / "notes.py")
    assert {"generator", "number", "train_dataset"} <= names


@pytest.mark.parametrize("level", [None, "", "0"])
def test_quiet_drops_stderr_and_leaves_everything_as_it_was(level, monkeypatch, capfd):
    if level is None:
        monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    else:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", level)
    environment, descriptor = dict(os.environ), os.fstat(2)
    open_descriptors = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    os.write(2, b"before ")
    with gt.quiet():
        os.write(2, b"inside ")
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == (level or "3")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"
    assert dict(os.environ) == environment
    assert (os.fstat(2).st_dev, os.fstat(2).st_ino) == (descriptor.st_dev, descriptor.st_ino)
    if open_descriptors is not None:
        assert len(os.listdir("/proc/self/fd")) == open_descriptors


def test_quiet_lets_errors_through_and_puts_everything_back(monkeypatch, capfd):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with pytest.raises(ZeroDivisionError), gt.quiet():
        1 / 0  # noqa: B018
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
    assert "TF_CPP_MIN_LOG_LEVEL" not in os.environ


def stop_half_way(path):
    with gt.whole_file(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt


def test_whole_file_appears_at_its_end_only(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with gt.whole_file(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    with pytest.raises(KeyboardInterrupt):
        stop_half_way(path)
    assert path.read_text() == "new"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]
