"""Draw the pictures of the explorer in ``docs/pictures`` anew: every screen, and some of them in the dark and on a phone.

`python scripts/explorer_pictures.py` needs Playwright, Chromium and Pillow, and the page as it is built.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.in_chromium import PHONE, WIDE, chromium, opened, served  # noqa: E402 - of this checkout

PICTURES = ROOT / "docs" / "pictures"
_PLANS = "a=adalimumab:0:168:40:14,gut_repair:28:168:1&b=naproxen:0:168:500"
_SHOWN = {  # screen -> what is set on it
    "story": "#story", "body": "#body?v=1&s=barrier:0.55,stress:0.3&day=60", "treat": f"#treat?v=1&who=ra_early&{_PLANS}",
    "why": "#why?v=1&who=ra_early", "crowd": "#crowd?v=1&who=ra_established&a=adalimumab:0:168:40:14",
    "evidence": "#evidence", "lab": "#lab?v=1&who=crohn"}
_GAP = 10  # pixels between pictures that stand together
_STILL = 1500  # ms until what is drawn last has settled
_DRAWN = {"body": 64, "treat": 64}  # lives in the band of a screen that has one
_COLORS = 256


def picture(browser: Any, address: str, screen: str, **context: Any) -> bytes:
    """One screen, when everything on it is drawn."""
    with opened(browser, address, _SHOWN[screen], **context) as seen:
        for _ in range(600):
            if any(draws >= _DRAWN.get(screen, 0) for draws, _ in seen.page.evaluate("window.seen.bands") or [(0, 0)]):
                break
            seen.page.wait_for_timeout(100)
        if screen == "why":
            seen.page.get_by_text("Lines at the right").wait_for(timeout=120_000)
        seen.page.wait_for_timeout(_STILL)
        if screen == "crowd":
            seen.page.get_by_role("button", name="Run the trial").click()
            seen.page.get_by_role("slider", name="Choose a person").wait_for(timeout=60_000)
            seen.page.get_by_role("button", name="Run the trial").wait_for(timeout=120_000)
            seen.page.evaluate("scrollTo(0, 0)")
        return bytes(seen.page.screenshot())


def together(pictures: list[bytes], across: int) -> Any:
    """Pictures of one size as one, so many beside each other."""
    from PIL import Image

    drawn = [Image.open(io.BytesIO(one)).convert("RGB") for one in pictures]
    wide, high = drawn[0].size
    down = -(-len(drawn) // across)
    whole = Image.new("RGB", (across * (wide + _GAP) - _GAP, down * (high + _GAP) - _GAP), "white")
    for k, one in enumerate(drawn):
        whole.paste(one, ((k % across) * (wide + _GAP), (k // across) * (high + _GAP)))
    return whole.quantize(_COLORS, dither=Image.Dither.NONE)


def main() -> None:
    """All pictures."""
    with chromium() as browser, served() as address:
        for screen in _SHOWN:
            together([picture(browser, address, screen, viewport=WIDE)], 1).save(PICTURES / f"explorer_{screen}.png", optimize=True)
        dark = [picture(browser, address, screen, viewport=WIDE, color_scheme="dark") for screen in ("body", "why", "crowd", "lab")]
        together(dark, 2).save(PICTURES / "explorer_dark.png", optimize=True)
        phone = [picture(browser, address, screen, viewport=PHONE) for screen in ("body", "treat", "why", "evidence")]
        together(phone, 4).save(PICTURES / "explorer_phone.png", optimize=True)
    sys.stdout.write(f"Drew {len(_SHOWN) + 2} pictures into {PICTURES}\n")


if __name__ == "__main__":
    main()
