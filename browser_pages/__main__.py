"""Make the pages that draw in a browser.

python -m browser_pages [--output DIR]
python -m browser_pages FILE ...
"""

from pathlib import Path

import click

from .inline import make_live
from .pages import write

file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=file)
@click.option("--output", default="build", help="The folder of the pages.", show_default=True)
def main(files, output):
    """Make the pages that draw in a browser.

    If FILEs are given, pages and decks of the course, the generator draws in them in the place
    of pictures, where a cell asks for it.
    """
    try:
        for path in filter(make_live, files) if files else write(output):
            print(path)
    except OSError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
