"""A training run: networks, optimizers and data, and how they meet the run's folder."""

import contextlib
import math
import os

import numpy as np
import tensorflow as tf

from gan_tutorial import checkpoints
from gan_tutorial.data import checked_images, make_dataset
from gan_tutorial.files import checkpoint_files
from gan_tutorial.latent import sample_prior
from gan_tutorial.plotting import generate_and_save_images
from gan_tutorial.recipes import kind_of, make_networks, make_optimizers, make_step
from gan_tutorial.shield import shielded, usual_settings
from gan_tutorial.training import train

from .crew import Crew, lost_workers_named, settle_together
from .folder import CHECKPOINTS, LOSSES, PICTURES, only_writer, remove_leftovers
from .plan import note_environment, write_plan
from .records import write_losses
from .restore import shipped_steps
from .stopping import signals_noted, stop_if_noted


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
    strategy=None,
):
    """Train by a recipe in a folder, up to an epoch; return the losses, (steps, 2) float32.

    After each epoch the folder holds the picture of 16 fixed latent points, a checkpoint and the
    loss record. On Ctrl-C, a notebook's interrupt, SIGTERM, or if the terminal closes, the run
    saves once more and raises KeyboardInterrupt. In the same environment, a run that is resumed
    gives bit for bit the result of a run that was never stopped.

    Args:
        images: the training images, (n, 28, 28, 1) in [-1, 1].
        directory: the run's folder; it is made if it is missing.
        recipe: a name in RECIPES or a dict of your own. If None, it is "lecture", which takes
            hours.
        epochs: the last epoch, counted from 1; the recipe's if None.
        batch_size: images of a step; the recipe's if None.
        seed: of weights, noise and order, from 0 to 2³² - 1. If None, a seed is drawn, printed
            and kept in run.json.
        precision: "float32" (if None) or "mixed_bfloat16".
        resume: whether to go on with the run in the folder, at the step where it stopped.
            Arguments that are None are then taken from that run, and the others must agree with
            it.
        watch: called as `watch(generator, latent_points, epochs, losses)` before the first step;
            what it returns is called after each epoch, with the epoch's number and its losses.
            `LiveView` shows in a notebook how losses and images grow.
        strategy: a tf.distribute.Strategy, whose replicas share each minibatch (replicas.py); one
            replica if None. With a MultiWorkerMirroredStrategy all workers call `run` alike, and
            the chief alone reads and writes the folder.

    Returns:
        The losses of all steps so far, in nats: the generator's and the discriminator's; the
        distortion and the rate of an autoencoder.

    Raises:
        CheckpointError: if the folder holds a run and `resume` is false, or holds none and it is
            true; if that is another run; or if another process is training there.
        KeyboardInterrupt: after Ctrl-C or another signal, when the run has saved.
        LostWorkerError: if another worker of the strategy does not answer; an OSError.
        ValueError: if the recipe, a number or the images make no sense; if a loss is not finite.
    """
    directory = checkpoint_files.folder_path(directory)
    images = checked_images(images)
    given = {"recipe": recipe, "batch_size": batch_size, "seed": seed, "precision": precision}
    crew = Crew(strategy)
    with lost_workers_named(crew, directory), contextlib.ExitStack() as locked:
        plan = settle_together(crew, directory, images, given, epochs=epochs, resume=resume)
        training = _Training(images, directory, plan, crew)
        if crew.chief:
            locked.enter_context(only_writer(directory))
            remove_leftovers(directory)
            if resume:
                training.resume()
            else:
                write_plan(directory, plan)
        training.go_on(watch)
    return np.array(training.losses, np.float32).reshape(-1, 2)


class _Training:
    """The objects of a run, and how they meet its folder."""

    @usual_settings()
    def __init__(self, images, directory, plan, crew):
        self.images, self.directory, self.plan, self.crew = images, directory, plan, crew
        recipe, kind = plan["numbers"], kind_of(plan["numbers"])
        with crew.scope(), shielded(plan["seed"], plan["precision"]):
            networks, optimizers = make_networks(recipe), make_optimizers(recipe)
            self.networks = crew.networks(networks)
            self.checkpoint = checkpoints.make(*self.networks, *optimizers, kind.second)
            self.state = [v for part in (*self.networks, *optimizers) for v in part.variables]
            self.train_step = crew.step(make_step(recipe, self.networks, optimizers, plan["seed"]))
        # the losses are in the checkpoint, so that they always are of the same step as the weights
        self.checkpoint.losses = tf.Variable(tf.zeros((0, 2)), shape=(None, 2))
        latent_dim = self.networks[0].input_shape[-1]
        self.seed_images = sample_prior(16, seed=plan["seed"], latent_dim=latent_dim)
        self.losses, self.names, self.saved, self.view = [], kind.losses, None, None
        self.folder = directory / CHECKPOINTS
        self.steps_per_epoch = math.ceil(len(images) / plan["batch_size"])

    def resume(self):
        """Load the newest checkpoint; a run that was killed before its first starts at step 0."""
        # the record is written after the first checkpoint, so there was one if it exists
        recorded = os.path.lexists(self.directory / LOSSES)
        if recorded or checkpoint_files.has_finished(self.folder):
            checkpoints.resume(self.checkpoint, self.folder)
            self.losses = list(self.checkpoint.losses.numpy())
            self.saved = len(self.losses)
        else:
            print("No checkpoint was finished: starting at step 0")
        checkpoint_files.set_aside_newer(self.folder, len(self.losses))
        if self.losses:
            self.write_losses()

    def go_on(self, watch=None):
        """Train from the step that is reached to the end of the plan's last epoch."""
        self.losses, self.saved = self.crew.take_over(self.losses, self.saved, self.state)
        epochs = self.plan["epochs"]
        done, skip = divmod(len(self.losses), self.steps_per_epoch)
        if watch is not None:
            self.view = watch(self.networks[0], self.seed_images, max(epochs, done), self.losses)
        if done >= epochs:
            print(f"Epoch {epochs} is reached already")
            if watch is not None:
                self.view(done, [])  # so that a notebook that is run again keeps its picture
            return
        if self.crew.chief:
            with self.crew.scope():  # because the number of replicas is a part of it
                note_environment(self.directory, self.plan, len(self.losses))
        order = {"seed": self.plan["seed"], "first_epoch": done + 1}
        dataset = make_dataset(self.images, self.plan["batch_size"], **order)
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
        """Take a step and note its losses; if a signal came, save and stop instead."""
        stop_if_noted(self.crew.noted(signals), self.save, len(self.losses), self.directory)
        with usual_settings():  # not longer, because what watches the run is the user's
            losses = np.array(self.train_step(images), np.float32)
        self.losses.append(losses)
        if not np.isfinite(losses).all():
            raise ValueError(
                f"step {len(self.losses)}: the losses are {losses.tolist()}, not finite, and not "
                f"saved; the last checkpoint is of step {self.saved or 0}"
            )
        return losses

    def on_epoch_end(self, epoch, losses):
        """Draw the epoch's picture, save, and show the epoch to whoever watches."""
        if self.crew.chief:
            folder = self.directory / PICTURES
            generate_and_save_images(self.networks[0], epoch, self.seed_images, folder)
        self.save()
        if self.view is not None:
            self.view(epoch, losses)

    def save(self):
        """Save a checkpoint; as in the lecture every 15th epoch's stays, and the last two do."""
        step = len(self.losses)
        if step == self.saved:
            return  # because writing it once more would put it at risk
        for variable in [v for network in self.networks for v in network.variables]:
            if not np.isfinite(variable).all():
                raise ValueError(f"step {step}: {variable.path} is not finite, and is not saved")
        if self.crew.chief:
            self.checkpoint.losses.assign(np.reshape(self.losses, (-1, 2)))
            kept = {"keep_every": 15 * self.steps_per_epoch, "always": shipped_steps(self.folder)}
            checkpoints.save(self.checkpoint, self.folder, step, **kept)
            self.write_losses()
        self.saved = step
        self.crew.meet()  # so that nobody ends before the chief has saved

    def write_losses(self):
        """Write the loss record for people; the checkpoint holds the same numbers."""
        losses = np.reshape(self.losses, (-1, 2))
        write_losses(self.directory, losses, self.steps_per_epoch, self.names)
