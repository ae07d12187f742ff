"""The pages in Firefox, driven by WebDriver BiDi: they ask for nothing and do not complain."""

import json
import re
import shutil
import subprocess

import pytest
from helpers import GLOSSARY

from browser_pages.pages import duel, explore, game
from lecture_pages.__main__ import main as build

FIREFOX = shutil.which("firefox") or shutil.which("firefox-esr")
websocket = pytest.importorskip("websocket")  # comes with JupyterLab
pytestmark = pytest.mark.skipif(FIREFOX is None, reason="no Firefox here")

INSIDE = "file:", "blob:", "data:"
READY = {
    explore: "[...document.querySelectorAll('canvas.image')].every((c) => c.id || c.dataset.shown"
    " !== undefined || c.closest('[hidden]'))",
    game: "Number(document.getElementById('steps').textContent) > 20",
    duel: "document.querySelectorAll('#scores tr').length === 3",
}
START = {explore: "0", game: "document.getElementById('play').click()"}
START[duel] = """document.querySelector('#forty .tile').click();
  document.getElementById('answer').click()"""


class Firefox:
    """A Firefox without a window, and what it says."""

    def __init__(self, address):
        self.socket = websocket.create_connection(
            f"{address}/session", timeout=60, suppress_origin=True
        )
        self.number, self.events = 0, []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        [context] = self.send("browsingContext.getTree")["contexts"]
        self.context = context["context"]

    def send(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.number:
            self.events.append(answer["params"])
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, path, width, height):
        viewport = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self.context, viewport=viewport)
        page = {"context": self.context, "url": path.as_uri(), "wait": "complete"}
        self.send("browsingContext.navigate", **page)

    def value(self, script):
        options = {"target": {"context": self.context}, "awaitPromise": True}
        answer = self.send("script.evaluate", expression=script, **options)
        return answer["result"].get("value")

    def wait_for(self, condition):
        self.value(
            "new Promise((done) => { const look = () => "
            f"{condition} ? done(true) : setTimeout(look, 100); look(); }})"
        )

    def complaints(self):
        """Return what stands on the console, and the addresses that were asked for."""
        texts = [event.get("text") or event["request"]["url"] for event in self.events]
        return [text for text in texts if not text.startswith(INSIDE)]


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    profile = tmp_path_factory.mktemp("profile")
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile)]
    command += ["--remote-debugging-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines = (re.search(r"BiDi listening on (\S+)", line) for line in process.stderr)
            yield Firefox(next(filter(None, lines))[1])
        finally:
            process.terminate()
            process.stderr.close()


@pytest.mark.parametrize("page", READY, ids=lambda page: page.__name__)
def test_the_page_works_in_firefox(firefox, page, html_of, tmp_path):
    path = tmp_path / f"{page.__name__}.html"
    path.write_text(html_of(page), encoding="utf-8")
    for width, height in ((360, 740), (1920, 1080)):
        firefox.open(path, width, height)
        firefox.value(START[page])
        firefox.wait_for(READY[page])
        assert firefox.value("document.documentElement.scrollWidth") <= width
    assert firefox.complaints() == []


def test_the_generator_draws_on_slides_in_firefox(firefox, live_deck):
    firefox.open(live_deck, 1280, 720)
    firefox.wait_for("window.Reveal && Reveal.isReady()")
    firefox.wait_for("document.querySelectorAll('canvas:not([data-shown])').length === 0")
    assert firefox.value("document.querySelectorAll('canvas').length") == 21
    assert firefox.complaints() == []


def test_the_search_leads_to_the_glossary_in_firefox(firefox, tmp_path):
    assert build(["build", "--no-execute", "--output", str(tmp_path), str(GLOSSARY)]) == 0
    firefox.open(tmp_path / "search.html", 360, 740)
    firefox.value(
        "{ const field = document.querySelector('[role=search] input');"
        "field.value = 'mode collapse'; field.dispatchEvent(new Event('input')); }"
    )
    assert firefox.value("document.querySelector('#found a').textContent") == "Mode collapse"
    firefox.open(tmp_path / "glossary.html", 360, 740)
    assert firefox.value("document.documentElement.scrollWidth") <= 360
    assert firefox.complaints() == []
