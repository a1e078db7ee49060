// The page at a glance: what comes (live.js) → what it means (model.js) → where it is shown. Everything is drawn at most once a second.

import { Destinations } from './destinations.js';
import { Detail } from './detail.js';
import { byId, h, keyed, set, text } from './dom.js';
import { History } from './history.js';
import { Live } from './live.js';
import { digest, matcher, verdict } from './model.js';
import { Operate } from './operate.js';
import { Picture } from './picture.js';
import { Settings } from './settings.js';
import { Timeline } from './timeline.js';
import { clock, plural, rate, span } from './words.js';

const history = new History();
const operate = new Operate(notice);
const picture = new Picture(byId('picture'), select);
const destinations = new Destinations(one => operate.drainOrNot(one), select);
const detail = new Detail(operate, () => select(null));
const timeline = new Timeline();
const settings = new Settings();

let view = null, selected = null, states = new Map();

byId('filter').addEventListener('input', () => view && draw());
addEventListener('keydown', event => event.key === 'Escape' && !byId('dialog').open && selected && select(null));

new Live({
  onStatus(status) {
    const before = view?.status;
    if (before && status.uptimeSeconds < before.uptimeSeconds) {
      history.clear(); // Another process.
    }

    view = digest(status);
    const shown = draw();
    history.add(Date.parse(status.time) / 1000, [...view.destinations.filter(one => one.key === selected), ...shown.filter(one => one.key !== selected)]);
    settings.of(status.revision);
    announce();
  },
  onEvents: (events, isAnew) => timeline.add(events, isAnew),
  onLost: count => timeline.lost(count),
  onLive(state, age) {
    const words = { waiting: 'connecting', live: 'live', resting: 'resting', old: 'not live' };
    set(byId('live'), { 'data-live': state });
    text(byId('live'), words[state]);
    set(document.documentElement, { 'data-old': state === 'old' });
    byId('stale').hidden = state !== 'old';
    text(byId('stale'), state === 'old' ? `Not live: this is how it stood ${view ? `at ${clock(view.status.time)}` : ''}, ${span(age)} ago. Trying to connect again.` : '');
  },
}).start();

/** Draws everything anew from the last status; gives back the destinations in the table. */
function draw() {
  const { status } = view;
  const matches = matcher(byId('filter').value);
  text(byId('about'), [`${status.version}`, status.lifecycle, `revision ${status.revision}`, `up ${span(status.uptimeSeconds)}`].join(' · '));
  const [sentence, tone] = status.lifecycle === 'draining' ? ['Draining: it stops when what is in flight has finished.', 'warn'] : verdict(view);
  text(byId('now'), sentence);
  set(byId('now'), { 'data-tone': tone });
  totals();
  warnings(status);
  const drawn = picture.draw(view, matches, selected);
  text(byId('picture-hint'), [
    drawn.hiddenClusters > 0 ? `and ${plural(drawn.hiddenClusters, 'more cluster')}` : '', drawn.hiddenRoutes > 0 ? `${plural(drawn.hiddenRoutes, 'more route')}` : '',
  ].filter(Boolean).join(', ') || (view.routes.length > 0 && view.rate === 0 ? 'No requests in the last seconds. Lines grow with traffic.' : ''));
  const shown = destinations.draw(view, matches, history, selected);
  if (selected) {
    detail.draw(view.destinations.find(one => one.key === selected), history);
  }

  return shown;
}

function totals() {
  const sum = of => view.destinations.reduce((total, one) => total + of(one), 0);
  const usable = view.clusters.reduce((total, cluster) => total + cluster.it.usable, 0);
  const queued = view.clusters.reduce((total, cluster) => total + cluster.it.queued, 0);
  keyed(byId('totals'), [
    ['requests/s', rate(view.rate)], ['failures/s', rate(sum(one => one.failures))], ['in flight', String(sum(one => one.it.inFlight))],
    ['usable', `${usable} of ${view.destinations.length}`], ...(queued > 0 ? [['queued', String(queued)]] : []),
  ], ([name]) => name, ([name]) => h('div', {}, h('dt', {}, name), h('dd')), (element, [, value]) => text(element.lastElementChild, value));
}

/** What holds until somebody does something about it. */
function warnings(status) {
  const sentence = status.passthrough ? 'Passthrough is on: no retries, no circuit breakers, no limits.'
    : status.lastRefused ? `${clock(status.lastRefused.time)} ${status.lastRefused.text}. ${status.lastRefused.details[0] ?? ''}` : '';
  const banner = byId('notice');
  if (!banner.until || banner.until < performance.now()) {
    banner.hidden = sentence === '';
    set(banner, { class: 'banner warn' });
    text(banner, sentence);
  }
}

/** Says what came of something, for a while. */
function notice(sentence, isBad) {
  const banner = byId('notice');
  banner.until = performance.now() + 8000;
  banner.hidden = false;
  set(banner, { class: `banner ${isBad ? 'warn' : 'good'}` });
  text(banner, sentence);
  text(byId('announce'), sentence);
}

function select(key) {
  const before = selected;
  selected = key;
  const one = key === null ? null : view.destinations.find(it => it.key === key);
  if (one) {
    detail.open(one, history);
  } else {
    detail.close();
    document.querySelector(`.node.selected`)?.focus?.();
  }

  if (before !== key) {
    draw();
  }
}

/** For those who hear the page: what changed its state, and not that it works. */
function announce() {
  const now = new Map(view.destinations.map(one => [one.key, one]));
  const changed = [...now.values()].filter(one => states.has(one.key) && states.get(one.key) !== one.state && (one.trouble > 0 || states.get(one.key) !== 'idle') && one.state !== 'idle');
  states = new Map([...now].map(([key, one]) => [key, one.state]));
  if (changed.length > 0) {
    text(byId('announce'), changed.length > 3 ? `${changed.length} destinations changed` : changed.map(one => `${one.id}: ${one.state}`).join(', '));
  }
}
