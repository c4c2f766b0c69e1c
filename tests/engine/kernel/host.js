/* A browser's side of the kernel: the same calls as engine/kernel/kernel.py makes. */
class Instance {
    constructor(instance) {
        this.calls = instance.exports;
    }

    call(name, ...numbers) {
        const found = this.calls[name](...numbers);
        if (found < 0) throw new Error(`${name}: ${found}`);
        return found;
    }

    numbers(Kind, at, count) {
        return new Kind(this.calls.memory.buffer, at, count);
    }

    /* program: float64; weights: float16 or float32, one tensor after the other, of so many numbers each. */
    open(program, weights, counts, bytes) {
        const at = this.call("program", program.length);
        this.numbers(Float64Array, at, program.length).set(program);
        this.call("open", at, program.length);
        const Kind = bytes === 2 ? Uint16Array : Float32Array;
        const all = new Kind(weights);
        for (let tensor = 0, first = 0; tensor < counts.length; first += counts[tensor++]) {
            const place = this.call("stage");
            this.numbers(Kind, place, counts[tensor]).set(all.subarray(first, first + counts[tensor]));
            this.call("take", bytes);
        }
        this.frameSize = program[1];
        return this;
    }

    draw(count, seed, position, temperature) {
        this.call("draw", count, seed, position, temperature);
        return this.numbers(Float32Array, this.call("frames_at"), count * this.frameSize).slice();
    }
}

async function digest(frames) {
    const found = new Uint8Array(await crypto.subtle.digest("SHA-256", frames));
    return [...found].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* The hash of each draw's frames. */
async function drawAll(name, seeds, count, temperature) {
    const fetched = async (file) => (await fetch(file)).arrayBuffer();
    const module = await WebAssembly.compile(await fetched("/kernel.wasm"));
    const program = new Float64Array(await fetched(`/${name}.program`));
    const counts = [...new Int32Array(await fetched(`/${name}.counts`))];
    const weights = await fetched(`/${name}.weights`);
    const found = [];
    for (const seed of seeds) {
        const instance = new Instance(await WebAssembly.instantiate(module, {}));
        instance.open(program, weights, counts, 4);
        found.push(await digest(instance.draw(count, seed, 0, temperature)));
    }
    return found;
}
