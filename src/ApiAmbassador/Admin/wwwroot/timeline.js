// What happened, the newest first.

import { byId, h, keyed, text } from './dom.js';
import { clock } from './words.js';

const MOST = 200;
const TONES = { refused: 'bad', breaker: 'warn', health: 'warn', discovery: 'warn', operator: 'calm', drain: 'calm', destination: 'flow', reload: 'good', lifecycle: 'flow' };

export class Timeline {
  #events = [];

  /** Adds events, oldest first; anew, where they are of another process. */
  add(events, isAnew) {
    this.#events = [...events.toReversed(), ...(isAnew ? [] : this.#events)].slice(0, MOST);
    this.#draw();
  }

  /** Some came faster than they could be sent. */
  lost(count) {
    this.#events = [{ sequence: `lost ${Date.now()}`, time: Date.now(), kind: 'lost', text: `${count} events came too fast to be shown`, details: [] }, ...this.#events].slice(0, MOST);
  }

  #draw() {
    keyed(byId('timeline'), this.#events, event => event.sequence, line, () => {});
    text(byId('timeline-hint'), this.#events.length === 0 ? 'Nothing has happened yet.' : '');
  }
}

function line(event) {
  const { time, kind, subject, text: what, details } = event;
  const told = [subject ? h('b', {}, subject) : '', ` ${what}`, details.length === 1 ? h('span', { class: 'only' }, ` ${details[0]}`) : ''];
  return h('li', { class: toneOf(event) },
    h('time', { datetime: new Date(time).toISOString(), title: new Date(time).toLocaleString() }, clock(time)),
    h('span', { class: 'kind' }, kind),
    details.length <= 1 ? h('div', {}, told) : h('details', {}, h('summary', {}, told), h('ul', {}, details.map(detail => h('li', {}, detail)))));
}

/** The same kind tells of bad news and of its end. */
const toneOf = ({ kind, text: what }) => /\b(healthy again|closed|answers again)\b/.test(what) ? 'good' : TONES[kind] ?? 'off';
