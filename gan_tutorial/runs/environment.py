"""Describe what decides the exact numbers of a run, apart from its settings.

The versions of the libraries, the processor, the number of threads, and the low-level routines
(kernels) that TensorFlow chooses all decide how the last bits of a number are rounded.
"""

import contextlib
import functools
import hashlib
import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np
import tensorflow as tf

from gan_tutorial.shield import keras

# environment variables that may make TensorFlow choose other kernels; `_arithmetic` finds out if
# the kernels are really other ones
_SWITCHES = (
    "TF_ENABLE_ONEDNN_OPTS",
    "ONEDNN_MAX_CPU_ISA",
    "DNNL_MAX_CPU_ISA",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "TF_SET_ONEDNN_FPMATH_MODE",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
    "TF_DETERMINISTIC_OPS",
    "NVIDIA_TF32_OVERRIDE",
)


def describe_environment(precision):
    """Return a dict of all that decides the exact numbers of a run.

    `precision` is the name of a Keras dtype policy, such as "float32".
    """
    libraries = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    return {
        "threads": _threads(),
        "replicas": tf.distribute.get_strategy().num_replicas_in_sync,
        "processor": platform.machine(),
        "versions": {
            "gan_tutorial": version("gan_tutorial"),
            "python": platform.python_version(),
            **libraries,
        },
        **_processor(),
        "devices": _devices(),
        "graphs": {
            "eager": tf.config.functions_run_eagerly(),
            **tf.config.optimizer.get_experimental_options(),
        },
        "arithmetic": _arithmetic(keras.dtype_policies.get(precision).compute_dtype),
        "switches": {name: os.environ[name] for name in _SWITCHES if name in os.environ},
    }


def differences(before, now):
    """Return a line that names the differences between two environments.

    The line is empty if a run gives the same bits in both environments. A switch counts only if
    the arithmetic differs too, because a switch that is set to its default changes no bit. An
    entry that `before` does not have is not compared, because an earlier release did not record
    it; but all earlier releases had one replica.
    """
    before = {"replicas": 1, **before}
    names = [name for name in now if name in before and before[name] != now[name]]
    if "arithmetic" not in names and "switches" in names:
        names.remove("switches")
    return "; ".join(f"{name} was {before[name]}, is {now[name]}" for name in names)


def project_commit():
    """Return the project's commit, or None outside of a checkout."""
    project = Path(__file__).parents[2]
    command = ["git", "-C", str(project), "rev-parse", "--verify", "HEAD"]
    if not (project / ".git").exists():
        return None  # because a repository around an installed package is another project
    with contextlib.suppress(OSError):
        answer = subprocess.run(command, capture_output=True, text=True)
        return answer.stdout.strip() or None


def _threads():
    """Return the number of threads for one operation, found as TensorFlow finds it."""
    if chosen := tf.config.threading.get_intra_op_parallelism_threads():
        return chosen
    named = re.fullmatch(r"\s*\+?0*([1-9][0-9]*)\s*", os.environ.get("TF_NUM_INTRAOP_THREADS", ""))
    if named:
        return int(named[1])
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _processor():
    """Return the model of the processor, and the names of its vector instructions."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # because only Linux has this file
        text = ""
    model = re.search(r"^model name\s*: (.*)", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*: (.*)", text, re.MULTILINE)
    vector = ("avx", "amx", "fma", "asimd", "sve")
    names = sorted(flag for flag in flags[1].split() if flag.startswith(vector)) if flags else []
    return {
        "processor_model": model[1] if model else platform.processor(),
        "instruction_set": " ".join(names),
    }


def _devices():
    """Return the names of the devices that TensorFlow can use: "CPU", and each GPU's model."""
    gpus = [
        tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
        for gpu in tf.config.get_visible_devices("GPU")
    ]
    return ["CPU", *gpus]


@functools.cache
def _arithmetic(dtype):
    """Return a fingerprint of the results of this machine's kernels, as 16 hexadecimal digits.

    The results are the gradients of a convolution and a matrix product on fixed random numbers.
    Other kernels (with or without oneDNN, AVX-512 or XLA) round the last bits in another way.
    """
    rng = np.random.default_rng(0)
    images, kernel, weights = (
        tf.cast(rng.standard_normal(shape, np.float32), dtype)
        for shape in ((64, 14, 14, 32), (5, 5, 32, 64), (7 * 7 * 64, 100))
    )

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch([images, kernel, weights])
            features = tf.tanh(tf.nn.conv2d(images, kernel, 2, "SAME") / 30)
            output = tf.reshape(features, (64, -1)) @ weights
            loss = tf.reduce_mean(tf.nn.softplus(output))
        return tape.gradient(loss, [images, kernel, weights])

    results = [tf.cast(gradient, tf.float32).numpy().tobytes() for gradient in gradients()]
    return hashlib.sha256(b"".join(results)).hexdigest()[:16]
