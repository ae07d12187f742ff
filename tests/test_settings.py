"""Settings that a whole process has in common: what follows them, and what does not depend."""

import contextlib
import json
import os
import random
import sys
import warnings

import keras
import matplotlib
import matplotlib.style
import numpy as np
import pytest
from helpers import TINY, assert_same, run_python
from IPython.core.pylabtools import print_figure
from PIL import Image

import gan_tutorial as gt

with gt.quiet():
    import tensorflow as tf

    from gan_tutorial import shield

CONFIG = keras.config
SETTINGS = {
    "mixed_bfloat16": (CONFIG.dtype_policy, CONFIG.set_dtype_policy, "mixed_bfloat16"),
    "bfloat16": (CONFIG.dtype_policy, CONFIG.set_dtype_policy, "bfloat16"),
    "float64": (CONFIG.dtype_policy, CONFIG.set_dtype_policy, "float64"),
    "floatx float16": (CONFIG.floatx, CONFIG.set_floatx, "float16"),
    "floatx float64": (CONFIG.floatx, CONFIG.set_floatx, "float64"),
    "channels_first": (
        CONFIG.image_data_format,
        CONFIG.set_image_data_format,
        "channels_first",
    ),
    "epsilon": (CONFIG.epsilon, CONFIG.set_epsilon, 0.1),
    "max_steps": (CONFIG.max_steps_per_epoch, CONFIG.set_max_steps_per_epoch, 1),
    "max_epochs": (CONFIG.max_epochs, CONFIG.set_max_epochs, 0),
}


@contextlib.contextmanager
def keras_set(name):
    read, write, value = SETTINGS[name]
    before = read()
    write(value)
    try:
        yield
        now = read()
        assert getattr(now, "name", now) == value  # which is the user's, and stays
    finally:
        write(before)


@pytest.fixture(params=SETTINGS)
def setting(request, results):  # the results are made before, with Keras as it comes
    with keras_set(request.param):
        yield request.param


POINTS = np.random.default_rng(0).standard_normal((20, 100), dtype=np.float32)


@pytest.fixture(scope="module")
def labels():
    return np.arange(200) % 10


@pytest.fixture(scope="module")
def results(images, labels, whole):
    generator, discriminator = gt.restore()
    judge = gt.evaluation.load_judge()
    return {
        "networks": (generator, discriminator),
        "images": gt.generate_images(generator, POINTS),
        "logits": np.array(discriminator(images[:20])),
        "judge": judge,
        "features": gt.evaluation.features(judge, images[:70]),
        "measures": gt.evaluate(images[:70], images[:100]),
        "trained": gt.evaluation.train_judge(images[:200], labels, epochs=2).get_weights(),
    }


def equal(array, expected):
    assert np.asarray(array).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(array, expected)


def test_restored_networks_do_not_depend_on_keras_settings(setting, results, images):
    for networks in (results["networks"], gt.restore()):
        equal(gt.generate_images(networks[0], POINTS), results["images"])
        equal(networks[1](images[:20]), results["logits"])


def test_a_run_does_not_depend_on_keras_settings(setting, few, whole, tmp_path):
    gt.run(few, tmp_path / "run", TINY, seed=3, epochs=1)
    gt.run(few, tmp_path / "run", resume=True)
    assert_same(tmp_path / "run", whole)


def test_measures_do_not_depend_on_keras_settings(setting, results, images):
    for judge in (results["judge"], gt.evaluation.load_judge()):
        equal(gt.evaluation.features(judge, images[:70]), results["features"])
    assert gt.evaluate(images[:70], images[:100]) == results["measures"]


def test_a_judge_is_trained_alike_under_all_keras_settings(setting, results, images, labels):
    trained = gt.evaluation.train_judge(images[:200], labels, epochs=2).get_weights()
    for weights, expected in zip(trained, results["trained"], strict=True):
        equal(weights, expected)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16", "float64"])
def test_a_judge_of_ones_own_precision_measures_too(policy, images):
    with keras_set(policy):
        judge = gt.evaluation.judge_model()
        assert judge.layers[0].dtype_policy.name == policy
        assert gt.evaluation.features(judge, images[:70]).dtype == np.float32
        assert np.isfinite(gt.evaluate(images[:70], images[:100], judge)["distance"])


BUILDERS = {
    "generator_model": lambda: [gt.generator_model(channels=8)],
    "discriminator_model": lambda: [gt.discriminator_model(channels=8)],
    "judge_model": lambda: [gt.evaluation.judge_model()],
    "make_networks": lambda: gt.make_networks(TINY),
}


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_builders_follow_the_dtype_policy_as_any_layer(name, policy):
    with keras_set(policy):
        expected = keras.layers.Dense(1).dtype_policy.name
        networks = BUILDERS[name]()
    found = {layer.dtype_policy.name for network in networks for layer in network.layers}
    assert found == {expected} == {policy}


@pytest.mark.parametrize("name", BUILDERS)
def test_builders_take_images_with_the_channels_last(name):
    expected = [network.input_shape + network.output_shape for network in BUILDERS[name]()]
    with keras_set("channels_first"):
        built = BUILDERS[name]()
    assert [network.input_shape + network.output_shape for network in built] == expected
    formats = [getattr(layer, "data_format", None) for network in built for layer in network.layers]
    assert {*formats} - {None} == {"channels_last"}


@pytest.mark.parametrize("call", [gt.checkpoints.load, gt.checkpoints.resume])
def test_networks_of_another_dtype_are_told_which_setting_it_is(call, whole):
    with keras_set("float64"):
        checkpoint = gt.checkpoints.make(*gt.make_networks(TINY), *gt.make_optimizers(TINY))
    expected = "does not fit .* hold float64, by Keras's dtype policy or floatx"
    with pytest.raises(gt.CheckpointError, match=expected):
        call(checkpoint, whole / "training_checkpoints")


def test_a_shield_puts_everything_back_after_an_error():
    with contextlib.ExitStack() as stack:
        for name in ("mixed_bfloat16", "floatx float64", "channels_first", "epsilon"):
            stack.enter_context(keras_set(name))
        state = random.getstate()
        with pytest.raises(ZeroDivisionError), shield.shielded(1), shield.channels_last():
            1 / (random.random() * 0)
        assert random.getstate() == state


# the backend

TAKE = """
import sys
import gan_tutorial as gt
for _ in range(2):
    try:
        exec(sys.argv[1])
    except ImportError as error:
        print(type(error).__name__, error)
"""
OTHER = "import keras; keras.config.backend = lambda: 'jax'; "  # as where JAX is installed


@pytest.fixture(params=["KERAS_BACKEND", "keras.json", "KERAS_HOME"])
def backend(request, tmp_path):
    """Return (an environment in which Keras would take JAX, what says so)."""
    if request.param == "KERAS_BACKEND":
        return {"KERAS_BACKEND": "jax"}, "the environment variable KERAS_BACKEND"
    home = tmp_path / (".keras" if request.param == "keras.json" else "elsewhere")
    home.mkdir()
    (home / "keras.json").write_text(json.dumps({"backend": "jax"}), encoding="utf-8")
    environment = {} if request.param == "keras.json" else {"KERAS_HOME": str(home)}
    return environment, f"the file {str(home / 'keras.json')!r}"


def test_another_backend_is_one_clear_error_that_says_what_set_it(backend, tmp_path):
    environment, place = backend
    code = "gt.restore"
    answer = run_python("-c", TAKE, code, cwd=tmp_path, **environment)
    line = "BackendError Keras's backend must be tensorflow, but is 'jax' by "
    line += f"{place}: change that, and start Python again"
    assert answer.stdout.splitlines() == [line] * 2, answer.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import gan_tutorial.fourier",
        "import gan_tutorial.runs.run",
        "import gan_tutorial.models",
        "gt.evaluation.load_judge",
        f"{OTHER}gt.run",
    ],
)
def test_another_backend_is_found_wherever_keras_is_needed(code, tmp_path):
    backend = {} if OTHER in code else {"KERAS_BACKEND": "jax"}
    answer = run_python("-c", TAKE, code, cwd=tmp_path, **backend)
    assert len(lines := answer.stdout.splitlines()) == 2, answer.stderr
    assert {line.partition(" by ")[0] for line in lines} == {
        "BackendError Keras's backend must be tensorflow, but is 'jax'"
    }


def test_a_command_ends_in_one_line_and_what_needs_no_keras_works(whole, tmp_path):
    movie = ["movie", whole]
    answers = [
        run_python("-m", "gan_tutorial", *arguments, cwd=tmp_path, KERAS_BACKEND="jax")
        for arguments in (["generate", "--output", "x.png"], movie, ["train", "--help"])
    ]
    assert [answer.returncode for answer in answers] == [1, 0, 0]
    [line] = answers[0].stderr.splitlines()
    assert line.startswith("gan-tutorial: Keras's backend must be tensorflow, but is 'jax'")
    assert "pip install" not in line


# Matplotlib's settings

STYLES = {
    "tight": {"savefig.bbox": "tight", "savefig.pad_inches": 0.5},
    "latex": {"text.usetex": True},
    "dark": "dark_background",
    "constrained": {"figure.constrained_layout.use": True},
    "autolayout": {"figure.autolayout": True},
    "transparent": {"savefig.transparent": True, "savefig.facecolor": "red"},
    "origin": {"image.origin": "lower", "image.aspect": "auto", "image.cmap": "jet"},
    "subplots": {"figure.subplot.left": 0.3, "figure.titlesize": 30, "font.size": 20},
}


@pytest.fixture(params=STYLES)
def style(request, monkeypatch):
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))  # where no LaTeX is
    with matplotlib.style.context(STYLES[request.param]), warnings.catch_warnings():
        warnings.simplefilter("error")
        # what another test has left open is closed whenever Python finds it
        warnings.simplefilter("ignore", ResourceWarning)
        before = dict(matplotlib.rcParams)
        yield request.param
        assert dict(matplotlib.rcParams) == before


@pytest.fixture(scope="module")
def generator():
    return gt.make_networks(TINY)[0]


@pytest.fixture(scope="module")
def usual_picture(generator, tmp_path_factory):
    return gt.generate_and_save_images(
        generator, 1, POINTS[:16], tmp_path_factory.mktemp("usual")
    ).read_bytes()


def test_a_runs_pictures_are_the_same_bytes_in_every_style(
    usual_picture, style, generator, tmp_path
):
    path = gt.generate_and_save_images(generator, 1, POINTS[:16], tmp_path)
    assert path.read_bytes() == usual_picture


def figures(generator, images):
    losses = np.random.default_rng(0).uniform(0, 2, (100, 2))
    view = gt.LiveView(generator, POINTS[:16], 3, losses)
    view.calls = 1
    return {
        "losses": gt.plot_losses(losses),
        "result": gt.plot_result(images[:4], titles=["0", "50 %", "a_b", "#1"]),
        "pairs": gt.evaluation.plot_pairs(images[:2], images[:9], [(0, 1, 2.0)]),
        "strips": gt.film_strips(generator, POINTS[0], POINTS[1:3]),
        "live": view.figure(1),
    }


def test_a_notebooks_plots_never_fail(style, generator, images, tmp_path):
    for name, figure in figures(generator, images).items():
        assert figure._repr_png_().startswith(b"\x89PNG")
        assert print_figure(figure, "png").startswith(b"\x89PNG")  # as %matplotlib inline does
        for suffix in (".svg", ".pdf", ".png"):
            gt.plotting.save_figure(figure, tmp_path / f"{name}{suffix}")


def test_a_notebooks_plots_follow_the_style(tmp_path):
    with matplotlib.style.context("dark_background"):
        gt.plotting.save_figure(gt.plot_losses(np.ones((10, 2))), tmp_path / "losses.png")
    with Image.open(tmp_path / "losses.png") as picture:
        assert picture.convert("L").getpixel((2, 2)) == 0


def test_digits_stand_upright_in_every_style(style, images, tmp_path):
    if style in ("tight", "transparent"):
        pytest.skip("which change the size or the paper, as the user wants it")
    gt.plotting.save_figure(gt.plot_result(images[:1], size=2.8), tmp_path / "digit.png")
    with Image.open(tmp_path / "digit.png") as picture:
        small = np.asarray(picture.convert("L").resize((28, 28)), float)
    grey = (1 - images[0, ..., 0]) * 127.5
    assert np.corrcoef(small.ravel(), grey.ravel())[0, 1] > 0.9


def test_an_error_that_is_not_latexs_is_raised(images):
    figure = gt.plot_result(images[:1])
    figure.axes[0].set_title("$\\frac{$")
    with pytest.raises(ValueError, match="frac"):
        figure._repr_png_()


# a network that is saved for others

SAVE = """
import gan_tutorial as gt, numpy as np
generator, _ = gt.restore()
generator.save("generator.keras")
np.save("images.npy", gt.generate_images(generator, gt.sample_prior(3, seed=1)))
"""
LOAD = """
import keras, gan_tutorial.fourier, gan_tutorial as gt, numpy as np
generator = keras.models.load_model("generator.keras")
images = gt.generate_images(generator, gt.sample_prior(3, seed=1))
np.testing.assert_array_equal(images, np.load("images.npy"))
"""


def test_a_saved_generator_loads_in_a_new_process_after_one_import(tmp_path):
    for code in (SAVE, LOAD):
        answer = run_python("-c", code, cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
    assert "import gan_tutorial.fourier" in gt.generator_model.__doc__ + layer_docstring()


def layer_docstring():
    return shield.keras.saving.get_registered_object("gan_tutorial>FourierConv2DTranspose").__doc__


@pytest.fixture(scope="module")
def twin():
    """Return the shipped generator, and the network that the docstring says how to make."""
    generator, recipe = gt.restore()[0], gt.RECIPES["lecture"]
    names = {"gt": gt, "generator": generator, "recipe": recipe}
    lines = [line.strip() for line in layer_docstring().splitlines()]
    code = [line for line in lines if line.startswith("twin")]
    assert len(code) == 2
    exec("\n".join(code), names)
    return generator, names["twin"]


def test_the_plain_twin_is_the_same_function_of_keras_layers_alone(twin):
    generator, plain = twin
    assert {type(layer).__module__.partition(".")[0] for layer in plain.layers} == {"keras"}
    expected = gt.generate_images(generator, POINTS)
    np.testing.assert_allclose(gt.generate_images(plain, POINTS), expected, atol=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_the_plain_twin_runs_in_tflite_with_the_same_images(twin):
    if not hasattr(tf, "lite"):
        pytest.skip("no tf.lite in this TensorFlow")
    generator, plain = twin
    with gt.quiet():
        converted = tf.lite.TFLiteConverter.from_keras_model(plain).convert()
        interpreter = tf.lite.Interpreter(model_content=converted)
    [before], [after] = interpreter.get_input_details(), interpreter.get_output_details()
    for point in POINTS[:3]:
        interpreter.allocate_tensors()
        interpreter.set_tensor(before["index"], point[np.newaxis])
        interpreter.invoke()
        expected = gt.generate_images(generator, point[np.newaxis])
        np.testing.assert_allclose(interpreter.get_tensor(after["index"]), expected, atol=1e-4)


def test_a_saved_discriminator_and_a_twin_need_no_import_of_ours(twin, tmp_path):
    twin[1].save(tmp_path / "twin.keras")
    gt.discriminator_model(channels=4).save(tmp_path / "discriminator.keras")
    code = (
        "import keras; [keras.models.load_model(x) for x in ('twin.keras', 'discriminator.keras')]"
    )
    answer = run_python("-c", code, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
