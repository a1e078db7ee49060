// One destination from near: its last minutes as charts, and all that can be said and done.

import { byId, h, set, text } from './dom.js';
import { healthOf, left } from './destinations.js';
import { clock, milliseconds, rate, span } from './words.js';

const HEIGHT = 120;

export class Detail {
  #panel = byId('detail');
  #charts = [];
  #facts = h('dl', { class: 'facts-list' });
  #title = h('h2', { id: 'detail-title' });
  #drain = h('button', { type: 'button' });
  #weight = h('input', { type: 'number', min: 0, max: 65_535, step: 1, inputmode: 'numeric', required: true });
  #gone = h('p', { class: 'hint' });
  #places = [h('div', { class: 'chart' }), h('div', { class: 'chart' })];
  #one = null;

  constructor(operate, close) {
    set(this.#drain, { onclick: () => operate.drainOrNot(this.#one) });
    this.#panel.append(
      h('div', { class: 'bar' }, this.#title, h('button', { type: 'button', class: 'quiet', onclick: close }, 'Close')),
      h('div', { class: 'detail-body' },
        h('div', { class: 'charts' }, h('h3', {}, 'Requests and failures a second'), this.#places[0], h('h3', {}, 'Latency, ms'), this.#places[1]),
        h('div', {}, this.#facts, this.#gone, h('div', { class: 'actions' }, this.#drain,
          h('form', { class: 'weight', onsubmit: event => { event.preventDefault(); operate.weight(this.#one, Number(this.#weight.value)); } },
            h('label', {}, 'Weight ', this.#weight), h('button', { type: 'submit' }, 'Set'),
            h('button', { type: 'button', class: 'quiet', onclick: () => operate.weight(this.#one, null) }, 'As configured'))))));
    addEventListener('themechange', () => this.#forget());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#forget());
    new ResizeObserver(() => this.#resize()).observe(this.#places[0]);
  }

  /** Shows it and takes the reader there. */
  open(one, history) {
    this.#one = null;
    this.#panel.hidden = false;
    this.draw(one, history);
    this.#panel.scrollIntoView({ block: 'nearest' });
    this.#panel.focus({ preventScroll: true });
  }

  close() {
    this.#panel.hidden = true;
    this.#one = null;
  }

  draw(one, history) {
    if (!one) {
      text(this.#gone, 'It is gone: no configuration and no source names it any more.');
      return;
    }

    const { it } = one;
    if (this.#one?.key !== one.key) {
      this.#weight.value = it.weight;
      text(this.#gone, '');
    }

    this.#one = one;
    text(this.#title, `${one.cluster.id} / ${one.id}`);
    text(this.#drain, it.operator?.isDrained ? 'Undrain: give it requests again' : 'Drain: no new requests');
    this.#say({
      State: `${one.symbol} ${one.state}`, Address: it.address, 'Requests/s': `${rate(one.rate)}, of them ${rate(one.failures)} failed`, Latency: milliseconds(one.latency),
      'In flight': String(it.inFlight), Health: healthOf(it),
      Breaker: it.breaker.state === 'closed' ? `closed${it.breaker.consecutiveFailures > 0 ? `, ${it.breaker.consecutiveFailures} failures in a row` : ''}`
        : `${it.breaker.state === 'open' ? 'open' : 'on trial'} after ${it.breaker.consecutiveFailures} failures in a row${left(it.breaker.until)}`,
      ...(it.outlier ? { Ejection: it.outlier.isEjected ? `ejected${it.outlier.cause ? `: ${it.outlier.cause}` : ''}${left(it.outlier.until)}` : `none${it.outlier.times > 0 ? `; ${it.outlier.times} so far` : ''}` } : {}),
      Weight: it.weight === it.configuredWeight ? String(it.weight) : `${it.weight}, configured ${it.configuredWeight}`,
      Priority: it.priority === 0 ? '0, asked first' : String(it.priority), Zone: it.zone ?? 'none',
      'An operator said': [it.operator?.isDrained ? 'drained' : '', it.operator?.weight != null ? `weight ${it.operator.weight}` : ''].filter(Boolean).join(', ') || 'nothing',
      'Known for': span(it.ageSeconds),
    });
    this.#chart(history.of(one.key));
  }

  #say(facts) {
    const names = Object.keys(facts).join();
    if (this.#facts.names !== names) {
      this.#facts.names = names;
      this.#facts.replaceChildren(...Object.keys(facts).flatMap(name => [h('dt', {}, name), h('dd')]));
    }

    Object.values(facts).forEach((value, place) => text(this.#facts.children[2 * place + 1], value));
  }

  #chart({ times, rate: all, failures, latency }) {
    if (times.length < 2) {
      return; // One point is no line, and no scale.
    }

    if (this.#charts.length === 0) {
      const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      const line = (label, name, isFilled) => ({ label, stroke: colour(name), width: 1.75, fill: isFilled ? `${colour(name)}22` : undefined, points: { show: false } });
      const axis = { stroke: colour('--muted'), grid: { stroke: colour('--rule'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
      const make = (place, ...series) => new uPlot({
        width: Math.max(200, this.#places[0].clientWidth), height: HEIGHT, legend: { show: false }, cursor: { show: false },
        scales: { x: { range: (_, from, to) => [Math.min(from, to - 60), to] }, y: { range: (_, __, high) => [0, Math.max(1, high * 1.1)] } },
        axes: [{ ...axis, values: (_, marks) => marks.map(mark => clock(mark * 1000)), space: 80 }, { ...axis, size: 44 }], series: [{}, ...series],
      }, null, place);
      this.#charts = [make(this.#places[0], line('requests', '--good', true), line('failures', '--bad')), make(this.#places[1], line('latency', '--flow', true))];
    }

    this.#charts[0].setData([times, all, failures]);
    this.#charts[1].setData([times, latency]);
  }

  #resize() {
    const width = this.#places[0].clientWidth;
    if (width > 0) {
      this.#charts.forEach(chart => chart.setSize({ width, height: HEIGHT }));
    }
  }

  /** Charts are painted once and know no stylesheet: in other colours they are made anew. */
  #forget() {
    this.#charts.forEach(chart => chart.destroy());
    this.#charts = [];
  }
}
