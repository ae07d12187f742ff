"""The two networks of the game: generator g(z; θg) and discriminator d(x; θd)."""

# plain Keras, and a decorator that keeps a user's keras.json from turning the images over
from .shield import channels_last, keras

layers = keras.layers


@channels_last()
def generator_model(
    latent_dim=100,
    *,
    channels=256,
    kernel_size=5,
    negative_slope=0.3,
    hidden=None,
    convolution=layers.Conv2DTranspose,
):
    """Return the generator: latent points (n, latent_dim) to images (n, 28, 28, 1) in [-1, 1].

    The defaults are the lecture's network, which has 2,330,944 parameters.
    Source: TensorFlow's DCGAN tutorial, after Radford et al. 2016, section 3.

    Args:
        latent_dim: the coordinates of a latent point.
        channels: the depth of the first 7 x 7 stage; it is halved at each of the next two.
        kernel_size: the side of the kernels, in pixels.
        negative_slope: the slope of LeakyReLU below 0.
        hidden: the units of a layer between the latent point and the first maps; the lecture has
            none. With it the network can bend the latent space before it draws, so that less of
            it lies between two digits.
        convolution: the layer of stride 1, the costliest. `make_networks` takes
            `FourierConv2DTranspose`, which has the same weights and is faster; its docstring says
            how to export it.
    """
    # the comments below give the shapes with the defaults
    bend = []
    if hidden is not None:
        bend = [
            layers.Dense(hidden, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=negative_slope),
        ]
    upsample = {"kernel_size": kernel_size, "padding": "same", "use_bias": False}
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *bend,
            layers.Dense(7 * 7 * channels, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=negative_slope),
            layers.Reshape((7, 7, channels)),  # 7 x 7 x 256
            convolution(channels // 2, strides=1, **upsample),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=negative_slope),  # 7 x 7 x 128
            layers.Conv2DTranspose(channels // 4, strides=2, **upsample),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=negative_slope),  # 14 x 14 x 64
            layers.Conv2DTranspose(1, strides=2, activation="tanh", **upsample),  # 28 x 28 x 1
        ],
        name="generator",
    )


@channels_last()
def discriminator_model(
    *, channels=64, kernel_size=5, negative_slope=0.3, dropout=0.3, hidden=None
):
    """Return the discriminator: images (n, 28, 28, 1) in [-1, 1] to logits (n, 1).

    The probability that an image is real is d(x) = σ(logit). The defaults are the lecture's
    network, which has 212,865 parameters.
    Source: TensorFlow's DCGAN tutorial, after Radford et al. 2016, section 3.

    Args:
        channels: the depth of the first stage; it is doubled in the second.
        kernel_size: the side of the kernels, in pixels.
        negative_slope: the slope of LeakyReLU below 0.
        dropout: the share of activations that are dropped while training, in [0, 1).
        hidden: the units of a layer before the logit; the lecture has none. Without it, the logit
            is a sum over places. What each place adds depends on 13 x 13 pixels (10 x 10 with
            kernels of 4), so that the discriminator cannot see which strokes fit together.
    """
    # the comments below give the shapes with the defaults
    downsample = {"kernel_size": kernel_size, "strides": 2, "padding": "same"}
    whole = []
    if hidden is not None:
        whole = [layers.Dense(hidden), layers.LeakyReLU(negative_slope=negative_slope)]
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(channels, **downsample),
            layers.LeakyReLU(negative_slope=negative_slope),
            layers.Dropout(dropout),  # 14 x 14 x 64
            layers.Conv2D(2 * channels, **downsample),
            layers.LeakyReLU(negative_slope=negative_slope),
            layers.Dropout(dropout),  # 7 x 7 x 128
            layers.Flatten(),
            *whole,
            layers.Dense(1),  # the logit
        ],
        name="discriminator",
    )
