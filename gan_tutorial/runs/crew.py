"""The processes of a run: which of them writes, and what all of them have to know alike."""

import contextlib
import json
import re
import signal

import numpy as np
import tensorflow as tf

from gan_tutorial.replicas import SUM, check_rows, replicated, synchronised

from .plan import fingerprint, in_words, settle
from .stopping import way_on
from .workers import LostWorkerError

# how TensorFlow says that another process does not answer any more
_LOST = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
    tf.errors.InternalError,
    tf.errors.UnavailableError,
    tf.errors.UnknownError,
)


class Crew:
    """The processes that compute a run together by a strategy; often it is one alone.

    One of them is the chief, which alone reads and writes the run's folder. All of them call the
    methods below in the same order, because the methods wait for each other.
    """

    def __init__(self, strategy=None):
        """Find out who this process is; without a strategy it is alone."""
        resolver = getattr(strategy, "cluster_resolver", None)
        jobs = resolver.cluster_spec().as_dict() if resolver else {}
        self.strategy = strategy
        self.alone = sum(map(len, jobs.values())) < 2
        self.chief = self.alone or strategy.extended.should_checkpoint
        self.index = 0 if self.alone else strategy.extended._id_in_cluster
        self.replicas = 1 if strategy is None else strategy.num_replicas_in_sync
        self._total = None if self.alone else _total(strategy)

    def scope(self):
        """Return a block in which variables are made on all replicas."""
        return contextlib.nullcontext() if self.strategy is None else self.strategy.scope()

    def networks(self, networks):
        """Return networks that see the whole minibatch; one replica keeps those that it has."""
        if self.replicas == 1:
            return networks
        return tuple(map(synchronised, networks))

    def step(self, train_step):
        """Return a step of all replicas together."""
        return train_step if self.strategy is None else replicated(train_step, self.strategy)

    def noted(self, signals):
        """Return the signals that stop the run: those of any process, at the same step in all."""
        if self.alone:
            return signals
        stops = self._sum(np.int32([len(signals)]))[0]  # one that comes now counts at the next step
        return [*signals, signal.SIGTERM] if stops else []

    def meet(self):
        """Wait for all processes."""
        self.noted([])

    def agree(self, value):
        """Return the chief's value, which JSON can write, in all processes."""
        if self.alone:
            return value
        return json.loads(self._from_chief(json.dumps(value).encode()))

    def take_over(self, losses, saved, variables):
        """Return the chief's losses and its last saved step; the variables get its values."""
        if self.alone:
            return losses, saved
        pairs, saved = self.agree([np.reshape(losses, (-1, 2)).tolist(), saved])
        arrays = [variable.numpy() for variable in variables]
        content = self._from_chief(b"".join(array.tobytes() for array in arrays))
        for variable, array in zip(variables, arrays, strict=True):
            values, content = content[: array.nbytes], content[array.nbytes :]
            variable.assign(np.frombuffer(values, array.dtype).reshape(array.shape))
        return [np.array(pair, np.float32) for pair in pairs], saved

    def _from_chief(self, content):
        """Return the chief's bytes: a sum of whole numbers, to which the others add zeros."""
        size = int(self._sum(np.int32([len(content) if self.chief else 0]))[0])
        padded = content[:size].ljust(size + -size % 4, b"\0")
        numbers = np.frombuffer(padded, np.int32) * np.int32(self.chief)
        return self._sum(numbers).tobytes()[:size]

    def _sum(self, numbers):
        """Return the sum of an array of whole numbers over the processes."""
        totals = self._total(tf.constant(numbers))
        return self.strategy.experimental_local_results(totals)[0].numpy()


def _total(strategy):
    """Return a function of numbers: their sum over the processes of a strategy."""
    devices = len(strategy.extended.worker_devices)  # of this process

    def total(numbers):
        context = tf.distribute.get_replica_context()
        # once for each process, and not for each of its devices
        first = tf.cast(context.replica_id_in_sync_group % devices == 0, numbers.dtype)
        return context.all_reduce(SUM, numbers * first)

    return tf.function(lambda numbers: strategy.run(total, (numbers,)))


def settle_together(crew, directory, images, given, **options):
    """Let the chief settle the plan; return it, if it is possible in this process too."""
    with crew.scope():
        plan = settle(directory, images, given, **options) if crew.chief else None
    plan = crew.agree(plan)
    if plan["data"] != fingerprint(images):
        here, there = in_words(fingerprint(images)), in_words(plan["data"])
        raise ValueError(f"worker {crew.index} was given {here}, and the chief {there}")
    check_rows(len(images), plan["batch_size"], crew.replicas)
    return plan


@contextlib.contextmanager
def lost_workers_named(crew, directory):
    """Raise LostWorkerError in the place of TensorFlow's errors about a lost connection."""
    try:
        yield
    except _LOST as error:
        if crew.alone:
            raise
        tasks = {int(task) for task in re.findall(r"/task:([0-9]+)", str(error))} - {crew.index}
        # without a name it is worker 0, because the others ask worker 0 for signs of life
        names = " or ".join(map(str, sorted(tasks))) or "0"
        line = f"worker {names} does not answer"
        if crew.chief or directory.exists():
            line += f"; {way_on(directory)}"
        raise LostWorkerError(line) from error
