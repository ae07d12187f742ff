"""What a browser would load for a page that is to need nothing but itself."""

import re
from html.parser import HTMLParser


def outside_addresses(html):
    """Return what a browser would load from elsewhere for this HTML; links do not count."""
    loads = _Loads(convert_charrefs=True)
    loads.feed(html)
    return loads.addresses


class _Loads(HTMLParser):
    """Collects the addresses that a browser follows by itself, but for those of inside data."""

    ATTRIBUTES = ("src", "href", "xlink:href", "poster", "data", "srcset")

    def __init__(self, **options):
        super().__init__(**options)
        self.addresses = []

    def handle_starttag(self, tag, attributes):
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
        self.addresses += [a for a in addresses if not re.match(r"data:|#|about:", a, re.I)]
