// What was seen of destinations, for charts: kept here in the browser, three minutes of it, and of so many destinations.

const SAMPLES = 180, KEYS = 300;

export class History {
  #times = [];
  #lines = new Map();
  #count = 0;

  /** Adds a look at these destinations; of others it forgets what it knew when there are too many. */
  add(time, destinations) {
    this.#times.push(time);
    this.#count++;
    for (const { key, rate, failures, latency } of destinations.slice(0, KEYS)) {
      let line = this.#lines.get(key);
      if (!line) {
        this.#lines.set(key, line = { from: this.#count, rate: [], failures: [], latency: [], seen: 0 });
      }

      // A gap of looks in which it was not on show is a gap in its lines.
      const missing = Math.min(SAMPLES, this.#count - Math.max(line.seen, line.from - 1) - 1);
      for (const [name, value] of Object.entries({ rate, failures, latency })) {
        line[name].push(...Array(missing).fill(null), value);
        line[name].splice(0, line[name].length - SAMPLES);
      }

      line.seen = this.#count;
    }

    this.#times.splice(0, this.#times.length - SAMPLES);
    for (const [key, line] of this.#lines) {
      if (this.#lines.size > KEYS && line.seen < this.#count || line.seen < this.#count - SAMPLES) {
        this.#lines.delete(key);
      }
    }
  }

  /** Times and values of the same length, the newest last. */
  of(key) {
    const line = this.#lines.get(key);
    const length = line?.rate.length ?? 0;
    return { times: length === 0 ? [] : this.#times.slice(-length), rate: line?.rate ?? [], failures: line?.failures ?? [], latency: line?.latency ?? [] };
  }

  clear() {
    this.#times = [];
    this.#lines.clear();
  }
}
