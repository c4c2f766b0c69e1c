"""Gradio's private and undocumented names: each is still there, and one file alone uses them."""

import ast
import importlib.util
import inspect
import re
from collections.abc import Iterator

import gradio as gr
import pytest
from gradio.blocks import BlockFunction
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Event, EventQueue

from tests.coroutines import run_in_thread
from tests.source import Module, dotted, modules

INSIDE = "pages/house/gradio_inside.py"
IMPORTED = (
    ("gradio.context", "Context"),
    ("gradio.data_classes", "FileData"),
    ("gradio.processing_utils", "hash_bytes"),
    ("gradio.server_messages", "CloseStreamMessage"),
    ("gradio.server_messages", "ProcessCompletedMessage"),
    ("gradio.server_messages", "UnexpectedErrorMessage"),
    ("gradio.utils", "get_upload_folder"),
    ("gradio.utils", "is_in_or_equal"),
    ("gradio_client.utils", "strip_invalid_filename_characters"),
)
DOCUMENTED = ("gradio", "gradio.components", "gradio.themes")  # modules that any file of the pages may import


def gone(name: str) -> str:
    return f"Gradio {gr.__version__} has no {name} any more: mend {INSIDE}"


async def laid_out() -> tuple[gr.Blocks, gr.Blocks | None]:
    """An app with one endpoint and a queue, and what was known of it while it was laid out.

    Without a running loop, Gradio would open one, and leave it open.
    """
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.Button().click(lambda: None, api_name="nothing")
        known = getattr(gr.context.Context, "root_block", None)
    return blocks.queue(), known


@pytest.fixture(scope="module")
def blocks() -> gr.Blocks:
    return run_in_thread(laid_out())[0]


@pytest.fixture(scope="module")
def function(blocks) -> BlockFunction:
    (function,) = blocks.fns.values()
    return function


@pytest.mark.parametrize(("module", "name"), IMPORTED)
def test_what_is_imported_is_there(module, name):
    try:
        assert hasattr(importlib.import_module(module), name), gone(f"{module}.{name}")
    except ModuleNotFoundError:
        pytest.fail(gone(module))


def test_a_page_that_is_laid_out_is_known():
    blocks, known = run_in_thread(laid_out())
    assert known is blocks, gone("Context.root_block")


def test_an_event_has_its_data():
    sent = {"model": "gru"}
    assert getattr(gr.EventData(None, sent), "_data", None) == sent, gone("EventData._data")


@pytest.mark.parametrize("name", ["path", "orig_name"])
def test_a_file_has_a_field(name):
    assert name in gr.FileData.model_fields, gone(f"FileData.{name}")


@pytest.mark.parametrize("name", ["output", "success"])
def test_the_last_message_has_a_field(name):
    messages = importlib.import_module("gradio.server_messages")
    assert name in messages.ProcessCompletedMessage.model_fields, gone(f"ProcessCompletedMessage.{name}")


def test_the_hash_of_a_file_is_a_secret_of_the_app(monkeypatch):
    utilities = importlib.import_module("gradio.processing_utils")
    before = utilities.hash_bytes(b"sound")
    monkeypatch.setattr(utilities, "hash_seed", b"another")
    assert utilities.hash_bytes(b"sound") != before, gone("hash_seed of hash_bytes")


@pytest.mark.parametrize("name", ["fns", "_queue"])
def test_an_app_has(blocks, name):
    assert hasattr(blocks, name), gone(f"Blocks.{name}")


@pytest.mark.parametrize("name", ["api_name", "api_visibility", "concurrency_id"])
def test_a_function_of_an_app_has(function, name):
    assert hasattr(function, name), gone(f"BlockFunction.{name}")


@pytest.mark.parametrize(
    "name",
    [
        *("push", "send_message", "blocks", "event_queue_per_concurrency_id"),
        *("pending_messages_per_session", "pending_event_ids_session", "sleep_when_free"),
    ],
)
def test_a_queue_has(blocks, name):
    assert hasattr(blocks._queue, name), gone(f"Queue.{name}")


@pytest.mark.parametrize(
    ("method", "given"),
    [("push", ["body", "request", "username"]), ("send_message", ["event", "event_message"])],
)
def test_a_queue_is_given(blocks, method, given):
    taken = list(inspect.signature(getattr(blocks._queue, method)).parameters)
    assert taken == given, f"Gradio {gr.__version__} gives Queue.{method} {taken}: mend {INSIDE}"


def test_a_queue_keeps_messages_for_so_many_pages(blocks):
    assert hasattr(blocks._queue.pending_messages_per_session, "max_size"), gone("LRUCache.max_size")


def test_what_waits_is_a_list():
    assert isinstance(getattr(EventQueue("x", 1), "queue", None), list), gone("EventQueue.queue")


async def made(function: BlockFunction) -> Event:
    return Event("page", function, None, None)


@pytest.mark.parametrize("name", ["alive", "session_hash", "concurrency_id", "request"])
def test_an_event_has(function, name):
    assert hasattr(run_in_thread(made(function)), name), gone(f"Event.{name}")


@pytest.mark.parametrize("name", ["fn_index", "session_hash"])
def test_what_a_page_sends_has(name):
    assert name in PredictBodyInternal.model_fields, gone(f"PredictBody.{name}")


def test_the_version_is_the_one_that_they_were_tried_with(project_folder):
    tried = re.search(r"Tried with Gradio ([\d.]+\d)", (project_folder / INSIDE).read_text(encoding="utf-8"))
    assert tried[1] == gr.__version__, f"look through {INSIDE}, then write Gradio {gr.__version__} there"


def of_the_pages() -> list[Module]:
    return [module for module in modules() if module.path.parts[0] == "pages"]


def undocumented(module: Module) -> Iterator[str]:
    """The modules of Gradio's that a file imports or names besides those that are documented."""
    for item in module.imports():
        if item.top in ("gradio", "gradio_client") and item.module not in DOCUMENTED:
            yield item.module
        elif item.module in DOCUMENTED and item.name and is_undocumented(f"{item.module}.{item.name}"):
            yield f"{item.module}.{item.name}"
    for node in ast.walk(module.tree):
        name = dotted(node).replace("gr.", "gradio.", 1)
        if re.fullmatch(r"gradio\.\w+", name) and is_undocumented(name):
            yield name


def is_undocumented(name: str) -> bool:
    """Whether a name in Gradio's package is one of its modules, and not documented."""
    return name not in DOCUMENTED and importlib.util.find_spec(name) is not None


def private(module: Module) -> Iterator[str]:
    """The private names of others that a file uses; our own are defined in the pages."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr) and not is_self(node.value):
            yield node.attr


def test_no_other_file_of_the_pages_looks_inside():
    own = {
        node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else node.attr
        for module in of_the_pages()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node.value))
    }
    broken = [
        f"{module.path} uses {name}"
        for module in of_the_pages()
        if str(module.path) != INSIDE
        for name in (*undocumented(module), *(set(private(module)) - own))
    ]
    assert not broken
    (inside,) = (module for module in of_the_pages() if str(module.path) == INSIDE)
    assert set(undocumented(inside)) == {module for module, _ in IMPORTED}


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
