"""A convolutional layer that saves multiplications with the convolution theorem.

The theorem says that the Fourier transform of a convolution is the product of the two Fourier
transforms, frequency by frequency. Instead of moving the kernel over the map, we transform the map
and the kernel, multiply, and transform back.

The costliest layer of the lecture's generator has 7 x 7 maps and 5 x 5 kernels. For one input
channel and one output channel, the direct sum needs 25 products for each of the 49 pixels, 1,225 in
all. In Fourier space 121 products are enough, see `convolution_theorem`. The transforms cost
products too, but few. A map is transformed once for each channel and not for each pair of channels,
and a kernel is transformed once for all images. In all, the output and the gradients of this layer
need about a seventh of the products; in the smaller network of the recipe "fast", about 30 percent.
"""

import numpy as np
import tensorflow as tf

from .shield import keras


@keras.saving.register_keras_serializable("gan_tutorial")
class FourierConv2DTranspose(keras.layers.Conv2DTranspose):
    """A `Conv2DTranspose` with stride 1 and "same" padding that computes in Fourier space.

    With stride 1, a transposed convolution is what mathematics calls a convolution. This layer
    turns maps (n, size, size, channels) into maps (n, size, size, filters). It has the weights of
    Keras's layer, and the same output up to rounding. It is faster if the maps are small and have
    many channels, because then the transforms cost little beside the products.

    A generator that has this layer is saved by `generator.save("generator.keras")`. Another process
    loads it after `import gan_tutorial.fourier`. For programs that know Keras's own layers alone,
    such as TFLite, make a twin of it, which has the same weights in Keras's layers:

        twin = gt.generator_model(**recipe["generator"])
        twin.set_weights(generator.get_weights())

    where `recipe` is the generator's own, for example `gt.RECIPES["lecture"]` for the shipped one.

    Source: Mathieu et al. 2014, "Fast training of convolutional networks through FFTs", section 2.
    """

    def build(self, input_shape):
        """Make the kernel, and the matrices of the transforms.

        Raise ValueError if the stride is not 1, if the padding is not "same", if there is a
        dilation, or if the maps or the kernel are not square.
        """
        options = self.strides, self.padding, self.dilation_rate, self.data_format
        if options != ((1, 1), "same", (1, 1), "channels_last"):
            raise ValueError(f"only stride 1, 'same', undilated, channels_last; not {options}")
        height, width = input_shape[1:3]
        if height != width or self.kernel_size[0] != self.kernel_size[1]:
            raise ValueError(
                f"map and kernel must be square, but are {height} x {width} and {self.kernel_size}"
            )
        super().build(input_shape)
        self.transforms = convolution_theorem(height, self.kernel_size[0])

    def call(self, inputs):
        """Transform the maps and the kernel, multiply at each frequency, and transform back."""
        dtype = self.compute_dtype
        of_map, of_kernel, back = (tf.cast(matrix, dtype) for matrix in self.transforms)
        products, pixels = of_map.shape
        taps = of_kernel.shape[1]
        size, channels = inputs.shape[2:]
        x = tf.reshape(tf.transpose(inputs, (1, 2, 0, 3)), (pixels, -1))  # (pixels, n · channels)
        x = tf.reshape(of_map @ x, (products, -1, channels))
        w = tf.reshape(self.kernel, (taps, -1))  # Keras's kernel is (side, side, filters, channels)
        w = tf.reshape(of_kernel @ w, (products, self.filters, channels))
        # each of the products is one of matrices, because it sums over the channels too
        y = tf.matmul(x, w, transpose_b=True)  # (products, n, filters)
        y = back @ tf.reshape(y, (products, -1))  # (pixels, n · filters)
        y = tf.transpose(tf.reshape(y, (size, size, -1, self.filters)), (2, 0, 1, 3))
        return self.activation(y + self.bias if self.use_bias else y)


def convolution_theorem(size, kernel_size):
    """Return the three real matrices with which a convolution becomes a product.

    The convolution of a map x and a kernel w is y(p) = Σ w(t) x(p - t). In both directions the
    tap t runs from -((kernel_size - 1) // 2) to kernel_size // 2, and x is 0 outside of the map.
    With map and kernel as flat columns it is

        y = back @ ((of_map @ x) * (of_kernel @ w))

    where * multiplies element by element. `of_map` and `of_kernel` are discrete Fourier
    transforms, and `back` is the inverse transform. A frequency k is a pair of integers. Two
    facts keep the three matrices real and small:

    1. The map and the kernel are real. Hence a transform at -k, the partner of k, is the complex
       conjugate of the transform at k, and one frequency of each pair ±k is enough. At k = 0 the
       transform is real.
    2. Let a + ib be the transform of the map at k, and c + id the transform of the kernel. The
       complex product of the two needs only three real products (Gauss): P = c(a + b),
       Q = a(d - c) and R = b(c + d). Its real part is P - R, and its imaginary part is P + Q.

    Hence `of_map` has one row for k = 0, and three rows for each pair ±k, which compute a + b, a
    and b. The rows of `of_kernel` compute c, d - c and c + d. A period of `length` pixels, which
    are those of the map and some zeros, has length² frequencies. Hence both matrices have
    m = 1 + 3 (length² - 1) / 2 rows, for example 121 rows for the length 9.

    Args:
        size: the side of the map, in pixels.
        kernel_size: the side of the kernel, in pixels.

    Returns:
        (of_map, of_kernel, back), float64, of the shapes (m, size²), (m, kernel_size²) and
        (size², m).
    """
    # A discrete Fourier transform repeats the map periodically. The sum for the first pixel reaches
    # back by kernel_size // 2 pixels, which are the end of the period before. These pixels must be
    # zeros, so the period is the map and kernel_size // 2 zeros after the map. The sum for the last
    # pixel reaches forward into the same zeros, and no further.
    length = size + kernel_size // 2
    # An odd length is needed, because with an even length some frequencies are their own partners.
    length += 1 - length % 2
    k = np.indices((length, length)).reshape(2, -1).T - length // 2
    k = k[: len(k) // 2]  # because the middle of the list is 0, and then come the partners
    pixels, taps = np.arange(size), np.arange(kernel_size) - (kernel_size - 1) // 2

    def phases(positions):
        # the angle 2π k·p / length, with a row for each frequency k, a column for each position p
        grid = np.array(np.meshgrid(positions, positions, indexing="ij")).reshape(2, -1)
        return 2 * np.pi / length * k @ grid

    # a transform multiplies a pixel by exp(-i angle), which is real + i imaginary:
    # a = real @ x, b = imaginary @ x, and for the kernel c = real_w @ w, d = imaginary_w @ w
    real, imaginary = np.cos(phases(pixels)), -np.sin(phases(pixels))
    real_w, imaginary_w = np.cos(phases(taps)), -np.sin(phases(taps))
    of_map = np.concatenate([np.ones((1, size**2)), real + imaginary, real, imaginary])
    of_kernel = np.concatenate(
        [np.ones((1, kernel_size**2)), real_w, imaginary_w - real_w, real_w + imaginary_w]
    )
    # The pair ±k adds 2 Re((P - R + i (P + Q)) exp(i angle)) / length² to a pixel. There
    # exp(i angle) = real - i imaginary, so that the pixel gets
    # 2 (P (real + imaginary) + Q imaginary - R real) / length².
    waves = np.concatenate([np.full((1, size**2), 0.5), real + imaginary, imaginary, -real])
    back = waves * 2 / length**2
    return of_map, of_kernel, back.T
