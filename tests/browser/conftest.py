"""Open pages in Chromium without a network; a page that asks for something or complains fails."""

import pytest

from lecture_pages.decks import browser

INSIDE = "file:", "blob:", "data:"  # the page itself, its worker, its pictures


@pytest.fixture(scope="module")
def open_page(tmp_path_factory):
    """Return a function that writes HTML into a file, opens it, and returns Playwright's page.

    After the tests of the module no page may have asked for anything, or have written to the
    console.
    """
    heard = []
    with browser() as chromium:

        def open_page(html, **context):
            path = tmp_path_factory.mktemp("pages") / "page.html"
            path.write_text(html, encoding="utf-8")
            page = chromium.new_context(offline=True, **context).new_page()
            page.on("console", lambda message: heard.append(message.text))
            page.on("pageerror", lambda error: heard.append(str(error)))
            page.on("request", lambda request: heard.append(request.url))
            page.goto(path.as_uri())
            return page

        yield open_page
    assert [text for text in heard if not text.startswith(INSIDE)] == []
