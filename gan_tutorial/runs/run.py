"""A training run: networks, optimizers and data, and how they meet the run's folder."""

import contextlib
import numbers
import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_tutorial import checkpoint_files, checkpoints
from gan_tutorial.data import check_images, make_dataset
from gan_tutorial.latent import sample_prior
from gan_tutorial.plotting import generate_and_save_images
from gan_tutorial.recipes import make_networks, make_optimizers, settings
from gan_tutorial.seeds import seeded
from gan_tutorial.training import make_train_step, train

from .folder import CHECKPOINTS, LOSSES, PICTURES, only_writer, remove_leftovers
from .records import (
    describe,
    note_environment,
    read_description,
    write_description,
    write_losses,
)
from .restore import shipped_steps
from .stopping import Stopped, signals_noted


def run(
    images,
    directory,
    recipe=None,
    *,
    epochs=None,
    batch_size=None,
    seed=None,
    precision=None,
    resume=False,
    watch=None,
):
    """Train by a recipe in a folder, up to an epoch; return the losses, (steps, 2) float32.

    After each epoch the folder holds the picture of 16 fixed latent points, a checkpoint and the
    loss record. A run that is stopped and resumed ends in the bits of a run that was never
    stopped. Ctrl-C, a notebook's interrupt, SIGTERM and a terminal that closes end in one more
    save and in `Stopped`.

    Args:
        images: the training images, (n, 28, 28, 1) float32 in [-1, 1].
        directory: the run's folder; it is made if it is missing.
        recipe: a name in RECIPES or a dict of your own with the same keys; "lecture" if None.
        epochs: the last epoch, counted from 1; the recipe's if None.
        batch_size: images of a step; the recipe's if None.
        seed: of weights, noise and order, from 0 to 2³² - 1; drawn, shown and kept if None.
        precision: "float32" (if None) or "mixed_bfloat16".
        resume: whether to go on with the run in the folder, at the step where it stopped. What
            is None above is then that run's, and what is given must be the same.
        watch: called as `watch(generator, latent_points, epochs, losses)` before the first step;
            what it returns is called after each epoch, with the epoch's number and its losses.
            `LiveView` shows in a notebook how losses and images grow.

    Returns:
        The losses of all steps so far: the generator's and the discriminator's, in nats.

    Raises:
        CheckpointError: if the folder holds a run and `resume` is false, or holds none and it is
            true; if that is another run; or if another process is training there.
        ValueError: if the recipe, a number or the images make no sense; if a loss is not finite.
    """
    directory = Path(directory)
    check_images(images)
    given = {"recipe": recipe, "batch_size": batch_size, "seed": seed, "precision": precision}
    about = (read_description if resume else describe)(directory, images, given)
    if epochs is None:
        epochs = _epochs_of(about)
    if not (isinstance(epochs, numbers.Integral) and epochs >= 1):
        raise ValueError(f"epochs must be a whole number of at least 1, but is {epochs!r}")
    make_dataset(images, about["batch_size"])  # complains of a wrong batch size before we write
    training = _Training(images, directory, about)
    with only_writer(directory):
        remove_leftovers(directory)
        if resume:
            training.resume()
        else:
            write_description(directory, about)
        training.go_on(epochs, watch)
    return np.array(training.record, np.float32).reshape(-1, 2)


def _epochs_of(about):
    """Return how many epochs a run's recipe names."""
    recipe = about["numbers"] if about["recipe"] is None else settings(about["recipe"])
    if "epochs" not in recipe:
        raise ValueError("epochs must be given, because the recipe names none")
    return recipe["epochs"]


class _Training:
    """The objects of a run, and how they meet its folder."""

    def __init__(self, images, directory, about):
        self.images, self.directory, self.about = images, directory, about
        with seeded(about["seed"]), _precision(about["precision"]):
            self.networks = make_networks(about["numbers"])
            self.optimizers = make_optimizers(about["numbers"])
            self.checkpoint = checkpoints.make_checkpoint(*self.networks, *self.optimizers)
            self.train_step = make_train_step(
                *self.networks,
                *self.optimizers,
                seed=about["seed"],
                r1=about["numbers"].get("r1", 0.0),
            )
        # in the checkpoint, so that weights and losses are always of the same step
        self.checkpoint.losses = tf.Variable(tf.zeros((0, 2)), shape=(None, 2))
        latent_dim = self.networks[0].input_shape[-1]
        self.seed_images = sample_prior(16, seed=about["seed"], latent_dim=latent_dim)
        self.record, self.saved, self.view = [], None, None
        self.folder = directory / CHECKPOINTS
        self.steps_per_epoch = -(-len(images) // about["batch_size"])

    def resume(self):
        """Load the newest checkpoint; a run that was killed before its first starts at step 0."""
        # the record is written after the first checkpoint: if it exists, there was one
        recorded = os.path.lexists(self.directory / LOSSES)
        if recorded or checkpoint_files.has_finished(self.folder):
            checkpoints.resume(self.checkpoint, self.folder)
            self.record = list(self.checkpoint.losses.numpy())
            self.saved = len(self.record)
        else:
            print("No checkpoint was finished: starting at step 0")
        checkpoint_files.set_aside_newer(self.folder, len(self.record))
        if self.record:
            self.write_losses()

    def go_on(self, epochs, watch=None):
        """Train from the step that is reached to the end of epoch `epochs`."""
        done, skip = divmod(len(self.record), self.steps_per_epoch)
        if watch is not None:
            self.view = watch(self.networks[0], self.seed_images, max(epochs, done), self.record)
        if done >= epochs:
            print(f"Epoch {epochs} is reached already")
            if watch is not None:
                self.view(done, [])  # a notebook that is run again keeps its picture
            return
        note_environment(self.directory, self.about, len(self.record))
        dataset = make_dataset(
            self.images,
            self.about["batch_size"],
            seed=self.about["seed"],
            first_epoch=done + 1,
        )
        with signals_noted() as signals:
            train(
                dataset,
                epochs,
                lambda images: self.step(images, signals),
                first_epoch=done + 1,
                skip=skip,
                on_epoch_end=self.on_epoch_end,
            )

    def step(self, images, signals):
        """Take a step and record its losses; if a signal came, save instead and raise Stopped."""
        if signals:
            self.save()  # first of all, because a terminal that closed takes no more words
            raise Stopped(
                signals[0],
                f"stopped after step {len(self.record)}, which is saved in "
                f"{str(self.directory)!r}; go on with --resume (resume=True)",
            )
        losses = np.array(self.train_step(images), np.float32)
        self.record.append(losses)
        if not np.isfinite(losses).all():
            raise ValueError(
                f"step {len(self.record)}: the losses are {losses.tolist()}, not finite, and not "
                f"saved; the last checkpoint is of step {self.saved or 0}"
            )
        return losses

    def on_epoch_end(self, epoch, losses):
        """Draw the epoch's picture, save, and show it to those who watch."""
        pictures = self.directory / PICTURES
        generate_and_save_images(self.networks[0], epoch, self.seed_images, pictures)
        self.save()
        if self.view is not None:
            self.view(epoch, losses)

    def save(self):
        """Save a checkpoint; as in the lecture every 15th epoch's stays, and the last two do."""
        step = len(self.record)
        if step == self.saved:
            return  # written once; to write it again would put it at risk
        for variable in [v for network in self.networks for v in network.variables]:
            if not np.isfinite(variable).all():
                raise ValueError(f"step {step}: {variable.path} is not finite, and is not saved")
        self.checkpoint.losses.assign(np.reshape(self.record, (-1, 2)))
        keep_every = 15 * self.steps_per_epoch
        checkpoints.save(
            self.checkpoint,
            self.folder,
            step,
            keep_every=keep_every,
            always=shipped_steps(self.folder),
        )
        self.saved = step
        self.write_losses()

    def write_losses(self):
        """Write the loss record, which the checkpoint holds too, for people."""
        write_losses(self.directory, np.reshape(self.record, (-1, 2)), self.steps_per_epoch)


@contextlib.contextmanager
def _precision(name):
    """Build networks in a precision, which Keras knows only as a global setting."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
