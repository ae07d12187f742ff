"""Training to watch in a notebook: losses and images grow in one place while it goes on."""

import time

from gan_tutorial.latent import generate_images
from gan_tutorial.plotting import Picture, draw_losses, show_image


class LiveView:
    """An `on_epoch_end` for `train`: after each epoch it draws into one place of a notebook.

    The picture shows both losses so far on the left, and the generated images of the first 16
    latent points on the right. Its title says the epoch, the time that has passed and the time
    that is left. The last picture stays in the notebook, so that readers see it without a kernel.
    """

    def __init__(self, generator, latent_points, epochs, losses=()):
        """Watch a generator while it is trained up to epoch `epochs`.

        Args:
            generator: the generator that is trained.
            latent_points: the points whose images are shown, (n, latent_dim).
            epochs: the last epoch, for the time that is left.
            losses: the losses of earlier steps, (steps, 2), if a training goes on.
        """
        self.generator, self.latent_points, self.epochs = generator, latent_points[:16], epochs
        self.losses, self.calls = list(losses), 0
        self.start, self.handle = time.monotonic(), None

    def __call__(self, epoch, losses):
        """Show the state after an epoch, counted from 1; `losses` (steps, 2) are the epoch's."""
        from IPython.display import display

        self.losses.extend(losses)
        self.calls += 1
        figure = self.figure(epoch)
        if self.handle is None:
            self.handle = display(figure, display_id=True)
        else:
            self.handle.update(figure)

    def figure(self, epoch):
        """Return the picture after an epoch."""
        figure = Picture(figsize=(10, 3.8), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.6, 1))
        draw_losses(left.subplots(), self.losses)
        axes = right.subplots(4, 4).ravel()
        for ax in axes:
            ax.axis("off")
        images = generate_images(self.generator, self.latent_points)
        for image, ax in zip(images, axes, strict=False):
            show_image(image, ax)
        gone = time.monotonic() - self.start
        left_over = gone / self.calls * max(0, self.epochs - epoch)  # a run may have gone on
        figure.suptitle(f"{epoch} of {self.epochs}: {gone:.0f} s, {left_over:.0f} s to go")
        return figure
