"""Find what a browser would load from elsewhere for a page that must need no other file."""

import re
from html.parser import HTMLParser


def outside_addresses(html):
    """Return the addresses that a browser loads on its own when it shows this HTML.

    The id of the cell follows an address in brackets. Links are left out, because a browser
    follows a link only after a click.
    """
    loads = _Loads(convert_charrefs=True)
    loads.feed(html)
    return loads.addresses


class _Loads(HTMLParser):
    """A parser that collects the addresses that a browser loads on its own.

    Addresses that hold their data themselves, such as `data:image/png;base64,...`, are left out.
    """

    ATTRIBUTES = ("src", "href", "xlink:href", "poster", "data", "srcset")

    def __init__(self, **options):
        super().__init__(**options)
        self.addresses, self.cell = [], ""

    def handle_starttag(self, tag, attributes):
        if (name := dict(attributes).get("id") or "").startswith("cell-id="):
            self.cell = f" (cell {name.removeprefix('cell-id=')})"
        for name, value in attributes:
            if name == "style":
                self.add(re.findall(r"url\(\s*[\"']?([^\"')]+)", value or ""))
            elif name in self.ATTRIBUTES and tag != "a":
                several = re.split(r",\s+", value or "") if name == "srcset" else [value or ""]
                self.add([address.split()[0] for address in several if address.strip()])

    def handle_data(self, data):
        if self.cdata_elem == "style":
            self.add(re.findall(r"(?:url\(|@import\s(?!\s*url))\s*[\"']?([^\"')]+)", data))
        elif self.cdata_elem == "script":
            rule = r"\b(?:import|fetch)\b[\s({*\w},]*[\"']((?:https?:)?//[^\"']+)"
            self.add(re.findall(rule, data))

    def add(self, addresses):
        outside = [a for a in addresses if not re.match(r"data:|#|about:", a, re.I)]
        self.addresses += [address + self.cell for address in outside]
