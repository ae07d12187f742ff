"""What several tests of pages use."""

import pytest


@pytest.fixture(scope="session")
def complaints_of_axe():
    """Return a function of a page: what axe-core finds that keeps somebody from using it."""
    from axe_playwright_python.sync_playwright import Axe

    def complaints(page):
        # formulas are left out for speed: they have many elements, and the colour of the text
        found = Axe().run(page, context={"exclude": [["math"]]}).response["violations"]
        return [f"{each['id']}: {node['html'][:150]}" for each in found for node in each["nodes"]]

    return complaints
