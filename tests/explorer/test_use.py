"""What people do on each screen of the explorer: pull bars, withdraw, cut arrows, run a trial, copy, save, print, share."""

import csv
import io
import re
import tomllib

import pytest
from tests.in_chromium import AXE, PHONE, WIDE, opened

from zonula.organs.standard import standard_model
from zonula.web import widget

RA = "v=1&who=ra_early"
LIGHT, DARK = 200, 60  # of 255: paper, and ink on it
SLOW = 120_000  # ms: what many lives may take on a busy machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def where(page):
    page.wait_for_timeout(800)  # until a change has become a step
    return page.evaluate("location.hash")


def pulled(page, what, by):
    """Take the middle of something, and pull it so many pixels to the right."""
    box = what.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=5)
    page.mouse.up()


def bar_of(hash_):
    return [float(number) for number in re.search(r"&a=\w+:(\d+):(\d+)", hash_).groups()]


def test_a_bar_is_moved_and_resized_by_hand_and_step_by_step_taken_back(browser, address):
    with opened(browser, address, f"#treat?{RA}") as seen:
        page = seen.page
        page.get_by_role("combobox", name="Add a treatment").select_option(label="Adalimumab")
        assert bar_of(where(page)) == [0, 168]
        pulled(page, page.locator(".timeline .bar"), 60)
        start, end = bar_of(where(page))
        assert start > 20
        assert end - start == 168
        pulled(page, page.locator(".grip.end"), 40)
        assert bar_of(where(page))[0] == start
        assert bar_of(where(page))[1] > end + 20
        page.keyboard.press("Control+z")
        assert bar_of(where(page)) == [start, end]
        pulled(page, page.locator(".grip.start"), -20)
        assert bar_of(where(page))[0] < start
        page.locator(".grip.end").focus()
        page.keyboard.press("PageUp")
        assert bar_of(where(page))[1] == end + 7


def test_a_bar_of_a_week_can_be_taken_at_both_ends_and_as_a_whole(browser, address):
    with opened(browser, address, f"#treat?{RA}&a=ciprofloxacin:100:107:500:1") as seen:
        page = seen.page
        pulled(page, page.locator(".timeline .bar"), 40)
        start, end = bar_of(where(page))
        if AXE.is_file():
            assert seen.axe() == []
        assert start > 110
        assert end - start == 7
        pulled(page, page.locator(".grip.start"), -30)
        assert bar_of(where(page))[0] < start
        assert bar_of(where(page))[1] == end
        page.locator(".grip.end").focus()
        pulled(page, page.locator(".grip.end"), 150)
        assert bar_of(where(page))[1] > end + 30


def test_a_finger_that_scrolls_over_a_bar_moves_nothing(browser, address):
    with opened(browser, address, f"#treat?{RA}&a=adalimumab:50:218:40:14", viewport=PHONE, has_touch=True, is_mobile=True) as seen:
        page = seen.page
        bar = page.locator(".timeline .bar")
        bar.scroll_into_view_if_needed()
        box, touch = bar.bounding_box(), page.context.new_cdp_session(page)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for by in range(10, 160, 10):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + by / 9, "y": y - by}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert bar_of(where(page)) == [50, 218]


def test_the_same_plan_twice_has_the_same_outcomes_and_withdrawal_is_drawn(browser, address):
    with opened(browser, address, f"#treat?{RA}&a=adalimumab:0:365:40:14") as seen:
        page = seen.page
        page.get_by_role("button", name="Copy as another plan").click()
        for _ in range(300):
            cells = page.locator("tbody tr").first.locator("td").all_inner_texts()
            if sum("–" in cell for cell in cells) == 2:
                break
            page.wait_for_timeout(200)
        page.wait_for_timeout(1500)
        page.evaluate("scrollTo(0, 0)")
        _, a, b = page.locator("tbody tr").first.locator("td").all_inner_texts()
        assert a == b
        page.get_by_role("checkbox", name="Stop everything on day").check()
        assert "stop=180" in where(page)
        page.get_by_text("all stops").first.wait_for()
        page.locator(".timeline .cutoff").wait_for()


def test_the_map_sets_mending_against_calming(browser, address):
    with opened(browser, address, f"#treat?{RA}") as seen:
        said = seen.page.locator(".map figcaption")
        seen.page.get_by_text("Half a year after 24 weeks").first.wait_for(timeout=SLOW)
        after = [float(mm) for mm in re.findall(r"([\d.]+) mm", said.inner_text())]
        assert len(after) == 4
        assert after[0] > after[3]
        assert seen.page.locator(".map path.iso").count() >= 1
        seen.page.get_by_role("button", name="while treated").click()
        assert "At the end of 24 weeks" in said.inner_text()


def test_an_arrow_that_is_cut_is_told_on_the_other_screens_and_mended(browser, address):
    with opened(browser, address, f"#why?{RA}") as seen:
        page = seen.page
        page.get_by_role("switch", name="immunity primed in the gut").click()
        assert "cut=primed" in where(page)
        page.get_by_text("less than without").first.wait_for(timeout=SLOW)
        page.get_by_role("link", name="Body", exact=True).click()
        note = page.get_by_role("complementary", name="arrows that are cut")
        assert "immunity primed in the gut" in note.inner_text()
        page.get_by_text("unchanged").first.wait_for(timeout=SLOW)
        note.get_by_role("button", name="Mend all").click()
        assert "cut" not in where(page)
        note.wait_for(state="detached")
        page.get_by_role("link", name="Why", exact=True).click()
        page.get_by_role("switch", name="immunity primed in the gut").click()
        page.get_by_role("switch", name="immunity primed in the gut").click()
        page.get_by_text("Nothing is cut.").first.wait_for()


def test_a_trial_runs_and_is_in_the_address(browser, address):
    with opened(browser, address, "#crowd?v=1&who=healthy") as seen:
        page = seen.page
        page.get_by_text("Choose somebody who is ill").wait_for()
        page.get_by_role("combobox", name="Who is this?").select_option(label="Early rheumatoid arthritis")
        page.get_by_role("button", name="Take adalimumab").click()
        page.get_by_role("spinbutton", name="People").fill("5")
        page.get_by_role("spinbutton", name="Weeks").fill("12")
        page.get_by_role("spinbutton", name="Weeks").press("Tab")
        assert page.get_by_role("spinbutton", name="People").input_value() == "20"
        assert "trial=20:12:1:a:none" in where(page)
        page.get_by_role("button", name="Run the trial").click()
        page.get_by_role("slider", name="Choose a person").wait_for(timeout=SLOW)
        page.get_by_role("button", name="Run the trial").wait_for(timeout=SLOW)
        curve = page.get_by_role("img", name=re.compile("eight of ten trials")).locator("path.curve").bounding_box()
        assert curve["width"] > 200
        assert curve["height"] > 10
        assert re.search(r"20 people of \d+ screened", page.locator("main").inner_text())
        with page.expect_download() as saved:
            page.get_by_role("button", name="Table (CSV)").click()
        rows = list(csv.DictReader(saved.value.path().read_text().splitlines()))
        assert len(rows) == 20
        assert {row["ARM"] for row in rows} == {"Plan A", "nothing"}
        page.get_by_role("slider", name="Choose a person").press("ArrowRight")
        page.get_by_text("The same person in both arms").first.wait_for(timeout=SLOW)
        assert page.get_by_text("There is no band here").is_visible()
        address_ = where(page)
        page.get_by_role("spinbutton", name="Weeks").fill("30")
        page.get_by_role("spinbutton", name="Weeks").press("Tab")
        assert ":30:" in where(page)
        page.locator("h1").click()
        page.keyboard.press("Control+z")
        assert where(page) == address_
        assert page.get_by_role("spinbutton", name="Weeks").input_value() == "12"


def test_the_lab_shows_every_state_and_hands_everything_over(browser, address):
    model = standard_model()
    with opened(browser, address, "#lab?v=1&s=barrier:0.4", permissions=["clipboard-read", "clipboard-write"]) as seen:
        page = seen.page

        def saved(name):
            with page.expect_download() as found:
                page.get_by_role("button", name=name, exact=True).click()
            return found.value.path().read_bytes()

        scenario = saved("TOML").decode()
        assert tomllib.loads(scenario)["schema"] == "zonula/scenario/1"
        assert saved("PNG").startswith(b"\x89PNG")
        assert b"<path" in saved("SVG")
        page.get_by_role("button", name="Copy", exact=True).click()
        assert page.evaluate("navigator.clipboard.readText()") == scenario
        banded(page)
        page.get_by_role("button", name="All states").click()
        page.get_by_text(f"{len(model.states)} curves").wait_for()
        page.get_by_role("img", name=re.compile("^pathogen in the lumen")).wait_for(timeout=SLOW)
        banded(page)
        page.get_by_role("checkbox", name="logarithmic").check()  # where nothing is above 0, too, without a complaint in the console
        page.wait_for_timeout(300)
        page.get_by_role("checkbox", name="logarithmic").uncheck()
        assert "1e−9" not in page.locator(".many").inner_text()
        page.get_by_role("searchbox", name="Find a curve").fill("epithelium.erosion")
        page.get_by_role("img", name=re.compile("eroded fraction")).wait_for(timeout=SLOW)
        head, _, *rows = csv.reader(io.StringIO(saved("CSV").decode()))
        assert len(head) == 1 + len(model.states)
        eroded = [float(row[head.index("epithelium.erosion")]) for row in rows]
        assert max(eroded) > 2 * eroded[0] > 0


def banded(page):
    """Wait until every small curve has its band, and see that each says a sentence."""
    curves = page.locator(".many svg")
    for _ in range(600):
        if curves.count() == page.locator(".many path.wide").count() > 0:
            break
        page.wait_for_timeout(100)
    assert curves.count() == page.locator(".many path.wide").count() > 0
    said = page.locator(".many figure > p").all_inner_texts()
    assert len(said) == curves.count()
    assert all(re.fullmatch(r"\S.* today, \S.* in a year( \(.+ to .+\))?\.", one) for one in said), said
    assert any("(" in one for one in said)


def shade(page, selector, what):
    return [int(part) for part in re.findall(r"\d+", page.locator(selector).first.evaluate(f"(e) => getComputedStyle(e).{what}"))[:3]]


def test_paper_is_light_and_the_story_is_whole(browser, address):
    with opened(browser, address, "#story", color_scheme="dark") as seen:
        page = seen.page
        assert max(shade(page, "html", "backgroundColor")) < DARK
        for _ in range(300):
            if not page.get_by_text("Loading …").count():
                break
            page.wait_for_timeout(200)
        assert not page.get_by_text("Loading …").count(), "nobody has scrolled there, and it would be printed empty"
        page.emulate_media(media="print", color_scheme="dark")
        assert min(shade(page, ".card", "backgroundColor")) > LIGHT
        assert max(shade(page, "h1", "color")) < DARK
        assert page.locator(".card").first.evaluate("(e) => getComputedStyle(e).printColorAdjust") == "exact"


def test_marks_keep_their_colors_where_colors_are_forced(browser, address):
    with opened(browser, address, f"#why?{RA}", forced_colors="active") as seen:
        seen.page.locator(".what i").first.wait_for(timeout=SLOW)
        seen.page.wait_for_timeout(300)
        assert len({tuple(shade(seen.page, f"li:nth-child({k}) .what i", "backgroundColor")) for k in (1, 2, 3)}) == 3


def test_what_is_shared_says_where_it_opens(browser, address):
    with opened(browser, address, "#body?v=1&s=barrier:0.4", permissions=["clipboard-read", "clipboard-write"]) as seen:
        seen.page.get_by_role("button", name="Share").click()
        seen.page.get_by_text("This address opens only here").first.wait_for()
        assert seen.page.evaluate("navigator.clipboard.readText()").endswith("#body?v=1&s=barrier:0.4")


def test_in_a_notebook_what_is_shared_is_a_cell(browser):
    shown = widget.Explorer("#body?v=1&s=barrier:0.4")
    window = browser.new_context(viewport=WIDE)
    page, wrong = window.new_page(), []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.set_content("<textarea></textarea><div id='cell'></div>")
    page.evaluate("""async ([source, page]) => {
      const { default: widget } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
      widget.render({ model: { get: (name) => ({ page, height: 700 })[name], on: () => {} }, el: document.getElementById("cell") });
    }""", [widget._FRAME, shown.page])
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Share").click(timeout=60_000)
    frame.get_by_text("paste it into a cell").first.wait_for()
    page.locator("textarea").click()
    page.keyboard.press("Control+v")
    assert page.locator("textarea").input_value() == 'zonula.Explorer("#body?v=1&s=barrier:0.4")'
    assert wrong == []
    window.close()
