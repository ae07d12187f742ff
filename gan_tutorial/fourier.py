"""The convolution theorem at work: the generator's costliest layer with a seventh of the products.

In Fourier space a convolution is a product, frequency by frequency. A 5 x 5 kernel on a 7 x 7 map
takes 25 products a pixel; the frequencies of 9 x 9, where nothing wraps around, take 121 / 49.
With the transforms, and with the gradients, a seventh of the products is left.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable("gan_tutorial")
class FourierConv2DTranspose(layers.Conv2DTranspose):
    """Keras's `Conv2DTranspose` of stride 1 with "same" padding: same weights, same map.

    Maps (n, size, size, channels) to (n, size, size, filters), within the rounding of the
    precision. It pays for small maps of many channels, where the transforms cost little beside
    the products. Raise ValueError for another stride, padding or dilation, and for maps that
    are not square. Source: Mathieu et al. 2014, "Fast training of convolutional networks
    through FFTs", section 2.
    """

    def build(self, input_shape):
        """Make the kernel, and the matrices of the transforms."""
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
        """Transform maps and kernel, multiply for each frequency, transform back."""
        dtype = self.compute_dtype
        of_map, of_kernel, back = (tf.cast(matrix, dtype) for matrix in self.transforms)
        (frequencies, pixels), taps = of_map.shape, of_kernel.shape[1]
        size, channels = inputs.shape[2:]
        x = tf.reshape(tf.transpose(inputs, (1, 2, 0, 3)), (pixels, -1))
        x = tf.reshape(of_map @ x, (frequencies, -1, channels))
        w = tf.reshape(self.kernel, (taps, -1))
        w = tf.reshape(of_kernel @ w, (frequencies, self.filters, channels))
        y = tf.matmul(x, w, transpose_b=True)  # (frequencies, n, filters)
        y = back @ tf.reshape(y, (frequencies, -1))
        y = tf.transpose(tf.reshape(y, (size, size, -1, self.filters)), (2, 0, 1, 3))
        return self.activation(y + self.bias if self.use_bias else y)


def convolution_theorem(size, kernel_size):
    """Return three real matrices: convolution = back @ ((of_map @ map) · (of_kernel @ kernel)).

    Shapes (m, size²), (m, kernel_size²), (size², m), float64; map and kernel are flat columns.
    One of each two frequencies ±k is kept, since maps are real, and its complex product
    (a + ib)(c + id) takes three real ones (Gauss): c(a + b), a(d - c), b(c + d).
    """
    # large enough that no pixel that we keep is reached around the end, and odd, so that each
    # frequency k but 0 has a partner -k
    length = size + kernel_size // 2
    length += 1 - length % 2
    k = np.indices((length, length)).reshape(2, -1).T - length // 2
    k = k[: len(k) // 2]  # one of each pair: after these come 0 and their partners
    pixels, taps = np.arange(size), np.arange(kernel_size) - (kernel_size - 1) // 2

    def phases(positions):
        grid = np.array(np.meshgrid(positions, positions, indexing="ij")).reshape(2, -1)
        return 2 * np.pi / length * k @ grid

    a, b = np.cos(phases(pixels)), -np.sin(phases(pixels))
    c, d = np.cos(phases(taps)), -np.sin(phases(taps))
    of_map = np.concatenate([np.ones((1, size**2)), a + b, a, b])
    of_kernel = np.concatenate([np.ones((1, kernel_size**2)), c, d - c, c + d])
    # real part c(a + b) - b(c + d), imaginary part c(a + b) + a(d - c), each times its wave
    back = np.concatenate([np.full((1, size**2), 0.5), a + b, b, -a]) * 2 / length**2
    return of_map, of_kernel, back.T
