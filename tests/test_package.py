import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import NAMESPACES, run_python

import gan_tutorial as gt
from gan_tutorial.files.whole import whole_file

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


def test_every_public_name_is_there_and_documented():
    assert {*NAMESPACES} < {*gt.__all__} <= {*dir(gt)}
    assert len(gt.__all__) - len(NAMESPACES) < 40
    for name in gt.__all__:
        value = getattr(gt, name)
        assert isinstance(value, dict) or value.__doc__


def test_a_type_checker_sees_the_names(tmp_path):
    (tmp_path / "right.py").write_text(
        "import gan_tutorial as gt\ngt.games.bilinear\ngt.run\n", encoding="utf-8"
    )
    (tmp_path / "wrong.py").write_text("import gan_tutorial as gt\ngt.rum\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--ignore-missing-imports", "--no-incremental"]
    command += ["--follow-imports", "silent", "--cache-dir", os.devnull]
    answers = [
        subprocess.run([*command, name], cwd=tmp_path, capture_output=True, text=True)
        for name in ("right.py", "wrong.py")
    ]
    assert answers[0].returncode == 0, answers[0].stdout
    assert '"rum"' in answers[1].stdout


def test_design_names_are_public():
    assert {
        "load_mnist", "make_dataset", "generator_model", "discriminator_model", "generator_loss",
        "discriminator_loss", "minimax_generator_loss", "make_train_step", "train",
        "generate_and_save_images", "restore", "generate_latent_points", "sample_prior",
        "generate_images", "plot_result", "make_networks", "interpolation", "run", "evaluate",
        "spherical_interpolation", "check_answers",
    } <= {*gt.__all__}  # fmt: skip
    assert callable(gt.plotting.save_figure)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="gan_tutorial attribute train_dataset"):
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
    (tmp_path / "notes.py").write_text(NOTES, encoding="utf-8")
    names = undefined_names(tmp_path / "notes.py")
    assert {"generator", "number", "train_dataset"} <= names


def broken_contracts(folder):
    """Return the names of the import contracts that the packages in a folder break."""
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [program, "--no-cache"]
    answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    broken = re.findall(r"^(.*?) *BROKEN", answer.stdout, re.MULTILINE)
    assert (answer.returncode == 0) == (broken == []), answer.stdout + answer.stderr
    return [name.partition(",")[0].strip() for name in broken]


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("gan_tutorial/losses.py", "from . import training", "The lecture imports the lecture"),
        ("gan_tutorial/latent.py", "from .runs import run", "The lecture imports the lecture"),
        ("gan_tutorial/runs/run.py", "from ..evaluation import judge", "The lecture imports"),
        (
            "lecture_pages/decks.py",
            "from gan_tutorial import models",
            "Pages know of a file that is whole",
        ),
    ],
)
def test_an_import_in_the_wrong_direction_breaks_a_contract(module, line, contract, tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "*.h5")
    for package in ("gan_tutorial", "lecture_pages"):
        shutil.copytree(PACKAGE.parent / package, tmp_path / package, ignore=ignored)
    shutil.copy(PACKAGE.parent / "pyproject.toml", tmp_path)
    assert broken_contracts(tmp_path) == []
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    assert any(name.startswith(contract) for name in broken_contracts(tmp_path))


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
    with whole_file(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt


def test_row_20_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with whole_file(path) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "new"
    with pytest.raises(KeyboardInterrupt):
        stop_half_way(path)
    assert path.read_text(encoding="utf-8") == "new"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def text_files_without_encoding(source):
    """Return the lines of a program in which a text file is opened without naming its encoding."""
    lines = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", None))
        modes = [part.value for part in call.args if isinstance(part, ast.Constant)]
        binary = any("b" in str(mode) for mode in modes[-1:])
        opens = name == "open" and isinstance(call.func, ast.Name) and not binary
        named = any(keyword.arg == "encoding" for keyword in call.keywords)
        if (name in ("read_text", "write_text") or opens) and not named:
            lines.append(call.lineno)
    return lines


def test_text_files_are_utf_8_on_every_system():
    found = {
        f"{path.relative_to(PACKAGE.parent)}:{line}"
        for folder in ("gan_tutorial", "lecture_pages", "tools", "benchmarks", "tests")
        for path in (PACKAGE.parent / folder).rglob("*.py")
        for line in text_files_without_encoding(path.read_text(encoding="utf-8"))
    }
    assert found == set()
    assert text_files_without_encoding("open('a')\nx.read_text()\ny.write_text('b')") == [1, 2, 3]
