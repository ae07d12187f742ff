"""Document the public names of a package on a page, from its docstrings.

The package is read and not imported, so that no import can fail or take long.
"""

import re
import sys

import griffe
import jinja2
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from .exporters import TEMPLATES
from .markdown import to_html

# one item below Returns, of any number of lines, and no types, as the docstrings have it
_STYLE = {"returns_multiple_items": False, "returns_named_value": False, "warnings": False}


def reference(argument, root="."):
    """Return the HTML that documents a package.

    Args:
        argument: the names of the package and of those of its modules whose own names are public
            too, for example "numpy linalg random".
        root: the folder of the package; otherwise Python's search path is used.

    Returns:
        The HTML: a section for each module that defines public names, in the order of their
        names, with a heading for each public name.

    Raises:
        ValueError: if the source of the package is not found.
    """
    package_name, *namespaces = argument.split()
    package = _package(package_name, [root, *sys.path])
    names = public_names(package, namespaces)
    modules = sorted({thing.parent.path for thing in names.values()}, key=_last_if_private)
    groups = [
        (package[module.removeprefix(f"{package_name}.")], _defined_in(module, names))
        for module in modules
    ]
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(loader=loader, autoescape=True)
    environment.filters |= {"markdown": _markdown, "signature": _signature, "code": _code}
    return environment.get_template("reference.html.j2").render(
        groups=groups, package=package_name, all_names=sorted(names, key=str.lower)
    )


def _package(name, paths):
    options = {"docstring_parser": "google", "docstring_options": _STYLE}
    try:
        return griffe.load(name, search_paths=paths, allow_inspection=False, **options)
    except ImportError:
        raise ValueError(f"the source of the package {name!r} is not found") from None


def _last_if_private(path):
    return "._" in path, path


def public_names(package, namespaces):
    """Return {name as it is written after the package's: object} of all public names."""
    names = {
        name: member.final_target
        for name, member in package.members.items()
        if member.is_alias and member.target_path.startswith(f"{package.path}.")
    }
    shown = {thing.path for thing in names.values()}
    for namespace in namespaces:
        module = package[namespace]
        own = {name: module[name] for name in module.exports or _own_names(module)}
        own = {name: thing.final_target if thing.is_alias else thing for name, thing in own.items()}
        names |= {f"{namespace}.{name}": o for name, o in own.items() if o.path not in shown}
    return names


def _own_names(module):
    """Return the names that a module defines, without its constants."""
    own = [member for member in module.members.values() if not member.is_alias]
    return [o.name for o in own if not o.name.startswith("_") and (o.is_function or o.is_class)]


def _defined_in(module, names):
    return [(name, thing) for name, thing in names.items() if thing.parent.path == module]


def _markdown(text):
    text = re.sub(r"(`[^`]*`)|<", lambda found: found[1] or "&lt;", text)  # no HTML in docstrings
    return to_html(text, typeset=str)


def _signature(name, thing):
    """Return how a function or a class is called, on several lines if it is long."""
    function = thing.all_members.get("__init__") if thing.is_class else thing
    if function is None:
        return _code(name)
    call = re.sub(r"^\w+", name, function.signature(return_type=False)).replace("(self, ", "(")
    call = call.replace("(self)", "()")
    if len(call) > 76:
        opening, inner = call.split("(", 1)
        parts = re.split(r", (?![^(\[{]*[)\]}])", inner.rpartition(")")[0])
        call = f"{opening}(\n" + "".join(f"    {part},\n" for part in parts) + ")"
    return _code(call)


def _code(text):
    return highlight(text, PythonLexer(), HtmlFormatter(cssclass="highlight"))
