// The catalogue: models and instruments, as models.json lists them, and which models are there or broken.

export class Catalogue {
  constructor({ models, instruments }) {
    Object.assign(this, { models, instruments, there: new Set(), broken: new Set() });
  }

  card(name) {
    return this.models.find((model) => model.name === name);
  }

  ofMusic(corpus) {
    return this.models.filter((model) => model.corpus === corpus);
  }

  colourOf({ name, corpus }) {
    return `lane-${1 + (this.ofMusic(corpus).findIndex((model) => model.name === name) % 4)}`;
  }

  // The smallest model (it arrives first) of those whose files are not broken.
  smallest(corpus) {
    return this.whole(corpus).reduce((small, model) => (model.bytes < small.bytes ? model : small));
  }

  whole(corpus) {
    const all = this.ofMusic(corpus);
    const whole = all.filter(({ name }) => !this.broken.has(name));
    return whole.length ? whole : all; // all broken: try them again
  }

  // A model that is there and can play at once, or else the smallest.
  ready(corpus) {
    return this.ofMusic(corpus).find(({ name }) => this.there.has(name)) ?? this.smallest(corpus);
  }

  // Name and title of every corpus, in order.
  get music() {
    return [...new Map(this.models.map(({ corpus, music }) => [corpus, music]))];
  }
}
