// The kernel in a browser: makes the same calls to the same module as
// engine/kernel/kernel.py, and so draws the same bits.

const SENTENCES = {
  "-1": "This page is older or newer than the model: load it again.",
  "-2": "The model's sizes do not fit each other: load the page again.",
  "-3": "The model needs more memory than there is here: choose a smaller one.",
  "-4": "The model has weights that are not numbers: choose another.",
  "-5": "The kernel was called out of turn: load the page again.",
  "-6": "The network has left the numbers that it can hold: press New piece, or choose another temperature.",
};

// One model with what it has read and drawn so far.
export class Instance {
  // program: numbers; tensors: { bytes, values } in the program's order;
  // values are a Uint16Array if a number has 2 bytes, else 4-byte floats.
  constructor(module, { program, tensors }) {
    this.calls = new WebAssembly.Instance(module, {}).exports;
    const at = this.call("program", program.length);
    this.numbers(Float64Array, at, program.length).set(program);
    this.call("open", at, program.length);
    for (const { bytes, values } of tensors) {
      const place = this.call("stage");
      this.numbers(bytes === 2 ? Uint16Array : Float32Array, place, values.length).set(values);
      this.call("take", bytes);
    }
    this.frameSize = program[1];
    this.capacity = this.call("capacity");
    this.at = this.call("frames_at");
  }

  call(name, ...numbers) {
    const result = this.calls[name](...numbers);
    if (result < 0) throw new Error(SENTENCES[result] ?? `The kernel has stopped (${name}: ${result}).`);
    return result;
  }

  numbers(Kind, at, count) {
    return new Kind(this.calls.memory.buffer, at, count); // never kept, since memory that grows moves
  }

  // Reads frames that are given, not drawn: float32, one after the other.
  read(frames) {
    const most = this.capacity * this.frameSize;
    for (let first = 0; first < frames.length; first += most) {
      const part = frames.subarray(first, first + most);
      this.numbers(Float32Array, this.at, part.length).set(part);
      this.call("read", part.length / this.frameSize);
    }
  }

  // Draws the next frames; the first is frame `position` of the piece.
  draw(count, seed, position, temperature) {
    this.call("draw", count, seed, position, temperature);
    return this.numbers(Float32Array, this.at, count * this.frameSize).slice();
  }

  // Draws the last frame again, with other random numbers.
  redraw(seed, position, temperature) {
    this.call("redraw", seed, position, temperature);
    return this.numbers(Float32Array, this.at, this.frameSize).slice();
  }

  // Replaces the frame that was drawn last by this one.
  replace(frame) {
    this.numbers(Float32Array, this.at, frame.length).set(frame);
    this.call("replace");
  }

  // How far the gates of a cell were open as the last frame was drawn, from 0 to 1, gate after gate.
  gates(cell) {
    const count = this.call("gates", cell);
    return this.numbers(Float32Array, this.at, count).slice();
  }

  // A copy of the whole state; `return` goes back to it.
  remember() {
    return new Uint8Array(this.calls.memory.buffer).slice();
  }

  return(memory) {
    const now = new Uint8Array(this.calls.memory.buffer);
    now.set(memory);
    now.fill(0, memory.length);
  }
}
