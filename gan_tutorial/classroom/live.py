"""Watch a training in a notebook: one picture shows the losses and the images of each epoch."""

import time

from gan_tutorial.latent import generate_images
from gan_tutorial.plotting import GAME, Picture, draw_losses, show_image


class LiveView:
    """A callback for `train` that draws the state of the training after each epoch.

    The left half of the picture shows all losses until now. The right half shows the generated
    images of the first 16 latent points. The title gives the epoch, the time that has passed and
    the time that is left. Each picture replaces the picture before. The last picture stays in
    the notebook, so that a reader sees it without a kernel.
    """

    def __init__(
        self, generator, latent_points, epochs, losses=(), *, unit="epoch", names=tuple(GAME)
    ):
        """Prepare a view of the training of a generator.

        Args:
            generator: the generator that is trained.
            latent_points: the points whose images are shown, (n, latent_dim).
            epochs: the number of the last epoch, from which the time that is left is estimated.
            losses: the losses of earlier steps, (steps, 2), if the training was resumed.
            unit: what is counted, if the view is called more or less often than once an epoch.
            names: of the two losses; ("distortion", "rate") for an autoencoder, for which a run
                takes `functools.partial(LiveView, names=("distortion", "rate"))`.
        """
        self.unit, self.names = unit, names
        self.generator, self.latent_points, self.epochs = generator, latent_points[:16], epochs
        self.losses, self.calls = list(losses), 0
        self.start, self.handle = time.monotonic(), None

    def __call__(self, epoch, losses):
        """Show the state after an epoch.

        Args:
            epoch: the number of the epoch, counted from 1.
            losses: the losses of the steps of this epoch, (steps, 2).
        """
        from IPython.display import display

        self.losses.extend(losses)
        self.calls += 1
        figure = self.figure(epoch)
        if self.handle is None:
            self.handle = display(figure, display_id=True)
        else:
            self.handle.update(figure)

    def figure(self, epoch):
        """Return the picture of the state after an epoch."""
        figure = Picture(figsize=(10, 3.8), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.6, 1))
        draw_losses(left.subplots(), self.losses, names=self.names)
        axes = right.subplots(4, 4).ravel()
        for ax in axes:
            ax.axis("off")
        images = generate_images(self.generator, self.latent_points)
        for image, ax in zip(images, axes, strict=False):
            show_image(image, ax)
        gone = time.monotonic() - self.start
        # divided by the calls and not by the epochs, because the training may have been resumed
        left_over = gone / self.calls * max(0, self.epochs - epoch)
        figure.suptitle(
            f"{self.unit} {epoch} of {self.epochs}: {gone:.0f} s, {left_over:.0f} s to go"
        )
        return figure
