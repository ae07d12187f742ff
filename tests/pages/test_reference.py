"""The page of the library names what Python finds, with all arguments and all sections."""

import inspect
import re
import types
from html import unescape

import pytest
from helpers import NAMESPACES, PROJECT, render

import gan_tutorial as gt
from lecture_pages import texts
from lecture_pages.reference import reference

LIBRARY = PROJECT / "notebooks" / "library.md"


def public():
    """Return {name: object} of the public names, as Python finds them."""
    own = {name: getattr(gt, name) for name in gt.__all__ if name not in NAMESPACES}
    for name in NAMESPACES:
        module = getattr(gt, name)
        names = getattr(module, "__all__", None) or [
            key
            for key, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__ and not key.startswith("_")
            if isinstance(value, type | types.FunctionType)
        ]
        found = {f"{name}.{key}": getattr(module, key) for key in names}
        own |= {key: value for key, value in found.items() if not shown_at_the_top(value, own)}
    return own


def shown_at_the_top(value, own):
    return any(value is other for other in own.values())


@pytest.fixture(scope="module")
def entries():
    """Return {name: text of its entry} of the page."""
    html = render(texts.read(LIBRARY), LIBRARY)
    pieces = re.split(r'<h3 id="([^"]+)">', html)[1:]
    texts_of = [unescape(re.sub(r"<[^>]+>", "", piece)) for piece in pieces[1::2]]
    return dict(zip(pieces[::2], texts_of, strict=True))


def test_every_public_name_has_its_entry(entries):
    assert set(entries) == set(public())


def test_every_entry_has_the_arguments_and_the_text(entries):
    for name, value in public().items():
        if not isinstance(value, types.FunctionType):
            continue
        assert all(argument in entries[name] for argument in inspect.signature(value).parameters)
        first = inspect.getdoc(value).split("\n\n")[0].replace("`", "")
        assert " ".join(first.split()) in " ".join(entries[name].split()), name
        raised = re.findall(r"^    (\w+Error): ", inspect.getdoc(value), re.M)
        assert all(error in entries[name] for error in raised), name


def test_a_package_that_is_not_there_is_said():
    with pytest.raises(ValueError, match="package 'no_such_package' is not found"):
        reference("no_such_package")
