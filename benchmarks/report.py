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
import saving
import steps
from turns import table


def measure(rounds):
    """Run all benchmarks; return {name: text} for the template."""
    about = machine()  # first, because our own work would count as load
    peaks = memory.measure()
    seconds, gflop = steps.measure(rounds)
    return {
        "date": datetime.date.today().isoformat(),
        "machine": about,
        "rounds": rounds,
        "comparison": steps.comparison(seconds),
        "rates": steps.rates(seconds, gflop),
        "training": batches.training_table(batches.training(rounds)),
        "generating": batches.generating_table(batches.generating(rounds)),
        "memory": memory.memory_table(peaks),
        "saving": saving.sentence(*saving.measure()),
    }


def machine():
    """Return a table of the processor, the cores and the versions."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
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
