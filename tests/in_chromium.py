"""The page in headless Chromium: opened from the server or from one file, with all that goes wrong in it and all that it asks for."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.browser import NOTHING_SKIPPED
from tests.page_server import on_a_socket
from zonula.ground.errors import ZonulaError
from zonula.organs.standard import standard_model
from zonula.web.files import page_files, single_file

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "explorer" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
_FLAGS = ("--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc", "--enable-precise-memory-info")
_WATCH = """
window.seen = { painted: [], bands: [] };
document.addEventListener("zonula:painted", () => window.seen.painted.push(performance.now()));
document.addEventListener("zonula:band", (event) => window.seen.bands.push([event.detail.draws, performance.now()]));
"""
_MOVE = """(slider, place) => new Promise((done) => {
  const from = performance.now();
  const heard = (event) => {
    if (!event.detail.newest) return;
    document.removeEventListener("zonula:painted", heard);
    done(performance.now() - from);
  };
  document.addEventListener("zonula:painted", heard);
  slider.value = String(place);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})"""
_WAVE = """(slider, moves) => new Promise((done) => {
  let k = 0;
  const again = () => {
    slider.value = String(0.5 + 0.4 * Math.sin(++k));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    if (k < moves) setTimeout(again, 40); else done(k);
  };
  again();
})"""
_BAND = """(slider, place, wanted) => new Promise((done) => {
  const from = performance.now(), seen = {};
  document.addEventListener("zonula:band", function heard(event) {
    seen[event.detail.draws] ??= performance.now() - from;
    if (event.detail.draws < wanted) return;
    document.removeEventListener("zonula:band", heard);
    done(seen);
  });
  slider.value = String(place);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})"""


@lru_cache(maxsize=1)
def _missing() -> str:
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "there is no playwright"
    if CHROMIUM is None:
        return "there is no Chromium"
    try:
        page_files(standard_model())
    except ZonulaError as error:
        return str(error)
    return ""


def needs_chromium_and_the_page() -> None:
    """Skip the test where one of them is missing; where nothing may be skipped, it fails."""
    if missing := _missing():
        (pytest.fail if os.environ.get(NOTHING_SKIPPED) else pytest.skip)(missing)


def busy() -> bool:
    """Whether others use this machine so much that times say nothing."""
    return os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)


@dataclass
class Opened:
    """A page that is open.

    wrong    : errors of the console and of scripts
    requests : addresses that were asked for
    """

    page: Any
    address: str
    wrong: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def go(self, where: str) -> None:
        """To another place of the page, as by a new visit."""
        self.page.goto("about:blank")
        self.page.goto(self.address + where)
        for _ in range(1200):  # the page's policy forbids what waits for a function in Playwright
            if self.page.evaluate("window.seen.painted.length"):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"nothing is painted: {self.wrong}")

    @property
    def ready(self) -> float:
        """When the first curve was painted [ms after the page was asked for]."""
        return float(self.page.evaluate("window.seen.painted[0]"))

    def slider(self, name: str) -> Any:
        """A slider by its name."""
        return self.page.get_by_role("slider", name=name, exact=True)

    def move(self, name: str, place: float) -> float:
        """Move a slider, wait until the newest curve is painted, and say how long that took [ms]."""
        return float(self.slider(name).evaluate(_MOVE, place, timeout=60_000))

    def wave(self, name: str, moves: int) -> None:
        """Move a slider to and fro, faster than curves can follow, and wait for the last one."""
        self.slider(name).evaluate(_WAVE, moves, timeout=300_000)
        self.move(name, 0.5)

    def band(self, name: str, place: float, draws: int = 64) -> dict[str, float]:
        """Move a slider, and say after how long a band of how many draws was painted [ms]."""
        return dict(self.page.evaluate(f"([slider, place, wanted]) => ({_BAND})(slider, place, wanted)",
                                       [self.slider(name).element_handle(), place, draws]))

    def outside(self) -> list[str]:
        """Requests that went elsewhere."""
        own = ("blob:", "data:", "about:", self.address.partition("#")[0])
        return [asked for asked in self.requests if not asked.startswith(own)]

    def axe(self) -> list[str]:
        """What is not accessible, by the rules of WCAG 2.2 AA."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("""() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })""")
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]} ({v['nodes'][0]['failureSummary'][:200]})" for v in found["violations"]]


def told(what: str) -> None:
    """Keep a figure that was measured, in the file that the environment names."""
    if path := os.environ.get("ZONULA_FIGURES"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(what + "\n")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A running browser."""
    needs_chromium_and_the_page()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield running
        finally:
            running.close()


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of the page, served."""
    needs_chromium_and_the_page()
    with on_a_socket(page_files(standard_model())) as address:
        yield address


def written(folder: Path) -> str:
    """The address of the page as one file."""
    needs_chromium_and_the_page()
    path = folder / "page.html"
    path.write_bytes(single_file(page_files(standard_model())))
    return path.as_uri()


@contextlib.contextmanager
def opened(browser: Any, address: str, where: str = "#body", **context: Any) -> Iterator[Opened]:
    """The page in a window of its own; at the end nothing may have gone wrong, and nothing may have been asked of others."""
    window = browser.new_context(**{"viewport": WIDE, **context})
    window.set_default_timeout(60_000)
    window.add_init_script(_WATCH)
    seen = Opened(window.new_page(), address)
    seen.page.on("console", lambda said: seen.wrong.append(said.text) if said.type in ("error", "warning") else None)
    seen.page.on("pageerror", lambda error: seen.wrong.append(str(error)))
    window.on("request", lambda asked: seen.requests.append(asked.url))
    try:
        seen.go(where)
        yield seen
        assert seen.wrong == [], seen.wrong
        assert seen.outside() == []
    finally:
        window.close()
