"""What two workers gain on two cores: two processes of one thread against one of two threads.

python benchmarks/workers.py [--rounds N] [--recipe lecture|fast|vae]...

The processes stay alive and take some steps by turns, so that both ways see the same machine. A
step has the recipe's batch size. The times go to workers.csv beside this file, which notebook 07
shows. The report (`make bench`) leaves it out, because it wants both cores for itself.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from turns import by_turns, ratio, table, with_quartiles

import gan_tutorial as gt
from gan_tutorial.runs.cluster import strategy_of_environment
from gan_tutorial.runs.workers import free_ports

STEPS = {"lecture": 1, "fast": 20, "vae": 20}  # of a turn, about a second


def take_steps(recipe):
    """Take as many steps as each line of the standard input says, and answer with a line."""
    strategy = strategy_of_environment()
    with gt.quiet():
        from gan_tutorial.recipes import make_step
        from gan_tutorial.runs.crew import Crew
    crew, batch_size = Crew(strategy), gt.RECIPES[recipe]["batch_size"]
    images = np.random.default_rng(0).uniform(-1, 1, (batch_size, 28, 28, 1)).astype(np.float32)
    with crew.scope():
        networks, optimizers = crew.networks(gt.make_networks(recipe)), gt.make_optimizers(recipe)
        step = crew.step(make_step(gt.RECIPES[recipe], networks, optimizers, 0))
    for line in sys.stdin:
        for _ in range(int(line)):
            losses = np.array(step(images))
        print(losses.tolist(), flush=True)


@contextlib.contextmanager
def processes(recipe, number, threads):
    """Yield a function that lets so many processes, together, take the steps of a turn."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(number)]
    with contextlib.ExitStack() as stack:
        started = []
        for index in range(number):
            task = {"type": "worker", "index": index}
            config = json.dumps({"cluster": {"worker": addresses}, "task": task})
            environment = {"TF_CONFIG": config, "TF_NUM_INTRAOP_THREADS": str(threads)}
            process = subprocess.Popen(
                [sys.executable, __file__, "--take-steps", recipe],
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            started.append(process)

        def turn():
            for process in started:
                process.stdin.write(f"{STEPS[recipe]}\n")
                process.stdin.flush()
            for process in started:
                if not process.stdout.readline():
                    sys.exit("a process of the benchmark has ended")

        yield turn


def measure(recipe, rounds):
    """Return {how: seconds of a step (rounds,)}, timed by turns."""
    with processes(recipe, 1, threads=2) as one, processes(recipe, 2, threads=1) as two:
        seconds = by_turns({"one process, two threads": one, "two workers": two}, rounds)
    return {how: times / STEPS[recipe] for how, times in seconds.items()}


def rows(recipe, seconds):
    reference = seconds["one process, two threads"]
    return [
        [f"{recipe}: {how}", f"{1000 * np.median(own):.0f}", with_quartiles(ratio(own, reference))]
        for how, own in seconds.items()
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often each is timed")
    parser.add_argument("--recipe", action="append", choices=STEPS, help="lecture and fast if none")
    parser.add_argument("--take-steps", metavar="RECIPE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.take_steps:
        take_steps(options.take_steps)
        return
    lines, times = [], []
    for recipe in options.recipe or ("lecture", "fast"):
        seconds = measure(recipe, options.rounds)
        lines += rows(recipe, seconds)
        times.append(pd.DataFrame(seconds).melt(var_name="how", value_name="seconds"))
        times[-1].insert(0, "recipe", recipe)
    print(table(["", "ms a step", "against one process"], lines))
    csv = pd.concat(times).to_csv(index=False, float_format="%.5f")
    Path(__file__).with_suffix(".csv").write_text(csv, encoding="utf-8")


if __name__ == "__main__":
    main()
