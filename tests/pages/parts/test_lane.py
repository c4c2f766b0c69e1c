"""The lane in a real browser: what a visitor sees, hears, clicks, presses and takes home."""

import sys

import pytest
from playwright.sync_api import expect

from pages.parts.lane import Lane
from tests.pages.parts.lane_page import EVIL, NUM_FRAMES, PRIME_FRAMES, SOUND_SECONDS
from tests.pages.visit import NEXT_FRAME
from tests.server import serving

CUT_OFF = "Failed to load resource: net::ERR_FAILED"  # a browser says it of what a test cuts off


@pytest.fixture(scope="module")
def address(tmp_path_factory, project_folder):
    folder = tmp_path_factory.mktemp("lane")
    command = [sys.executable, "-m", "tests.pages.parts.lane_page", str(folder)]
    with serving(command, folder, {"PYTHONPATH": str(project_folder)}) as server:
        yield server.address


@pytest.fixture
def page(browser, address):
    """A fresh visitor; at the end no error may be in the console, and nothing may have left this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    visitor = context.new_page()
    wrong: list[str] = []

    def hear(error: str) -> None:
        if not error.startswith(CUT_OFF):
            wrong.append(error)

    visitor.on("console", lambda line: hear(line.text) if line.type == "error" else None)
    visitor.on("pageerror", lambda error: wrong.append(str(error)))
    local = (address, "data:", "blob:")
    visitor.on("request", lambda sent: None if sent.url.startswith(local) else wrong.append(sent.url))
    visitor.goto(address)
    visitor.wait_for_selector("#empty .lane")
    visitor.wait_for_function("document.querySelector('#first .lane')?.sound.pieces.length")
    yield visitor
    context.close()
    assert wrong == []


def seconds_played(page, lane: str = "first") -> float:
    return page.locator(f"#{lane} .lane").evaluate("lane => lane.sound.currentTime")


def paused(page, lane: str) -> bool:
    return page.locator(f"#{lane} .lane").evaluate("lane => lane.sound.paused")


def coloured_pixels(page, lane: str, variable: str) -> list[int]:
    """How many pixels of the picture have the colour of a CSS variable: in the prime, and after it."""
    return page.locator(f"#{lane} .lane-canvas").evaluate(
        """(canvas, [name, share]) => {
            const {width, height} = canvas, dot = document.createElement("canvas").getContext("2d");
            dot.fillStyle = getComputedStyle(canvas).getPropertyValue(name);
            dot.fillRect(0, 0, 1, 1);
            const wanted = [...dot.getImageData(0, 0, 1, 1).data].join();
            const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            const found = [0, 0];
            for (let at = 0; at < pixels.length; at += 4)
                if (pixels.slice(at, at + 4).join() === wanted) found[+((at / 4) % width > width * share)]++;
            return found;
        }""",
        [variable, PRIME_FRAMES / NUM_FRAMES],
    )


def test_a_lane_fills_in_what_a_page_leaves_out():
    value = Lane(render=False).postprocess({"title": "GRU"})
    assert value["state"] == "empty" and value["title"] == "GRU" and value["pieces"] == ""


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"titel": "GRU"}, "titel"),
        ({"kind": "rol"}, "rol"),
        ({"state": "ready"}, "ready"),
        ({"lane": 4}, "4"),
    ],
)
def test_a_slip_in_a_value_is_named(wrong, named):
    with pytest.raises(ValueError, match=named):
        Lane(render=False).postprocess(wrong)


def test_what_a_browser_sends_is_never_read():
    """A crafted value could name any file of the machine, and a page that gave it back would publish it."""
    assert Lane(render=False).preprocess({"pieces": [{"path": "/etc/passwd"}]}) is None


@pytest.mark.browser
class TestInTheBrowser:
    def test_the_roll_shows_prime_and_draw_apart(self, page):
        assert [count > 100 for count in coloured_pixels(page, "first", "--lane-1")] == [False, True]
        assert [count > 100 for count in coloured_pixels(page, "first", "--roll-prime")] == [True, False]
        label = page.locator("#first .lane-canvas").get_attribute("aria-label")
        assert label == "Piano roll, 60 frames, 45 notes, its beginning ends at frame 20"

    def test_the_waveform_shows_prime_and_draw_apart(self, page):
        assert [count > 100 for count in coloured_pixels(page, "wave", "--lane-3")] == [False, True]
        assert [count > 100 for count in coloured_pixels(page, "wave", "--roll-prime")] == [True, False]

    def test_a_sound_may_be_seen_as_its_spectrum(self, page):
        """Low bands alone are loud; the choice is there again after a reload; a roll has no such choice."""
        button = page.locator("#wave .lane-view")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        page.evaluate(NEXT_FRAME)
        inked = coloured_pixels(page, "wave", "--roll-prime"), coloured_pixels(page, "wave", "--lane-3")
        assert [[count > 100 for count in both] for both in inked] == [[True, False], [False, True]]
        page.reload()
        page.wait_for_function("document.querySelector('#wave .lane-view')?.ariaPressed === 'true'")
        assert page.locator("#wave .lane-canvas").get_attribute("aria-label").startswith("Spectrogram, ")
        assert not page.locator("#first .lane-view").is_visible()

    def test_zoom_makes_a_picture_wider_and_keeps_what_is_heard_in_view(self, page):
        button, picture = page.locator("#first .lane-zoom"), page.locator("#first .lane-picture")
        wide = picture.bounding_box()["width"]
        page.evaluate("document.querySelector('#first .lane').sound.currentTime = 4")
        for label, times in (("Zoom 2×", 2), ("Zoom 4×", 4)):
            button.click()
            expect(button).to_have_text(label)
            page.evaluate(NEXT_FRAME)
            assert picture.bounding_box()["width"] == pytest.approx(times * wide, rel=0.02)
            line = page.locator("#first .lane-playhead").bounding_box()
            shown = page.locator("#first .lane-scroll").bounding_box()
            assert shown["x"] <= line["x"] <= shown["x"] + shown["width"]
        button.click()
        assert button.inner_text() == "Zoom" and picture.bounding_box()["width"] == pytest.approx(wide)

    def test_the_picture_follows_the_dark_mode(self, page):
        light = page.locator("#first .lane-canvas").evaluate("canvas => canvas.toDataURL()")
        page.evaluate("document.body.classList.toggle('dark')")
        page.wait_for_function(
            "light => document.querySelector('#first .lane-canvas').toDataURL() !== light", arg=light
        )
        assert coloured_pixels(page, "first", "--lane-1")[1] > 100

    def test_play_moves_the_playhead_and_pause_stops_it(self, page):
        x = "line => new DOMMatrix(getComputedStyle(line).transform).m41"
        button, line = page.locator("#first .lane-play"), page.locator("#first .lane-playhead")
        assert line.evaluate(x) == 0
        button.click()
        page.wait_for_function("document.querySelector('#first .lane').sound.currentTime > 0.5")
        expect(button).to_have_text("Pause")
        page.wait_for_function(f"({x})(document.querySelector('#first .lane-playhead')) > 20")
        button.click()
        expect(button).to_have_text("Play")
        assert paused(page, "first")

    def test_only_one_lane_plays(self, page):
        page.click("#first .lane-play")
        page.wait_for_function("document.querySelector('#first .lane').sound.currentTime > 1")
        page.click("#second .lane-play")
        page.wait_for_function("!document.querySelector('#second .lane').sound.paused")
        assert paused(page, "first")
        played = seconds_played(page, "second")
        assert played >= seconds_played(page), "who changes to another lane hears the same place of it"

    def test_a_sound_is_over_at_its_end_or_begins_again(self, page):
        jump = "seconds => { document.querySelector('#first .lane').sound.currentTime = seconds; }"
        page.click("#first .lane-repeat")
        page.evaluate(jump, SOUND_SECONDS - 0.5)
        page.click("#first .lane-play")
        page.wait_for_function("document.querySelector('#first .lane').sound.currentTime < 1")
        assert not paused(page, "first")
        page.click("#first .lane-repeat")
        page.evaluate(jump, SOUND_SECONDS - 0.5)
        page.wait_for_function("document.querySelector('#first .lane').sound.paused")
        assert seconds_played(page) == pytest.approx(SOUND_SECONDS, abs=0.1)

    def test_a_piece_that_cannot_be_fetched_is_said_and_may_be_asked_for_again(self, page):
        page.route("**/*.mp3", lambda route: route.abort())
        page.click("#first .lane-play")
        page.wait_for_selector("#first .lane-toast:not(:empty)")
        assert "could not be loaded" in page.locator("#first .lane-toast").inner_text()
        assert paused(page, "first")
        page.unroute("**/*.mp3")
        page.click("#first .lane-play")
        page.wait_for_function("document.querySelector('#first .lane').sound.currentTime > 0.2")

    def test_nothing_is_fetched_that_nobody_asked_to_hear(self, page):
        fetched = []
        page.on("request", lambda request: fetched.append(request.url) if ".mp3" in request.url else None)
        page.reload()
        page.wait_for_function("document.querySelector('#first .lane')?.sound.pieces.length")
        page.click("#same")
        page.wait_for_function("document.querySelector('#first .lane-figures').innerText.includes('7')")
        assert fetched == [], "a sound was fetched before anybody pressed Play"

    def test_lanes_share_their_axes(self, page):
        """With an axis of its own, a short draw would be stretched to the width of a long one."""
        playhead = """lane => {
            lane.sound.currentTime = 2;
            return new DOMMatrix(getComputedStyle(lane.querySelector(".lane-playhead")).transform).m41;
        }"""
        page.click("#other")
        page.wait_for_selector("#second .lane[data-state=sampling]")
        page.click("#finish")
        page.wait_for_selector("#second .lane[data-state=done]")
        page.evaluate(NEXT_FRAME)
        first, second = (page.locator(f"#{name} .lane").evaluate(playhead) for name in ("first", "second"))
        assert first == pytest.approx(second, abs=1) and first > 100

    def test_a_click_and_a_drag_on_the_picture_seek(self, page):
        seek = page.locator("#first .lane-seek")
        box = seek.bounding_box()
        half, quarter = ({"x": box["width"] / parts, "y": box["height"] / 2} for parts in (2, 4))
        seek.click(position=half)  # not at a place of the window: what is above may still grow
        assert seconds_played(page) == pytest.approx(SOUND_SECONDS / 2, abs=0.05)
        seek.hover(position=half)
        page.mouse.down()
        seek.hover(position=quarter)
        page.mouse.up()
        assert seconds_played(page) == pytest.approx(SOUND_SECONDS / 4, abs=0.05)

    def test_keys(self, page):
        slider = page.locator("#first .lane-seek")
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        assert seconds_played(page) == pytest.approx(2.0, abs=0.05)
        assert slider.get_attribute("aria-valuetext") == "0:02 of 0:06"
        page.keyboard.press("Home")
        assert seconds_played(page) == 0
        page.keyboard.press("Space")
        page.wait_for_function("!document.querySelector('#first .lane').sound.paused")
        page.keyboard.press("Space")
        assert paused(page, "first")

    def test_downloads_bear_their_names(self, page):
        names = []
        for link in page.locator("#first .lane-file").all():
            with page.expect_download() as download:
                link.click()
            names.append(download.value.suggested_filename)
        assert names == ["jsb_chorales-gru-seed7.mid", "jsb_chorales-gru-seed7.wav"]

    def test_a_title_is_text_whatever_it_holds(self, page):
        assert page.locator("#first .lane-title").inner_text() == EVIL
        assert page.locator(".lane img").count() == 0 and page.evaluate("window.hit") is None

    def test_another_lane_that_is_sampled_does_not_disturb_the_sound(self, page):
        page.click("#first .lane-play")
        page.wait_for_function("document.querySelector('#first .lane').sound.currentTime > 0.2")
        page.click("#other")
        page.wait_for_selector("#second .lane[data-state=sampling] .lane-play:disabled")
        page.click("#finish")
        page.wait_for_selector("#second .lane[data-state=done]")
        page.wait_for_function("document.querySelector('#first .lane').sound.currentTime > 0.6")
        assert not paused(page, "first")
        page.evaluate(NEXT_FRAME)
        assert coloured_pixels(page, "second", "--lane-2")[1] > 100

    def test_new_values_of_the_lane_itself_keep_sound_and_focus(self, page):
        page.evaluate("document.querySelector('#first .lane').sound.currentTime = 2")
        page.click("#first .lane-play")
        page.locator("#first .lane-file").first.focus()
        page.evaluate("document.querySelector('#same').click()")  # which takes no focus
        page.wait_for_function("document.querySelector('#first .lane-figures').innerText.includes('7')")
        page.wait_for_function("document.querySelector('#first .lane').sound.currentTime > 2.3")
        assert not paused(page, "first")
        assert page.evaluate("document.activeElement.matches('.lane-file')")

    def test_the_link_is_copied_or_shown(self, page, address):
        page.click("#first .lane-link")
        page.wait_for_selector("#first .lane-toast:not(:empty)")
        assert page.locator("#first .lane-toast").inner_text() in ("Link copied", f"{address}?seed=7")

    def test_a_phone_shows_it_without_scrolling_sideways(self, page):
        page.set_viewport_size({"width": 390, "height": 844})
        page.evaluate(NEXT_FRAME)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert coloured_pixels(page, "first", "--lane-1")[1] > 50
