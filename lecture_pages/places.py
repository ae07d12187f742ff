"""Fill the places of a page whose content is known only when other pages are there."""

import re


def fill(html, **parts):
    """Return a page with new content in some of its places, each between two comments."""
    for name, part in parts.items():
        place = re.compile(rf"(<!--{name}-->).*?(<!--/{name}-->)", re.DOTALL)
        html = place.sub(lambda found, part=part: f"{found[1]}{part}{found[2]}", html, count=1)
    return html
