"""Generative adversarial networks on MNIST: a university lecture as a library.

The names are listed in `__init__.pyi`, which editors and type checkers read. Importing the package
has no effect and is quick: TensorFlow is imported by the first name that needs it.
"""

import lazy_loader

from ._quiet import quiet as quiet

_import, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name):
    with quiet():
        return _import(name)
