"""The kernel's module in Chromium draws the same bytes as here, from small models of every kind."""

import hashlib

import numpy as np
import pytest

from engine.kernel import module_bytes, program_of
from engine.kernel.kernel import kernel
from engine.live import Site
from engine.sampling import SamplingOptions, sample
from tests.engine.kernel.models import every_model

pytestmark = pytest.mark.browser

ADDRESS = "https://kernel.test"
SMALL = every_model()
SCRIPT = """
    import { Instance } from "/kernel.js";
    const fetched = async (file) => (await fetch(file)).arrayBuffer();
    const digest = async (frames) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", frames))]
        .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    window.drawAll = async (name, seeds, count, temperature) => {
        const module = await WebAssembly.compile(await fetched("/kernel.wasm"));
        const program = [...new Float64Array(await fetched(`/${name}.program`))];
        const counts = [...new Int32Array(await fetched(`/${name}.counts`))];
        const numbers = new Float32Array(await fetched(`/${name}.weights`));
        let first = 0;
        const next = (length) => numbers.subarray(first, (first += length));
        const tensors = counts.map((length) => ({ bytes: 4, values: next(length) }));
        const found = [];
        for (const seed of seeds) {
            const instance = new Instance(module, { program, tensors });
            found.push(await digest(instance.draw(count, seed, 0, temperature)));
        }
        return found;
    };
"""


@pytest.fixture(scope="module")
def draw_all(browser):
    """``draw_all(name, model, seeds, count, temperature)``: hashes of draws in the browser."""
    page = browser.new_page()
    files = {"/": b"<title>kernel</title>", "/kernel.wasm": module_bytes()}
    files["/kernel.js"] = Site().content("drawing/kernel.js")
    types = {"/": "text/html", "/kernel.js": "text/javascript"}

    def serve(route):
        path = route.request.url[len(ADDRESS) :]
        route.fulfill(body=files[path], content_type=types.get(path, "application/octet-stream"))

    page.route(f"{ADDRESS}/**", serve)
    page.goto(f"{ADDRESS}/")
    page.add_script_tag(content=SCRIPT, type="module")
    page.wait_for_function("!!window.drawAll")

    def draw(name, model, seeds, count, temperature):
        program = program_of(model, kernel().kinds)
        counts = np.array([tensor.numel() for tensor in program.tensors], np.int32)
        weights = b"".join(tensor.float().numpy().tobytes() for tensor in program.tensors)
        files[f"/{name}.program"] = np.array(program.numbers, np.float64).tobytes()
        files[f"/{name}.counts"], files[f"/{name}.weights"] = counts.tobytes(), weights
        return page.evaluate("asked => drawAll(...asked)", [name, seeds, count, temperature])

    yield draw
    page.close()


def here(model, seed: int, count: int, temperature: float) -> str:
    """The hash of a draw made here, by the kernel too if there is wasmtime, else by torch."""
    options = SamplingOptions(count, seed, temperature)
    frames = np.stack([frame.numpy() for frame in sample(model, options)])
    return hashlib.sha256(frames.tobytes()).hexdigest()


@pytest.mark.parametrize("temperature", [1.0, 0.8])
@pytest.mark.parametrize("name", SMALL)
def test_small_models_of_every_kind(draw_all, name, temperature):
    expected = [here(SMALL[name], seed, 50, temperature) for seed in range(3)]
    assert draw_all(name, SMALL[name], list(range(3)), 50, temperature) == expected
