"""The judge: a classifier of real digits, whose features tell how far generated images are off."""

import math
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import scipy.special

from gan_tutorial.data import checked_images
from gan_tutorial.files.paths import path_of
from gan_tutorial.files.sums import check_sums, sha256
from gan_tutorial.shield import channels_last, keras, shielded, usual_settings

layers = keras.layers

HERE = Path(__file__).parent


@channels_last()
def judge_model(name="judge"):
    """Return the judge, untrained: images (n, 28, 28, 1) in [-1, 1] to logits (n, 10).

    102,570 parameters. The layer before the last, named "features", has 64 units.
    """
    convolution = {"kernel_size": 3, "padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, **convolution),
            layers.Conv2D(32, **convolution),
            layers.MaxPooling2D(),  # 14 x 14 x 32
            layers.Conv2D(64, **convolution),
            layers.MaxPooling2D(),  # 7 x 7 x 64
            layers.Conv2D(64, **convolution),
            layers.MaxPooling2D(),  # 3 x 3 x 64
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu", name="features"),
            layers.Dense(10),
        ],
        name=name,
    )


@channels_last()
def second_judge_model(name="second-judge"):
    """Return a judge of another kind, untrained: images (n, 28, 28, 1) in [-1, 1] to logits.

    188,714 parameters: five convolutions with BatchNorm, the mean over each of their last maps,
    and 64 features. What this judge and `judge_model` agree on is hardly the whim of one network.
    """
    inside = []
    for channels, side, stride in [(32, 5, 1), (48, 3, 2), (64, 3, 1), (96, 3, 2), (96, 3, 1)]:
        inside += [
            layers.Conv2D(channels, side, strides=stride, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("elu"),
        ]
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *inside,  # 7 x 7 x 96
            layers.GlobalAveragePooling2D(),
            layers.Dense(64, activation="elu", name="features"),
            layers.Dense(10),
        ],
        name=name,
    )


# the judges that come with the tutorial: their files and their networks
SHIPPED = {
    "judge": (HERE / "judge.weights.h5", judge_model),
    "second": (HERE / "second_judge.weights.h5", second_judge_model),
}


@usual_settings()
def train_judge(images, labels, *, model=judge_model, epochs=6, seed=0):
    """Return a judge trained on real digits.

    Args:
        images: (n, 28, 28, 1) in [-1, 1].
        labels: the digit of each image, (n,).
        model: a function that returns the untrained judge.
        epochs: passes over the images, in which the learning rate falls to 0.
        seed: of the weights and of the order of the images.
    """
    images = checked_images(images)
    with shielded(seed):
        judge = model()
    steps = math.ceil(len(images) / 128)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, epochs * steps)
    judge.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    # we shuffle, because Keras does it by TensorFlow's global seed, which is the user's
    order, labels = np.random.default_rng(seed), np.asarray(labels)
    for _ in range(epochs):
        chosen = order.permutation(len(images))
        judge.fit(images[chosen], labels[chosen], batch_size=128, shuffle=False, verbose=0)
    return judge


def load_judge(path=None, *, model=judge_model):
    """Return a trained judge.

    The name of a judge ends in the sha256 of its file, so that measures say who made them.

    Args:
        path: None for the judge that comes with the tutorial, which is right for 99.46 % of the
            test images; "second" for the second one, which is right for 99.41 %; or a file of
            weights of your own. `make judge` trained the two.
        model: the function that returns the network of a file of your own.

    Raises:
        OSError: if there is no such file, if it holds another network, or if a file that comes
            with the tutorial was changed.
    """
    name = "judge" if path is None else path
    if isinstance(name, str) and name in SHIPPED:
        check_sums(HERE)
        path, model = SHIPPED[name]
    path = path_of(path)
    with shielded():
        judge = model()
    judge.name = f"{judge.name}-sha256-{sha256(path)}"
    try:
        _load_weights(judge, path)
    except (OSError, ValueError, KeyError) as error:
        raise OSError(f"no judge's weights in {str(path)!r}: {error}") from None
    return judge


def _load_weights(judge, path):
    """Load weights from a file, also on a file system without locks, where HDF5 opens none."""
    if not path.name.endswith(".weights.h5"):
        judge.load_weights(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "judge.keras"  # because Keras reads an archive by Python's means
        with zipfile.ZipFile(archive, "w") as file:
            file.write(path, "model.weights.h5")
        with usual_settings():
            judge.load_weights(archive)


@usual_settings()
def features(judge, images):
    """Return what the judge sees before it decides: (n, 64) float32, for images (n, 28, 28, 1)."""
    images = checked_images(images)
    inside = keras.Model(judge.inputs[0], judge.get_layer("features").output)
    parts = [inside(images[i : i + 500], training=False) for i in range(0, len(images), 500)]
    # judges of other precisions are welcome, but not all numbers of theirs are NumPy's
    return np.concatenate([keras.ops.cast(part, "float32") for part in parts])


def probabilities(judge, features):
    """Return the judge's answers p(y|x), (n, 10), for the features that it saw, (n, 64)."""
    kernel, bias = (weights.astype(np.float64) for weights in judge.layers[-1].get_weights())
    return scipy.special.softmax(features.astype(np.float64) @ kernel + bias, axis=1)


def classify(judge, images):
    """Return the digit that the judge takes each image for, (n,): also for one that is no digit."""
    return probabilities(judge, features(judge, images)).argmax(axis=1)
