"""Everybody can use the pages that compute: axe-core finds nothing."""

import pytest
from helpers import needs_browser

from browser_pages.pages import PAGES


@needs_browser
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_page(open_page, html_of, complaints_of_axe, page, scheme):
    assert complaints_of_axe(open_page(html_of(page), color_scheme=scheme)) == []
