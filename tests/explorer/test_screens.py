"""What each screen of the explorer promises: verdicts and sliders of the story, the day of the picture, sums of roads, an example of somebody ill."""

import json
import re

import pytest
from tests.in_chromium import opened

from zonula.web.bundle import static_folder

STEPS = [4, 1, 3, 6, 8, 10, 7, 13]  # the claims that the steps of the story put to the test
SLOW = 120_000  # ms: what many lives may take on a busy machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def put(slider, value):
    slider.evaluate("(e, to) => { e.value = to; e.dispatchEvent(new Event('input', { bubbles: true })); }", str(value))


def other(page, read, before):
    """Wait until something reads otherwise, and say how."""
    for _ in range(600):
        if (now := read()) != before:
            return now
        page.wait_for_timeout(100)
    pytest.fail(f"it stays as it was: {before}")


def test_the_story_tells_its_verdicts_and_each_slider_does_something(browser, address):
    claims = {claim["number"]: claim for claim in json.loads((static_folder() / "claims.json").read_text(encoding="utf-8"))["claims"]}
    with opened(browser, address, "#story") as seen:
        page, steps = seen.page, seen.page.locator("article")
        assert steps.count() == len(STEPS)
        for number, step in zip(STEPS, steps.all(), strict=True):
            step.scroll_into_view_if_needed()
            assert step.locator(".claim").inner_text().startswith(f"Claim {number}")
            assert step.locator("q").inner_text() == claims[number]["sentence"]
            assert step.locator(".badge").inner_text().strip() == claims[number]["verdict"]
            slider, drawn = step.get_by_role("slider"), step.locator("path[data-line='with']")
            drawn.wait_for(timeout=SLOW)
            put(slider, 0)
            page.wait_for_timeout(1000)
            curve, said = drawn.get_attribute("d"), step.locator(".live > p").last.inner_text()
            put(slider, slider.get_attribute("max"))
            assert other(page, lambda drawn=drawn: drawn.get_attribute("d"), curve)
            assert other(page, lambda step=step: step.locator(".live > p").last.inner_text(), said)


def test_the_day_of_the_picture_changes_its_numbers(browser, address):
    with opened(browser, address, "#body?v=1&s=barrier:0.9") as seen:
        page, day = seen.page, seen.page.get_by_role("slider", name="Day of the picture")
        told = page.locator(".picture text.much")

        def numbers():
            return told.all_text_contents()

        def late():
            return page.locator(".picture output").inner_text()

        shown = numbers()
        assert len(shown) > 8
        put(day, 2)
        by_hand = other(page, numbers, shown)
        assert late() == "in 2 days"
        day.focus()
        page.keyboard.press("End")
        at_last = other(page, numbers, by_hand)
        assert late() == "in 1 year"
        assert sum(a != b for a, b in zip(by_hand, at_last, strict=True)) > 3
        page.keyboard.press("Home")
        before = other(page, numbers, at_last)
        page.keyboard.press("ArrowRight")
        assert other(page, late, "30 days ago") == "29 days ago"
        put(day, 0)
        page.get_by_role("button", name="Play", exact=True).click()
        other(page, numbers, before)
        other(page, late, "today")


def test_roads_add_up_to_the_pain_that_is_told(browser, address):
    with opened(browser, address, "#why?v=1&who=ra_established") as seen:
        said = seen.page.locator(".roads figcaption p").first
        seen.page.get_by_text("Shares add up by convention").wait_for(timeout=SLOW)
        for day in (90, 365):
            put(seen.page.get_by_role("slider", name=re.compile("Pain by road")), day)
            seen.page.wait_for_timeout(300)
            total, shares, rest = re.search(r"pain is (\d+) mm: (.*); (below 1|\d+) mm would", said.inner_text()).groups()
            parts = [0 if part.startswith("below") else int(part) for part in [*re.findall(r"(below 1|−?\d+) mm by", shares.replace("−", "-")), rest]]
            assert len(parts) == 4
            assert int(total) > 20
            assert sum(parts) == int(total)
            beside = seen.page.locator(".roads .much").all_inner_texts()
            assert sum(0 if "below" in mm else int(mm.split()[0].replace("−", "-")) for mm in beside) == int(total)


def test_what_tips_and_what_a_cut_does_are_told_with_what_is_not_known(browser, address):
    with opened(browser, address, "#why?v=1&who=crohn&cut=primed") as seen:
        page = seen.page
        page.get_by_text("Each mark is a life of the typical person").wait_for(timeout=SLOW)
        assert page.get_by_text(re.compile("come back within a year|comes back within a year|heal within a year")).count()
        page.get_by_text(re.compile(r"nine of ten of 16 possible lives\. \d+ of them are leaky")).wait_for(timeout=SLOW)
        tipping = page.get_by_role("img", name=re.compile("Each mark is a life"))
        assert tipping.locator("path.wide").bounding_box()["width"] > 150
        cuts = page.locator(".cuts .chart")
        assert cuts.locator("path.wide").bounding_box()["width"] > 150
        assert cuts.locator("path.line").count() == 2
        page.get_by_text(re.compile(r"Nine of ten of \d+ possible lives lie within \d+ to \d+ mm on day 90")).first.wait_for(timeout=SLOW)


@pytest.mark.parametrize("screen", ["why", "crowd"])
def test_who_comes_with_nobody_in_mind_sees_somebody_ill_and_that_it_is_an_example(browser, address, screen):
    with opened(browser, address, f"#{screen}") as seen:
        page = seen.page

        def who():
            return page.get_by_role("combobox", name="Who is this?").or_(page.locator(".picker select")).first.input_value()

        page.get_by_text("Shown as an example").wait_for()
        assert who() == "ra_early"
        page.wait_for_timeout(800)
        assert "who=ra_early" in page.evaluate("location.hash")
        page.keyboard.press("Control+z")
        page.get_by_text("Choose somebody who is ill").wait_for()
        assert who() == "healthy"
        assert page.evaluate("location.hash") == f"#{screen}?v=1&who=healthy"
        page.get_by_role("button", name="Take somebody who is ill").click()
        other(page, who, "healthy")
        page.get_by_text("Choose somebody who is ill").wait_for(state="detached")
        page.wait_for_timeout(800)
        page.keyboard.press("Control+z")
        assert other(page, who, "ra_early") == "healthy"


def test_an_example_is_shown_on_the_way_from_body_and_never_instead_of_what_somebody_set(browser, address):
    with opened(browser, address, "#body") as seen:
        page = seen.page
        page.get_by_role("link", name="Crowd", exact=True).click()
        page.get_by_text("Shown as an example").wait_for()
        assert page.get_by_role("button", name="Run the trial").is_enabled()
        page.get_by_role("button", name="Back to the healthy person").click()
        page.get_by_text("Choose somebody who is ill").wait_for()
    for shared in ("#why?v=1&who=healthy", "#why?v=1&s=stress:0.4", "#crowd?v=1&who=crohn"):
        with opened(browser, address, shared) as seen:
            seen.page.wait_for_timeout(1000)
            assert seen.page.evaluate("location.hash") == shared
            assert seen.page.get_by_text("Shown as an example").count() == 0


def test_a_study_of_which_nothing_is_predicted_has_no_band_and_says_so(browser, address):
    rows = json.loads((static_folder() / "validation.json").read_text(encoding="utf-8"))["rows"]
    without = [row["id"] for row in rows if row["median"] is None]
    with opened(browser, address, "#evidence") as seen:
        page = seen.page
        page.get_by_role("tab", name="Studies").or_(page.get_by_role("button", name="Studies")).first.click()
        page.get_by_role("checkbox").check()
        while (more := page.locator("button", has_text="more")).count():
            more.first.click()
        told = {line.locator(".what + .soft").inner_text(): line for line in page.locator("li.miss").all()}
        assert set(without) <= set(told)
        for name, line in told.items():
            assert line.locator(".band").count() == (name not in without)
            assert ("not predicted" in line.inner_text()) == (name in without)
