"""Row 37: several workers end in the bits of several replicas, and no worker is left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import survive
from helpers import PROJECT, TINY, assert_same, run_python

import gan_tutorial as gt
from gan_tutorial.__main__ import main
from gan_tutorial.runs import cluster, workers

with gt.quiet():
    import tensorflow as tf

posix = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
NUMBER, SECONDS = 22, 30  # of images, 8 a step, so that the last minibatch is smaller
CHOICES = ["--recipe", "lecture", "--seed", "5", "--batch-size", "8", "--limit", str(NUMBER)]
ONE_PROCESS = """
import gan_tutorial as gt
strategy = gt.replicas.logical_cpus(2)
(images, _), _ = gt.load_mnist()
options = {"epochs": %d, "batch_size": 8, "seed": 5, "strategy": strategy}
gt.run(images[:22], "reference", "lecture", **options)
"""


@pytest.fixture(scope="module")
def data(mnist_arrays, tmp_path_factory):
    path = tmp_path_factory.mktemp("workers") / "mnist.npz"
    np.savez(path, **mnist_arrays)
    return {"GAN_TUTORIAL_MNIST": str(path), "TF_NUM_INTRAOP_THREADS": "1"}


def heed_hangups():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # because nohup may run these tests


@pytest.fixture(scope="module")
def start(data):
    """Return a function that starts the command; what still runs at the end is killed."""
    started = []

    def start(directory, *arguments):
        command = [sys.executable, "-m", "gan_tutorial", "train", "--output", str(directory)]
        process = subprocess.Popen(
            [*command, *CHOICES, *map(str, arguments)],
            env={**os.environ, **data, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_hangups if os.name == "posix" else None,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()  # its workers end with it
        process.wait()


@pytest.fixture(scope="module")
def two(start, tmp_path_factory):
    """Return the folder of a run of an epoch by two workers."""
    directory = tmp_path_factory.mktemp("two") / "run"
    run = start(directory, "--epochs", 1, "--workers", 2)
    output, errors = run.communicate(timeout=240)
    assert (run.returncode, errors) == (0, "")
    assert output.splitlines()[-1] == f"The run is in {directory}"
    return directory


def test_two_workers_end_in_the_bits_of_two_replicas_in_one_process(two, data, tmp_path):
    environment = {**data, "PYTHONPATH": str(PROJECT)}
    answer = run_python("-c", ONE_PROCESS % 1, cwd=tmp_path, **environment)
    assert answer.returncode == 0, answer.stderr
    assert_same(tmp_path / "reference", two)


@pytest.mark.slow
def test_fifty_steps_of_two_workers_end_in_the_same_bits(start, data, tmp_path):
    run = start(tmp_path / "run", "--epochs", 17, "--workers", 2)
    assert run.wait(600) == 0
    environment = {**data, "PYTHONPATH": str(PROJECT)}
    answer = run_python("-c", ONE_PROCESS % 17, cwd=tmp_path, **environment)
    assert answer.returncode == 0, answer.stderr
    assert_same(tmp_path / "reference", tmp_path / "run")


@pytest.mark.slow
def test_twenty_steps_of_two_workers_differ_from_those_of_one_as_other_roundings_do(
    digits, tmp_path
):
    images, labels = digits[0][:640], digits[1][:640]
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    ways = {"one": {}, "two": {}, "other kernels": {"TF_ENABLE_ONEDNN_OPTS": "0"}}
    for way, changes in ways.items():
        command = [sys.executable, "-m", "gan_tutorial", "train", "--recipe", "fast", "--seed", "5"]
        command += ["--epochs", "1", "--output", str(tmp_path / way)]
        command += ["--workers", "2" if way == "two" else "1"]
        settings = {"GAN_TUTORIAL_MNIST": str(path), "PYTHONPATH": str(PROJECT)}
        settings |= {"TF_NUM_INTRAOP_THREADS": "1", **changes}
        subprocess.run(command, env={**os.environ, **settings}, check=True)
    one, two = (gt.read_losses(tmp_path / way)[:5] for way in ("one", "two"))
    assert np.allclose(one, two, rtol=1e-4)
    # Adam takes whole steps along gradients that are nearly nothing but rounding, so that the
    # difference grows about threefold in a step, whatever it came from
    largest = {way: largest_difference(tmp_path / "one", tmp_path / way) for way in ways}
    assert largest["two"] < 5 * largest["other kernels"]


def largest_difference(run, other):
    """Return the largest relative difference of a tensor of two runs' weights, in norm."""
    pairs = [
        (a, b)
        for one, two in zip(gt.restore(run), gt.restore(other), strict=True)
        for a, b in zip(one.get_weights(), two.get_weights(), strict=True)
    ]
    return max(np.linalg.norm(a - b) / np.linalg.norm(a) for a, b in pairs if np.any(a))


@posix
@pytest.mark.slow
def test_ten_kills_of_a_random_worker():
    assert survive.main(["--kills", "10", "--workers", "2", "--epochs", "6", "--images", "96"]) == 0


def test_one_process_goes_on_with_a_run_of_two_and_says_so(two, mnist_arrays, tmp_path):
    shutil.copytree(two, tmp_path / "run")
    images = (mnist_arrays["x_train"][:NUMBER, ..., np.newaxis].astype(np.float32) - 127.5) / 127.5
    with pytest.warns(UserWarning, match=r"exact up to rounding only: .*replicas was 2, is 1"):
        losses = gt.run(images, tmp_path / "run", epochs=2, resume=True)
    assert np.array_equal(losses[:3], gt.read_losses(two))
    assert len(losses) == 6


def children(process):
    """Return the workers of a run, by their index."""
    found = psutil.Process(process.pid).children()
    tasks = {json.loads(p.environ()["TF_CONFIG"])["task"]["index"]: p for p in found}
    return [tasks[index] for index in sorted(tasks)]


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)


@posix
def test_two_workers_go_on_with_a_run_of_one_and_end_when_one_is_killed(start, few, tmp_path):
    one = start(tmp_path / "run", "--epochs", 1)
    assert one.wait(240) == 0
    run = start(tmp_path / "run", "--resume", "--epochs", 100_000, "--workers", 2)
    wait_for(tmp_path / "run" / "training_checkpoints" / "ckpt-6.index", run)
    started = children(run)
    started[1].kill()
    begin = time.monotonic()
    _, errors = run.communicate(timeout=120)
    assert time.monotonic() - begin < SECONDS
    warning, line = errors.splitlines()
    assert "exact up to rounding only" in warning
    assert "replicas was 1, is 2" in warning
    assert line.startswith("gan-tutorial: worker 1 was killed by SIGKILL; the last checkpoint is")
    assert (run.returncode, psutil.wait_procs(started, 5)[1]) == (1, [])


@posix
@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1])
def test_a_worker_that_is_stopped_ends_the_run(index, start, tmp_path):
    run = start(tmp_path / "run", "--epochs", 100_000, "--workers", 2)
    wait_for(tmp_path / "run" / "data" / "losses.csv", run)
    started = children(run)
    started[index].suspend()
    begin = time.monotonic()
    _, errors = run.communicate(timeout=120)
    assert time.monotonic() - begin < SECONDS
    [line] = errors.splitlines()
    assert line.startswith(f"gan-tutorial: worker {index} was stopped (SIGSTOP); the last")
    assert (run.returncode, psutil.wait_procs(started, 5)[1]) == (1, [])


@posix
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_once_and_ends_all(number, start, tmp_path):
    run = start(tmp_path / "run", "--epochs", 100_000, "--workers", 2)
    wait_for(tmp_path / "run" / "data" / "losses.csv", run)
    started = children(run)
    run.send_signal(number)
    _, errors = run.communicate(timeout=120)
    [line] = errors.splitlines()
    step = len(gt.read_losses(tmp_path / "run"))
    assert line.startswith(f"gan-tutorial: stopped after step {step}, which is saved")
    assert (run.returncode, psutil.wait_procs(started, 5)[1]) == (128 + number, [])


@posix
@pytest.mark.slow
@pytest.mark.parametrize("stopped", [False, True])
def test_workers_end_with_a_parent_that_is_killed(stopped, start, tmp_path):
    run = start(tmp_path / "run", "--epochs", 100_000, "--workers", 2)
    wait_for(tmp_path / "run" / "data" / "losses.csv", run)
    started = children(run)
    if stopped and sys.platform == "linux":
        started[1].suspend()
    run.kill()
    assert psutil.wait_procs(started, SECONDS)[1] == []


# without other processes


def test_one_replica_under_a_strategy_has_the_bits_of_none(few, whole, tmp_path):
    gt.run(few, tmp_path / "run", TINY, seed=3, strategy=tf.distribute.OneDeviceStrategy("CPU:0"))
    assert_same(tmp_path / "run", whole)


@pytest.mark.parametrize(
    "config",
    [
        "{",
        "[]",
        '{"cluster": {"worker": ["a:1", "b:2"]}}',
        '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 2}}',
        '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": "0"}}',
        '{"cluster": {"worker": ["a:1", "a:1"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a", "b:1"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": "a:1"}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"ps": ["a:1"], "worker": ["b:1"]}, "task": {"type": "ps", "index": 0}}',
    ],
)
def test_a_senseless_tf_config_is_one_line(config, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", config)
    assert main(["train", "--output", str(tmp_path / "run")]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("gan-tutorial: TF_CONFIG must be like {")
    assert line.endswith(f"but is {config}")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "config",
    [None, "", "{}", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 0}}'],
)
def test_a_tf_config_without_others_is_a_run_alone(config):
    assert cluster.read_config(config) is None


def test_a_chief_comes_before_the_workers():
    jobs = {"chief": ["c:1"], "worker": ["a:1", "b:1"]}
    found = []
    for task in ({"type": "worker", "index": 1}, {"type": "chief", "index": 0}):
        found.append(cluster.read_config(json.dumps({"cluster": jobs, "task": task})))
    assert found == [(["c:1", "a:1", "b:1"], 2), (["c:1", "a:1", "b:1"], 0)]


def test_a_worker_that_does_not_start_is_named():
    addresses = [f"127.0.0.1:{port}" for port in workers.free_ports(2)]
    with pytest.raises(workers.LostWorkerError, match=r"worker 1 \(127.0.0.1:\d+\) did not start"):
        cluster.meet(addresses, 0, patience=0.2)


def test_an_address_that_is_taken_is_said_and_other_ports_are_tried(monkeypatch, tmp_path):
    addresses = [f"127.0.0.1:{port}" for port in workers.free_ports(2)]
    with (
        cluster.listening(addresses[1], 1),
        pytest.raises(workers.AddressTakenError, match="in use"),
    ):
        cluster.meet(addresses, 1, patience=0.2)
    tried = []
    monkeypatch.setattr(workers, "free_ports", lambda number: tried.append(number) or [1, 1])
    monkeypatch.setattr(workers, "_watched", lambda *_: workers.AddressTakenError.status)
    with pytest.raises(workers.WorkerError, match="five times a port for a worker was taken"):
        workers.train_together(2, ["--help"], tmp_path)
    assert tried == [2] * 5


@pytest.mark.parametrize("number", ["0", "-1", "two"])
def test_no_workers_are_a_wrong_usage(number, capsys):
    assert main(["train", "--workers", number]) == 2


def test_workers_and_tf_config_together_are_a_wrong_usage(monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", "{}")
    assert main(["train", "--workers", "2"]) == 2
    assert "leave out --workers" in capsys.readouterr().err


def test_too_few_images_for_the_replicas_are_an_error_before_the_first_step(few, tmp_path):
    class Three:  # what `run` asks of a strategy before the first step
        num_replicas_in_sync, cluster_resolver = 3, None
        scope = staticmethod(tf.distribute.get_strategy().scope)

    with pytest.raises(ValueError, match="each of 3 replicas needs at least one image"):
        gt.run(few, tmp_path / "run", TINY, batch_size=9, strategy=Three())
    assert not (tmp_path / "run").exists()
