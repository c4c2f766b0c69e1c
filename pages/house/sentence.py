"""Sentence: an engine's error as a visitor reads it."""

import html

import gradio as gr

from engine.errors import EngineError

MAX_CHARACTERS = 400


def sentence(error: EngineError) -> str:
    """The error with a capital and a full stop; a very long one, whose names came from outside, is cut."""
    text = str(error)
    if text.split(" ")[0].isalpha():  # and is not a file's name
        text = text[:1].upper() + text[1:]
    if len(text) > MAX_CHARACTERS:
        return text[:MAX_CHARACTERS] + " …"
    return text + ("" if text.endswith((".", "?", "!")) else ".")


def toast(error: EngineError) -> gr.Error:
    """What a handler raises: Gradio shows it in a corner of the page as HTML, so names are escaped."""
    return gr.Error(html.escape(sentence(error), quote=False), print_exception=False)


def warn(error: EngineError) -> None:
    """Show the error while the handler goes on, until the visitor closes it: a link may be read later."""
    gr.Warning(html.escape(sentence(error), quote=False), duration=None)
