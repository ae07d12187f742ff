"""Make the pages that draw in a browser.

python -m browser_pages [--output DIR]
"""

import click

from .pages import write


@click.command(help=__doc__.splitlines()[0])
@click.option("--output", default="build", help="The folder of the pages.", show_default=True)
def main(output):
    """Write the pages, and print their paths."""
    try:
        for path in write(output):
            print(path)
    except OSError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
