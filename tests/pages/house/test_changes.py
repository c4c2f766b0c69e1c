"""Changes: objects are said again, until something else is said of them; all else is said once."""

import gradio as gr

from pages.house.changes import repeated


def test_objects_are_repeated_and_nothing_else():
    lane, sound, words = (gr.HTML(render=False) for _ in range(3))
    begun, done = {"state": "sampling"}, {"state": "done"}
    given = [{lane: begun, words: "a"}, {sound: b"1"}, {lane: done}, {words: "b"}]
    expected = [{lane: begun, words: "a"}, {lane: begun, sound: b"1"}, {lane: done}, {lane: done, words: "b"}]
    assert list(repeated(given)) == expected
