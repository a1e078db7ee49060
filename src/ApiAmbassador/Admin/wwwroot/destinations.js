// The destinations as tables, one a cluster: what the picture shows, in numbers, and what an operator can do.

import { byId, h, keyed, s, set, text } from './dom.js';
import { worthALook } from './model.js';
import { milliseconds, plural, rate, span } from './words.js';

const STEP = 60, LINE = 60;
const COLUMNS = ['Destination', 'State', 'Requests/s', 'Latency', 'In flight', 'Health', 'Breaker', 'Weight', 'Known for', ''];

export class Destinations {
  #limit = STEP;
  #onShow = new Set();
  #act;
  #select;
  #again = () => {};

  constructor(act, select) {
    [this.#act, this.#select] = [act, select];
    byId('more').addEventListener('click', () => { this.#limit += STEP; this.#again(); });
  }

  /** Shows them; gives back those on show. */
  draw(view, matches, history, selected) {
    this.#again = () => this.draw(view, matches, history, selected);
    const matching = view.destinations.filter(matches);
    const shown = worthALook(matching, this.#limit, this.#onShow);
    this.#onShow = new Set(shown.map(one => one.key));
    const groups = [...Map.groupBy(shown, one => one.cluster.id)].map(([id, list]) => ({ id, list, it: list[0].cluster }));
    keyed(byId('clusters'), groups, group => group.id, () => this.#cluster(), (element, group) => this.#update(element, group, history, selected));
    byId('more').hidden = matching.length <= shown.length;
    text(byId('table-hint'), view.destinations.length === 0 ? 'None is configured, and no source has named one.'
      : matching.length === 0 ? 'None matches the filter.'
      : shown.length < matching.length ? `${shown.length} of ${matching.length}: those in trouble first, then the busiest. Filter to see others.` : '');
    return shown;
  }

  #cluster() {
    return h('div', { class: 'cluster' },
      h('h3', {}), h('p', { class: 'facts' }), h('ul', { class: 'sources' }),
      h('table', { role: 'table' }, h('caption', { class: 'unseen' }),
        h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, COLUMNS.map(name => h('th', { scope: 'col', role: 'columnheader' }, name || h('span', { class: 'unseen' }, 'Actions'))))),
        h('tbody', { role: 'rowgroup' })));
  }

  #update(element, { id, list, it: { it: cluster, rate: all } }, history, selected) {
    const [title, facts, sources, table] = element.children;
    text(title, id);
    text(table.caption, `Destinations of cluster ${id}`);
    text(facts, [
      `${cluster.usable} of ${cluster.destinations.length} usable`, `${rate(all)}/s`, cluster.policy, cluster.queued > 0 ? `${cluster.queued} queued` : '',
      `${plural(cluster.retriesLeft, 'retry').replace('retrys', 'retries')} left`, cluster.panic ? 'panic: unhealthy ones are asked, too' : '',
    ].filter(Boolean).join(' · '));
    keyed(sources, cluster.sources.filter(source => source.kind !== 'name' || source.problem), source => `${source.kind} ${source.name}`,
      () => h('li'), (line, source) => {
        set(line, { class: source.problem ? 'warn' : null });
        text(line, `${source.kind} ${source.name}: ${plural(source.instances, 'instance')}`
          + (source.held > 0 ? `, ${source.held} of them held` : '') + (source.isKept ? ', known from before the start' : source.ageSeconds === null ? '' : `, asked ${span(source.ageSeconds)} ago`)
          + (source.problem ? `; ${source.problem}` : ''));
      });
    keyed(table.tBodies[0], list, one => one.key, one => this.#row(one), (row, one) => this.#fill(row, one, history.of(one.key), one.key === selected));
  }

  #row({ key }) {
    const cell = (label, ...content) => h('td', { role: 'cell', 'data-label': label }, ...content);
    const row = h('tr', { role: 'row' },
      h('th', { scope: 'row', role: 'rowheader' }, h('button', { type: 'button', class: 'link', onclick: () => this.#select(key) }), h('span', { class: 'address' })),
      cell('State', h('span', { class: 'state' })),
      cell('Requests/s', h('span', {}), h('span', { class: 'failures' })),
      cell('Latency', h('span', { class: 'number' }), sparkline()),
      ...COLUMNS.slice(4, 9).map(name => cell(name)),
      cell('', h('button', { type: 'button', class: 'quiet', onclick: () => this.#act(row.one) })));
    return row;
  }

  #fill(row, one, seen, isSelected) {
    const { it } = one;
    row.one = one;
    const [name, state, requests, latency, inFlight, health, breaker, weight, age, action] = row.children;
    set(row, { class: `${one.tone}${isSelected ? ' selected' : ''}` });
    text(name.firstElementChild, one.id);
    text(name.lastElementChild, it.address === one.id || `${one.id}/` === it.address ? it.zone ?? '' : [it.address, it.zone].filter(Boolean).join(' · '));
    text(state.firstElementChild, `${one.symbol} ${one.state}`);
    text(requests.firstElementChild, rate(one.rate));
    text(requests.lastElementChild, one.failures > 0 ? ` ${rate(one.failures)} failed` : '');
    text(latency.firstElementChild, milliseconds(one.latency));
    draw(latency.lastElementChild, seen.latency);
    text(inFlight, String(it.inFlight));
    text(health, healthOf(it));
    text(breaker, it.outlier?.isEjected ? `ejected${left(it.outlier.until)}` : it.breaker.state === 'closed' ? 'closed' : `${it.breaker.state === 'open' ? 'open' : 'on trial'}${left(it.breaker.until)}`);
    text(weight, it.weight === it.configuredWeight ? String(it.weight) : `${it.weight} (of ${it.configuredWeight})`);
    text(age, span(it.ageSeconds));
    text(action.firstElementChild, it.operator?.isDrained ? 'Undrain' : 'Drain');
    set(action.firstElementChild, { 'aria-label': `${it.operator?.isDrained ? 'Undrain' : 'Drain'} ${one.cluster.id}/${one.id}` });
  }
}

export const healthOf = ({ health }) =>
  health.active !== 'unknown' ? (health.passive === 'unhealthy' ? `${health.active}, passive: unhealthy` : health.active)
    : health.passive !== 'unknown' ? `${health.passive} (passive)` : 'not probed';

/** How long until a time, where it is still to come. */
export function left(until) {
  const seconds = until ? (new Date(until) - Date.now()) / 1000 : 0;
  return seconds >= 1 ? `, ${span(seconds)} left` : '';
}

const sparkline = () => s('svg', { class: 'spark', viewBox: `0 0 ${LINE} 18`, width: LINE, height: 18, 'aria-hidden': true }, s('path'));

/** The last minute. It begins at zero, so that a steady line is one. */
function draw(element, values) {
  const shown = values.slice(-LINE);
  const top = Math.max(1, ...shown.filter(value => value !== null)) * 1.15;
  let path = '', pen = 'M';
  shown.forEach((value, place) => {
    path += value === null ? '' : `${pen}${LINE - shown.length + place} ${(17 - 16 * value / top).toFixed(1)}`;
    pen = value === null ? 'M' : 'L';
  });
  set(element.firstElementChild, { d: path || null });
}
