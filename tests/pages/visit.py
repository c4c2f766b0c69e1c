"""Visit: somebody's visit to the app, in words of what a person does and sees."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

from tests.patience import PATIENCE_SECONDS

HARMLESS = (
    "AbortError",  # what Gradio reports when its page is left while it waits for something
    # what its player reports, and asks again, where the first sound waits for ffmpeg to start
    "HLS error: hlsError {type: networkError, details: levelEmptyError",
    "Fatal network error encountered, trying to recover",
    "Response",  # what Gradio says of an answer that the browser complains of itself, with its address
)
PROGRESS = "/upload_progress"  # Gradio tells none of an upload that takes more than three seconds
HANGING_UP = "Unexpected error Connection errored out."  # the same, of a page that was about to ask
NEXT_FRAME = """new Promise(done => {
    requestAnimationFrame(() => requestAnimationFrame(done));
    setTimeout(done, 2000);  // a browser that has no time draws a page behind others no more
})"""
KEPT_BY_PAGES = "local_storage,indexeddb,cache_storage,service_workers,file_systems"
WAITING = "document.querySelector('#lane-0 .lane').dataset.state = 'waiting'"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
KEEP_COPIED = "navigator.clipboard.writeText = async text => { window.copied = text; }"


class Visit:
    """A browser context with one page.

    Args:
        browser: of Playwright.
        address: of the app; nothing else may be asked for.
        context: how the visitor's browser differs, e.g. ``viewport``.
        left: contexts that visitors with the usual browser have left; one is taken, and put back at the end.
            It still has what the browser has fetched, which saves a quarter of the work.
    """

    def __init__(self, browser: Any, address: str, context: dict[str, Any], left: list[Any] | None = None):
        self.address = address
        self.wrong: list[str] = []
        self._left = None if context else left
        screen = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}  # as somebody's browser
        is_new = not self._left
        self._context = (
            browser.new_context(accept_downloads=True, **{**screen, **context}) if is_new else left.pop()
        )
        self._context.set_default_timeout(1000 * PATIENCE_SECONDS)  # in milliseconds
        self._unanswered: set[Any] = set()
        self._is_leaving = False
        self._handlers = {
            "request": self._look_at,
            "requestfinished": lambda request: self._unanswered.discard(request),
            "requestfailed": lambda request: self._unanswered.discard(request),
            "weberror": lambda error: self._hear_of(str(error.error)),
            "console": self._read,
        }
        for event, handler in self._handlers.items():
            self._context.on(event, handler)
        self.page = self._context.new_page()
        if not is_new:
            self._forget()

    def _forget(self) -> None:
        """Delete what an earlier visitor to this address has left in the browser."""
        self._context.clear_cookies()
        self._context.set_offline(False)
        tools = self._context.new_cdp_session(self.page)
        origin = {"origin": self.address.rstrip("/"), "storageTypes": KEPT_BY_PAGES}
        tools.send("Storage.clearDataForOrigin", origin)
        tools.detach()

    def _read(self, line: Any) -> None:
        """Note a line of the browser's console, if it is an error."""
        if line.type == "error" and PROGRESS not in line.location["url"]:
            self._hear_of(line.text)

    def _hear_of(self, error: str) -> None:
        hanging_up = self._is_leaving and error.startswith(HANGING_UP)
        if not (hanging_up or error.startswith(HARMLESS)):
            self.wrong.append(error)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """While a page is left, errors of its requests do not count: some it is only about to send."""
        self._is_leaving = True
        yield
        self._is_leaving = False

    def _look_at(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.wrong.append(f"asked for {request.url}")
        if "/queue/" in request.url:
            self._unanswered.add(request)

    def close(self) -> None:
        """Leave."""
        with self.leaving():
            if self._left is None:
                self._context.close()
                return
            for page in self._context.pages:
                page.close()
            for event, handler in self._handlers.items():
                self._context.remove_listener(event, handler)
            self._left.append(self._context)

    def go(self, path: str) -> None:
        """Open a page, and wait until it has settled."""
        self.leave(path.lstrip("/"))
        self.page.wait_for_function(
            """() => {
                const duel = "body:has(#duel) #more button";
                const there = `.curves[data-ready], ${duel}, .trial, #board :is(section, p)`;
                if (document.querySelector(there)) return true;
                const lane = document.querySelector("#lane-0 .lane");
                return lane && (lane.dataset.state !== "empty" || /^Choo?se/.test(lane.innerText));
            }"""
        )

    def draw_anew(self) -> None:
        """Wait until what has changed is drawn, and the page has sent the requests that follow from it."""
        self.page.evaluate(NEXT_FRAME)

    def settle(self) -> None:
        """Wait for the answers to all that was asked until now.

        Raises:
            AssertionError: some did not come.
        """
        began = time.monotonic()
        self.draw_anew()
        while self._unanswered:
            waited = time.monotonic() - began
            asked = [request.url for request in self._unanswered]
            assert waited < PATIENCE_SECONDS, f"no answer after {PATIENCE_SECONDS:g} s from {asked}"
            self.draw_anew()

    def reload(self) -> None:
        """Load the page again, once it waits for nothing."""
        self.settle()
        with self.leaving():
            self.page.reload()

    def leave(self, path: str) -> None:
        """Go to another page, once this one waits for nothing."""
        self.settle()
        with self.leaving():
            self.page.goto(self.address + path)

    def start(self) -> None:
        """Press Start, and wait for the first trial."""
        self.more()
        self.settle()
        with self.leaving():
            self.page.click("#start")
            self.page.wait_for_selector(".trial[data-state=asking]")

    # ---- what the visitor does

    def more(self) -> None:
        """Show the controls that most visitors leave as they are, where a page has such and hides them."""
        self.settle()
        for button in self.page.locator("#more button.label-wrap:not(.open)").all():
            button.click()
            self.page.wait_for_selector("#more #models")

    def choose(self, *models: str) -> None:
        """Tick these models and no other."""
        self.more()
        for box in self.page.locator("#models input").all():
            box.set_checked(box.get_attribute("name") in models)

    def set(self, control: str, number: float) -> None:
        """Write a number."""
        self.more()
        self.page.locator(f"#{control} input[type=number]").fill(str(number))
        self.page.keyboard.press("Tab")

    def exactly(self, length: float) -> None:
        """Ask for ``length`` frames or seconds, whether the piece ends before that or not."""
        self.until_end(False)
        self.set("length", length)

    def until_end(self, wanted: bool) -> None:
        """Tick or untick the box, where a page has it."""
        self.more()
        for box in self.page.locator("#until-end input").all():
            box.set_checked(wanted)

    def pick(self, control: str, choice: str) -> None:
        """Choose from a list."""
        if not self.page.locator(f"#{control} input").is_visible():
            self.more()
        self.page.locator(f"#{control} input").click()
        self.page.get_by_role("option", name=choice, exact=True).click()

    def begin(self, choice: str) -> None:
        """Choose a beginning, and wait until the place for a file is there or gone: buttons move with it."""
        self.pick("prime", choice)
        self.page.wait_for_selector("#upload", state="visible" if choice.endswith("of mine") else "hidden")

    def pick_tiny_models(self) -> None:
        """Choose the corpus of the tiny speech models."""
        self.more()
        self.pick("corpus", "A corpus")
        self.page.wait_for_selector("#models input[name=tiny-speech]")

    def upload(self, name: str, content: bytes) -> None:
        """Continue a file of one's own."""
        field = self.page.locator("#upload input[type=file]")
        field.set_input_files({"name": name, "mimeType": "", "buffer": content})
        self.page.wait_for_selector("#upload button[aria-label=Clear]")

    def clear_upload(self) -> None:
        """Take the file back."""
        self.page.locator("#upload").get_by_label("Clear").click()
        self.page.wait_for_selector("#upload input[type=file]", state="attached")

    def press(self, button: str = "sample") -> None:
        """Press a button; from here on the first lane waits for something new."""
        self.page.evaluate(WAITING)
        self.page.click(f"#{button}")

    def go_on(self) -> None:
        """Press "Go on from here" in the first lane, which waits for something new from then on."""
        self.page.evaluate(WAITING)
        self.lane().locator(".lane-go-on").click()

    def draw(self, num_lanes: int = 1, state: str = "done") -> None:
        """Press the button and wait until all lanes are there."""
        self.press()
        self.wait(num_lanes, state)

    def wait(self, num_lanes: int = 1, state: str = "done") -> None:
        """Wait until this many lanes are in a state, and no more are shown."""
        try:
            self.page.wait_for_function(
                """([count, state]) => [0, 1, 2, 3].every(number => {
                    const now = document.querySelector(`#lane-${number} .lane`)?.dataset.state;
                    return number < count ? now === state : now === "hidden";
                })""",
                arg=[num_lanes, state],
            )
        except Error as error:
            now = [lane.get_attribute("data-state") for lane in self.page.locator(".lane").all()]
            ticked = [box.get_attribute("name") for box in self.page.locator("#models input:checked").all()]
            raise AssertionError(f"{ticked} have lanes {now}, not {num_lanes} of them {state}") from error

    # ---- what the visitor gets

    def lane(self, number: int = 0) -> Any:
        """One lane."""
        return self.page.locator(f"#lane-{number} .lane")

    def text(self, part: str, lane: int = 0) -> str:
        """Words in a part of a lane, shown or not."""
        return self.lane(lane).locator(f".lane-{part}").text_content()

    def picture(self, lane: int = 0) -> str:
        """What the picture is said to show."""
        self.draw_anew()
        return self.lane(lane).locator(".lane-canvas").get_attribute("aria-label")

    def num_pixels(self, lane: int = 0) -> int:
        """How many pixels of the picture have the lane's own colour."""
        self.draw_anew()
        return (
            self.lane(lane)
            .locator(".lane-canvas")
            .evaluate(
                """canvas => {
                const dot = document.createElement("canvas").getContext("2d");
                dot.fillStyle = getComputedStyle(canvas).getPropertyValue("--lane-colour");
                dot.fillRect(0, 0, 1, 1);
                const wanted = new Uint32Array(dot.getImageData(0, 0, 1, 1).data.buffer)[0];
                const {width, height} = canvas;
                const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
                return new Uint32Array(pixels.buffer).filter(pixel => pixel === wanted).length;
            }"""
            )
        )

    def hear(self, lane: int = 0) -> float:
        """Press Play, if it does not play by itself; once it runs, gives the seconds that the sound lasts."""
        if self.lane(lane).evaluate("({ sound }) => sound.paused"):
            self.lane(lane).locator(".lane-play").click()
        self.page.wait_for_function(
            "lane => document.querySelector(`#lane-${lane} .lane`).sound.currentTime > 0.1", arg=lane
        )
        return self.lane(lane).evaluate("({ sound }) => (sound.pause(), sound.duration)")

    def download(self, kind: str, lane: int = 0) -> tuple[str, bytes]:
        """Name and content of a file of a lane."""
        with self.page.expect_download() as download:
            self.lane(lane).locator(".lane-file", has_text=kind).click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()

    def link(self, lane: int = 0) -> str:
        """What the lane's link adds to the app's address."""
        self.page.evaluate(KEEP_COPIED)
        self.lane(lane).locator(".lane-link").click()
        return self.page.evaluate("window.copied").removeprefix(self.address)

    def history(self) -> list[str]:
        """The draws that the page remembers, newest first: a draw enters after its lanes are done."""
        self.settle()
        self.draw_anew()
        return self.page.locator(".earshot-history li > a").all_inner_texts()

    def outside(self, selector: str) -> list[str]:
        """What sticks out of the screen on its left or right, of all that a selector finds."""
        return self.page.locator(selector).evaluate_all(
            """nodes => nodes
                .map(node => [node.getBoundingClientRect(), node])
                .filter(([box]) => box.width > 1 && (box.left < 0 || box.right > innerWidth + 0.5))
                .map(([, node]) => node.outerHTML.slice(0, 200))"""
        )

    def complaint(self) -> str:
        """The sentence in the corner of the page; it is then put away."""
        toast = self.page.get_by_test_id("toast-text")
        toast.first.wait_for()
        (words,) = toast.all_inner_texts()
        self.page.get_by_test_id("toast-close").click()
        toast.wait_for(state="detached")
        return " ".join(words.split())
