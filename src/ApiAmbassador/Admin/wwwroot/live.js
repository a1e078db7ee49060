// The status and the events as they come. One stream brings both, at most one status a second; it rests while nobody looks at the page, because a
// browser has few connections for all its tabs.

const AGAIN = 5000, OLD = 5000, OLD_TIMES = 3, EVENTS = 100;

export class Live {
  #listener;
  #source = null;
  #last = 0;
  #heard = null;
  #pace = 0;
  #hasKnown = false;

  /** The listener has onStatus(status), onEvents(list, isAnew), onLost(count) and onLive(state, seconds since the last status). */
  constructor(listener) {
    this.#listener = listener;
  }

  start() {
    document.addEventListener('visibilitychange', () => document.hidden ? this.#close() : this.#open());
    setInterval(() => this.#tell(), 1000);
    this.#open();
  }

  async #open() {
    this.#close();
    const source = this.#source = {}; // Until the stream is there it says whose turn it is.
    try {
      await this.#known();
    } catch {
      // It is not there; the stream will find out, too, and go on trying.
    }

    if (this.#source === source) {
      this.#follow(this.#source = new EventSource(`api/stream?after=${this.#last}`));
    }
  }

  /** Of what happened before, only the newest; the stream would begin with all. */
  async #known() {
    if (!this.#hasKnown) {
      const response = await fetch(`api/events?limit=${EVENTS}`, { signal: AbortSignal.timeout(AGAIN) });
      const events = await response.json();
      this.#hasKnown = true;
      this.#last = events.at(-1)?.sequence ?? 0;
      this.#listener.onEvents(events, true);
    }
  }

  #follow(source) {
    source.addEventListener('status', message => {
      const now = performance.now();
      this.#pace = this.#heard === null ? 0 : Math.min(now - this.#heard, 2 * OLD); // Large ones come more seldom.
      this.#heard = now;
      this.#listener.onStatus(JSON.parse(message.data));
      this.#tell();
    });
    source.addEventListener('event', message => {
      const event = JSON.parse(message.data);
      const isAnew = event.sequence <= this.#last; // Another process, which counts from 1.
      this.#last = event.sequence;
      this.#listener.onEvents([event], isAnew);
    });
    source.addEventListener('lost', message => this.#listener.onLost(Number(message.data)));
    source.addEventListener('error', () => {
      // The browser tries again by itself, but not after an answer that is no stream, as of an ambassador that has too many already.
      if (source.readyState === EventSource.CLOSED && this.#source === source) {
        setTimeout(() => this.#source === source && this.#open(), AGAIN);
      }

      this.#tell();
    });
  }

  #close() {
    this.#source?.close?.();
    this.#source = null;
  }

  #tell() {
    const age = this.#heard === null ? null : performance.now() - this.#heard;
    this.#listener.onLive(age === null ? 'waiting' : document.hidden ? 'resting' : age > Math.max(OLD, OLD_TIMES * this.#pace) ? 'old' : 'live', age === null ? null : age / 1000);
  }
}
