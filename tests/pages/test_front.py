"""What the HTML of a page says to tabs, search engines and links elsewhere; wrong addresses."""

import gzip
import json
import re
import urllib.request
from html.parser import HTMLParser

import pytest
from playwright.sync_api import expect

from pages.site import PAGES, fronts
from tests.visitor import free_port

HTML = {"Accept": "text/html,application/xhtml+xml"}
ADDRESSES = [page.route.lstrip("/") for page in PAGES]


class Head(HTMLParser):
    """The lines of a page's head that describe the page: property or name -> contents."""

    def __init__(self, text: str):
        super().__init__()
        self.said: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs) -> None:
        given = dict(attrs)
        name = given.get("property") or given.get("name") or given.get("rel")
        if tag in ("meta", "link") and name:
            self.said.setdefault(name, []).append(given.get("content") or given.get("href"))


def get(app, path: str, headers=HTML) -> tuple[int, str, bytes]:
    """Status, type and content of an address."""
    try:
        with urllib.request.urlopen(urllib.request.Request(app.address + path, headers=headers)) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["content-type"], error.read()


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_link_to_a_page_shows_that_page(app, path):
    """All pages once had Gradio's name, words, picture and icon, and one title in the tab."""
    front = fronts()[f"/{path}".rstrip("/")]
    status, kind, content = get(app, path)
    text = content.decode()
    said = Head(text).said
    assert status == 200 and kind.startswith("text/html")
    assert said["og:title"] == [front.title] and said["og:description"] == [front.description]
    assert said["description"] == [front.description] and said["og:site_name"] == ["Earshot"]
    assert said["og:url"] == [app.address + path] and said["og:image"] == [f"{app.address}picture.png"]
    assert said["twitter:card"] == ["summary_large_image"] and len(said["og:type"]) == 1
    assert re.findall("<title>(.*?)</title>", text) == [front.title]
    assert not any("gradio" in str(contents).lower() for contents in said.values())
    assert text.index("charset") < 1024, "browsers look no further for it"


def test_titles_and_descriptions_differ(app):
    said = [(front.title, front.description) for front in fronts().values()]
    assert len(dict(said)) == len({text for _, text in said}) == len(PAGES)


def test_picture_and_icon_are_there(app):
    for path, kind in (
        ("picture.png", "image/png"),
        ("favicon.ico", "image/png"),
        ("pwa_icon/192", "image/png"),
    ):
        status, given, content = get(app, path)
        assert (status, given) == (200, kind) and content.startswith(b"\x89PNG")
    _, _, manifest = get(app, "manifest.json")
    assert json.loads(manifest)["name"] == "Earshot"


@pytest.mark.parametrize("path", ["nope", "play", "speech/x", "trial/1", "gradio_api/nope", "<b>"])
def test_a_wrong_address_is_a_page_for_people_and_json_for_programs(app, path):
    """Somebody who mistyped an address once read {"detail":"Not Found"}."""
    path = urllib.parse.quote(path)
    status, kind, content = get(app, path)
    assert status == 404 and kind.startswith("text/html")
    assert b"There is no such page" in content and f'<a href="{app.address}">'.encode() in content
    status, kind, content = get(app, path, {"Accept": "application/json"})
    assert (status, kind) == (404, "application/json") and "detail" in json.loads(content)


def test_what_a_visitor_says_of_the_address_is_text(app):
    headers = {**HTML, "Host": f'evil"><script>x</script>:{free_port()}'}
    _, _, content = get(app, "", headers)
    assert b"<script>x" not in content


@pytest.mark.browser
def test_the_tab_is_called_by_its_page(visitors):
    for path, title in (("", "Earshot"), ("speech", "Speech · Earshot"), ("board", "Board · Earshot")):
        visit = visitors(path)
        expect(visit.page).to_have_title(title)


@pytest.mark.browser
def test_a_wrong_address_leads_home(visitors):
    visit = visitors()
    visit.leave("speach")
    assert "There is no such page" in visit.page.inner_text("h1")
    visit.wrong.clear()  # the browser's own line on the 404
    visit.page.get_by_text("Go to Earshot").click()
    visit.page.wait_for_selector("#lane-0 .lane[data-state=done]")


def test_a_page_travels_compressed_where_that_is_understood(app):
    plain = urllib.request.urlopen(app.address).read()
    asked = urllib.request.Request(app.address, headers={"Accept-Encoding": "gzip, br"})
    with urllib.request.urlopen(asked) as answer:
        assert answer.headers["content-encoding"] == "gzip" and "accept-encoding" in answer.headers["vary"]
        packed = answer.read()
    assert len(packed) < len(plain) / 3 and Head(gzip.decompress(packed).decode()).said["og:title"]
