"""A bundle in a real browser: opened from the disk, answered by keyboard, downloaded, and analysed."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from engine.__main__ import main
from tests.engine.small_models import published
from tests.engine.tones import write_tone
from tests.pages.listen.trial_visit import IS_HEARD
from tests.pages.visit import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """``bundle(task, trials)`` makes a small one of two models of speech, one for each task."""
    folder = tmp_path_factory.mktemp("bundles")
    for name in ("tiny-one", "tiny-two"):
        published(folder / "checkpoints", "waveform", name)
    write_tone(folder / "tone.wav", seconds=2.0)

    def make(task: str, trials: int) -> Path:
        out = folder / task
        if not out.exists():
            words = f"bundle tiny-one tiny-two --task {task} --trials {trials} --out {out} --with-real"
            if task == "abx":  # which takes exactly two sources
                words = words.removesuffix(" --with-real")
            given = ["--prime", str(folder / "tone.wav"), "--checkpoints", str(folder / "checkpoints")]
            assert main([*words.split(), *given]) == 0
        return out

    return make


@pytest.fixture
def visit(browser):
    """``visit(address, …)`` opens a bundle as a new listener; at the end nothing may have gone wrong."""
    opened: list[Visit] = []

    def open_page(address: str, **context: object) -> Visit:
        opened.append(Visit(browser, address.removesuffix("index.html"), context))
        opened[-1].page.goto(address)
        return opened[-1]

    yield open_page
    for listener in opened:
        listener.close()
    assert [listener.wrong for listener in opened if listener.wrong] == []


def address(folder: Path) -> str:
    return (folder / "index.html").as_uri()


GROUNDS = """() => [".bundle-start", ".bundle-start button"].map(
    (part) => getComputedStyle(document.querySelector(part)).backgroundColor
)"""


def begin(visit: Visit) -> None:
    """Say what one listens with, and start, by keyboard."""
    visit.page.wait_for_selector("main[data-part=start]")
    if visit.page.evaluate("document.activeElement.name") != "device":
        visit.page.keyboard.press("Tab")
    visit.page.keyboard.type("Head")
    assert visit.page.locator("select[name=device]").input_value() == "Headphones"
    visit.page.keyboard.press("Tab")
    assert len(set(visit.page.evaluate(GROUNDS))) == 2, "the button stands out from its card"
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("main[data-part=trial] .trial[data-state=asking]")


BEGUN = f"n => ({IS_HEARD})(n) || document.querySelector('.trial-play').textContent !== 'Play'"
SETTLED = f"n => ({IS_HEARD})(n) || document.querySelector('.trial-play').textContent === 'Play'"


def listen(visit: Visit, keys: str, is_tapped: bool = False) -> None:
    """Listen to every clip until it counts as heard; one that has ended is started again."""
    for number, key in enumerate(keys):
        for _ in range(4):
            lane = visit.page.locator(".trial-lane").nth(number)
            lane.tap() if is_tapped else visit.page.keyboard.press(key)
            visit.page.wait_for_function(BEGUN, arg=number)
            visit.page.wait_for_function(SETTLED, arg=number)
            if visit.page.evaluate(IS_HEARD, number):
                break
        assert visit.page.evaluate(IS_HEARD, number), f"{key} does not count as heard"


def answer(visit: Visit, choice: str) -> None:
    """Answer by keyboard, and wait until the page has gone on, as it does by itself."""
    button = visit.page.locator(f".trial-answer[data-choice='{choice}']")
    button.focus()
    before = visit.page.locator(".bundle-count").text_content()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function(
        "was => document.querySelector('.bundle-count').textContent !== was", arg=before
    )


def place(visit: Visit) -> str:
    return visit.page.locator(".trial-place").inner_text()


def downloaded(visit: Visit, folder: Path) -> Path:
    with visit.page.expect_download() as download:
        visit.page.click(".bundle-download")
    name = download.value.suggested_filename
    assert name.startswith("answers-") and name.endswith(".jsonl")
    path = folder / name
    download.value.save_as(path)
    assert path.read_text() == visit.page.locator(".bundle-text").input_value()
    return path


def test_a_preference_test_from_the_disk_to_the_statistics(bundle, visit, tmp_path, capsys):
    folder = bundle("preference", 3)
    listener = visit(address(folder))
    begin(listener)
    assert place(listener) == "Trial 1 of 3"
    assert all(button.is_disabled() for button in listener.page.locator(".trial-answer").all())
    listen(listener, "ab")
    answer(listener, "0")
    assert place(listener) == "Trial 2 of 3"
    listener.page.wait_for_function("document.activeElement.className === 'trial-question'")
    halfway = downloaded(listener, tmp_path).rename(tmp_path / "halfway.jsonl")
    listener.page.reload()
    listener.page.wait_for_selector(".trial[data-state=asking]")
    assert place(listener) == "Trial 2 of 3", "the place is kept"
    for choice in ("1", "tie"):
        listen(listener, "12")
        answer(listener, choice)
    listener.page.wait_for_selector("main[data-part=end]")
    results = downloaded(listener, tmp_path)
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert [line["choice"] for line in lines] == ["0", "1", "tie"]
    assert halfway.read_text() == results.read_text().splitlines(keepends=True)[0]
    assert {line["device"] for line in lines} == {"Headphones"} and len(
        {line["trial"] for line in lines}
    ) == 3
    key = json.loads(folder.with_name("preference.key.json").read_text())
    assert {line["trial"] for line in lines} == {trial["trial_id"] for trial in key["trials"]}
    capsys.readouterr()
    joined = [str(halfway), str(results), "--key", str(folder.with_name("preference.key.json"))]
    assert main(["analyse", *joined]) == 0
    said = capsys.readouterr().out
    assert "3 trials from 1 listener" in said and "tiny-one" in said and "real" in said


def test_abx_on_a_phone_from_a_host_and_a_second_listener(bundle, visit, tmp_path, capsys):
    folder = bundle("abx", 2)
    with served(folder) as host:
        phone = visit(host, viewport={"width": 390, "height": 844}, has_touch=True)
        page = phone.page
        page.select_option("select[name=device]", "A phone or a laptop")
        for number in (1, 2):
            if number == 1:
                page.tap(".bundle-start button")
            page.wait_for_selector(".trial[data-state=asking]")
            assert place(phone) == f"Trial {number} of 2"
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            for button in page.locator(".trial-lane, .trial-play, .trial-answer").all():
                assert button.bounding_box()["height"] >= 44
            listen(phone, "abx", is_tapped=True)
            page.locator(".trial-answer").first.tap()
        page.wait_for_selector("main[data-part=end]")
        first = downloaded(phone, tmp_path)
        page.once("dialog", lambda dialog: dialog.accept())
        page.tap(".bundle-again")
        page.wait_for_selector("main[data-part=start]")
        assert page.locator(".bundle-results").is_hidden()
        begin(phone)
        assert place(phone) == "Trial 1 of 2"
    capsys.readouterr()
    assert main(["analyse", str(first), "--key", f"{folder}.key.json"]) == 0
    assert "of 2, p = " in capsys.readouterr().out


def test_a_browser_that_keeps_nothing_says_so_and_works(bundle, visit):
    listener = visit("about:blank")
    listener.address = bundle("preference", 3).as_uri()
    listener.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})"
    )
    listener.page.goto(address(bundle("preference", 3)))
    listener.page.wait_for_selector(".bundle-forgetful:visible")
    begin(listener)
    listen(listener, "ab")
    answer(listener, "both_bad")
    assert place(listener) == "Trial 2 of 3"


def test_a_page_without_its_manifest_says_what_to_do(bundle, browser, tmp_path):
    """Somebody looks into an archive and opens the page alone."""
    (tmp_path / "index.html").write_bytes((bundle("preference", 3) / "index.html").read_bytes())
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    assert "unpack the whole folder first" in page.locator(".bundle-notice").inner_text()
    assert page.locator(".bundle-start").is_hidden()
    page.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on a static host."""
    handler = partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.html"
        finally:
            server.shutdown()
            thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *message: object) -> None:
        """Tests print nothing."""
