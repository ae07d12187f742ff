"""Test the pages of all notebooks in a real browser without a network."""

import pytest
from helpers import GLOSSARY, NOTEBOOKS, PROJECT, needs_browser, render

from lecture_pages import decks as slides
from lecture_pages import texts

TEXTS = sorted((PROJECT / "notebooks").glob("*.md"))

# Find three faults of a page: an element that is wider than its place, a picture that cannot be
# drawn, and LaTeX that did not become a formula.
FAULTS = """() => {
  const all = [...document.querySelectorAll("body, body *")];
  const wide = all.filter((element) => element.clientWidth > 0
    && !element.closest("math") && element.scrollWidth > element.clientWidth + 1);
  const broken = all.filter((element) => element.tagName === "IMG" && !element.naturalWidth);
  const raw = all.filter((element) => element.matches(":is(p, li, td):not(:has(code))")
    && /\\$|\\\\[a-z]+/.test(element.innerText));
  return Object.entries({wide, broken, raw}).flatMap(([fault, elements]) => elements.map(
    (element) => `${fault}: ${element.tagName} ${element.innerText.trim().slice(0, 40)}`));
}"""


@needs_browser
@pytest.mark.parametrize("path", [*NOTEBOOKS, GLOSSARY, *TEXTS], ids=lambda path: path.stem)
def test_a_page_is_whole_and_needs_no_network(path, tmp_path, complaints_of_axe):
    file = tmp_path / f"{path.stem}.html"
    file.write_text(render(texts.read(path), path), encoding="utf-8")
    requests, complaints = [], []
    with slides.browser() as chromium:
        page = chromium.new_page(viewport={"width": 960, "height": 1000})
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.context.set_offline(True)
        page.goto(file.as_uri())
        assert page.evaluate(FAULTS) == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert complaints_of_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert complaints == []
    assert [url for url in requests if url != file.as_uri() and not url.startswith("data:")] == []
