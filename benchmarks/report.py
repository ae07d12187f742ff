"""Run all benchmarks and write benchmarks/README.md; `make bench` does it.

python benchmarks/report.py [--rounds N]
"""

import argparse
import datetime
import os
import platform
import re
from importlib import metadata
from pathlib import Path

import batches
import memory
import numpy as np
import saving
import steps
from turns import ratio, table, with_quartiles


def measure(rounds):
    """Run all benchmarks; return what the template needs."""
    about = machine()  # before our own load
    peaks = memory.measure()
    seconds, gflop = steps.measure(rounds)
    training, generating = batches.training(rounds), batches.generating(rounds)
    return {
        "date": datetime.date.today().isoformat(),
        "machine": about,
        "rounds": rounds,
        "comparison": steps.comparison(seconds),
        "comparison_says": comparison_says(seconds),
        "rates": steps.rates(seconds, gflop),
        "rates_say": rates_say(seconds, gflop),
        "training": batches.training_table(training),
        "training_says": training_says(training),
        "generating": batches.generating_table(generating),
        "generating_says": generating_says(generating),
        "memory": memory.memory_table(peaks),
        "memory_says": memory_says(peaks),
        "saving": saving.sentence(*saving.measure()),
    }


def machine():
    """Return the table of processor, cores and versions."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.exists() else ""
    name = re.search(r"model name\s*: (.*)", text)
    bfloat16 = re.search("avx512_bf16|amx_bf16", text)
    rows = [
        ["processor", name[1] if name else platform.processor() or platform.machine()],
        ["cores", os.cpu_count()],
        ["load before (processes that want a core)", f"{os.getloadavg()[0]:.1f}"],
        ["bfloat16 arithmetic", bfloat16[0] if bfloat16 else "not found"],
        ["Python", platform.python_version()],
        *[[package, version(package)] for package in ("tensorflow", "keras", "torch")],
    ]
    return table(["", ""], rows)


def version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def comparison_says(seconds):
    def ours(precision, other):
        return with_quartiles(ratio(seconds["ours", precision], seconds[other]))

    first = (
        f"Our step takes {ours('float32', ('published', 'float32'))} of the time of the published "
        f"one in float32, and {ours('bfloat16', ('published', 'float32'))} of that time in "
        "bfloat16."
    )
    if ("PyTorch", "float32") not in seconds:
        return f"{first} PyTorch is not installed here, and not compared."
    times = [ours(x, ("PyTorch", x)) for x in ("float32", "bfloat16")]
    return f"{first} Of PyTorch's time it takes {times[0]} in float32, {times[1]} in bfloat16."


def rates_say(seconds, gflop):
    def shares(who):
        both = [steps.share(seconds, gflop, who, x)[0] for x in ("float32", "bfloat16")]
        return "{:.0%} of the matrix product's rate in float32 and {:.0%} in bfloat16".format(*both)

    fewer = gflop["ours", "float32"] / gflop["published", "float32"]
    return (
        f"The published step reaches {shares('published')}; ours, with {fewer:.2f} of the "
        f"operations, {shares('ours')}."
    )


def training_says(seconds):
    small, *_, large = seconds
    costs = [ratio(seconds[n], seconds[256])[0] for n in (small, large)]
    return (
        f"An image costs {costs[0]:.2f} times as much in batches of {small} as in batches of 256, "
        f"and {costs[1]:.2f} times as much in batches of {large:,}."
    )


def generating_says(seconds):
    speeds = {n: 1 / np.median(own) for (how, n), own in seconds.items() if how == "compiled"}
    best = max(speeds, key=speeds.get)
    return (
        f"Compiled, the network makes {speeds[best]:,.0f} images a second in batches of {best:,}, "
        f"and {speeds[1]:,.0f} one at a time."
    )


def memory_says(peaks):
    before, highest = max(peaks.values(), key=max)
    return (
        f"With these images training takes {highest:,.0f} MiB at most, {before:,.0f} of which "
        "TensorFlow and the images take before there is a network."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often each is timed")
    here = Path(__file__).parent
    template = (here / "template.md").read_text(encoding="utf-8")
    report = template.format(**measure(parser.parse_args().rounds))
    (here / "README.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
