"""Source code in a page: a function to read, and whole files to take along."""

import base64
from html import escape
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from .beside import source


def listing(name, root="."):
    """Return functions or classes, "path/of/file.py:name,other", as HTML in colours.

    Raise ValueError if there is no such file, or no such function or class at its top level.
    """
    return highlight("\n".join(source(name, root)), PythonLexer(), HtmlFormatter())


def download(paths, root="."):
    """Return HTML with a link to each file, which holds the file itself.

    The paths are separated by spaces. Raise ValueError if one of these files does not exist.
    """
    links = [_link(Path(root) / path) for path in paths.split()]
    return f"<p>Download {' and '.join(links)}.</p>"


def _link(file):
    if not file.is_file():
        raise ValueError(f"no file to download: {str(file)!r}")
    data = base64.b64encode(file.read_bytes()).decode()
    name = escape(file.name)
    # not text/plain, because some browsers would show it instead of saving it
    return f'<a download="{name}" href="data:text/x-python;base64,{data}"><code>{name}</code></a>'
