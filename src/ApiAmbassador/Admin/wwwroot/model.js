// What the page makes of a status: how each destination does, in one word, what goes where, and what of many is worth a look.

/** How a destination can be. Higher trouble is shown first; the symbol says it without colour. */
const STATES = {
  serving: { symbol: '●', tone: 'good', trouble: 0 },
  idle: { symbol: '○', tone: 'off', trouble: 0 },
  standby: { symbol: '◌', tone: 'off', trouble: 0 },
  drained: { symbol: '◇', tone: 'calm', trouble: 1 },
  'weight 0': { symbol: '◇', tone: 'calm', trouble: 1 },
  slow: { symbol: '◐', tone: 'warn', trouble: 2 },
  'on trial': { symbol: '◧', tone: 'warn', trouble: 3 },
  failing: { symbol: '▲', tone: 'warn', trouble: 4 },
  ejected: { symbol: '◆', tone: 'bad', trouble: 5 },
  'breaker open': { symbol: '■', tone: 'bad', trouble: 5 },
  unhealthy: { symbol: '✕', tone: 'bad', trouble: 5 },
  out: { symbol: '✕', tone: 'bad', trouble: 5 },
};

const SLOW_TIMES = 3, SLOW_MILLISECONDS = 10, SLOW_PER_SECOND = 1, KEPT = 2;
const FAILING_RATIO = 0.1, FAILING_PER_SECOND = 0.2;

/** Everything in lists, with sums. */
export function digest(status) {
  const clusters = status.clusters.map(it => {
    const cluster = { key: `c\n${it.id}`, id: it.id, it };
    const median = medianLatency(it.destinations);
    cluster.destinations = it.destinations.map(one => destination(one, cluster, median));
    cluster.rate = sum(cluster.destinations, one => one.rate);
    cluster.trouble = cluster.destinations.reduce((most, one) => Math.max(most, one.trouble), it.usable === 0 ? 6 : 0);
    return cluster;
  });
  const known = new Map(clusters.map(cluster => [cluster.id.toLowerCase(), cluster]));
  const routes = status.routes.map(it => {
    const total = it.split ? Object.values(it.split).reduce((a, b) => a + b, 0) : 0;
    const ways = Object.entries(it.perSecond)
      .map(([id, rate]) => ({ cluster: known.get(id.toLowerCase()), rate, share: it.split && total > 0 ? it.split[id] / total : null }))
      .filter(way => way.cluster);
    return { key: `r\n${it.id}`, id: it.id, it, ways, trouble: 0, rate: sum(ways, way => way.rate) };
  });
  return { status, clusters, routes, destinations: clusters.flatMap(cluster => cluster.destinations), rate: sum(routes, route => route.rate) };
}

/** Whether a destination or its cluster is what somebody looks for. */
export function matcher(filter) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return one => words.every(word => one.text.includes(word));
}

/**
 * The first so many: trouble first, then traffic; in their old order, so that rows do not jump about. Who is on show already stays there until another
 * has twice the traffic.
 */
export function worthALook(list, limit, onShow) {
  if (list.length > limit) {
    const weight = one => one.rate * (onShow.has(one.key) ? KEPT : 1);
    const best = new Set(list.toSorted((a, b) => b.trouble - a.trouble || weight(b) - weight(a)).slice(0, limit));
    list = list.filter(one => best.has(one));
  }

  return list;
}

/** One sentence on how it stands, and how bad that is. */
export function verdict(view) {
  if (view.destinations.length === 0) {
    return ['There is no destination yet.', 'calm'];
  }

  const dead = view.clusters.filter(cluster => cluster.it.usable === 0 && cluster.destinations.length > 0);
  const troubled = view.destinations.filter(one => one.trouble >= 2);
  if (dead.length > 0) {
    return [`${names(dead.map(cluster => cluster.id))} ${dead.length === 1 ? 'has' : 'have'} no usable destination.`, 'bad'];
  }

  if (troubled.length > 0) {
    const name = one => view.clusters.length > 1 ? `${one.cluster.id}/${one.id}` : one.id;
    return [`${names(troubled.map(one => `${name(one)} (${one.state})`))}; the others serve.`, 'warn'];
  }

  const drained = view.destinations.filter(one => one.trouble === 1).length;
  return [drained > 0 ? `All is well; ${drained} taken out by an operator or by weight.` : 'All is well.', 'good'];
}

export const keyOf = (cluster, destination) => `${cluster}\n${destination}`;

const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

const names = list => list.length <= 3 ? list.join(', ') : `${list.slice(0, 2).join(', ')} and ${list.length - 2} more`;

function destination(it, cluster, median) {
  const state = stateOf(it, median);
  return {
    key: keyOf(cluster.id, it.id), id: it.id, it, cluster, state, ...STATES[state], rate: it.traffic.perSecond, failures: it.traffic.failuresPerSecond,
    latency: it.traffic.latencyMilliseconds, text: `${cluster.id}/${it.id} ${it.address} ${it.zone ?? ''} ${state}`.toLowerCase(),
  };
}

function stateOf(it, median) {
  const { traffic } = it;
  return it.operator?.isDrained ? 'drained'
    : it.weight === 0 ? 'weight 0'
    : it.health.active === 'unhealthy' || it.health.passive === 'unhealthy' ? 'unhealthy'
    : it.outlier?.isEjected ? 'ejected'
    : it.breaker.state === 'open' ? 'breaker open'
    : it.breaker.state === 'halfOpen' ? 'on trial'
    : !it.isUsable ? 'out'
    : traffic.failuresPerSecond >= FAILING_PER_SECOND && traffic.failuresPerSecond >= FAILING_RATIO * traffic.perSecond ? 'failing'
    : traffic.perSecond === 0 ? (it.priority > 0 ? 'standby' : 'idle')
    : traffic.perSecond >= SLOW_PER_SECOND && traffic.latencyMilliseconds > SLOW_TIMES * median && traffic.latencyMilliseconds > median + SLOW_MILLISECONDS ? 'slow'
    : 'serving';
}

/** The lower one of two, or the slower of two could never be slow. */
function medianLatency(destinations) {
  const known = destinations.map(it => it.traffic.latencyMilliseconds).filter(value => value !== null).sort((a, b) => a - b);
  return known.length === 0 ? Infinity : known[Math.floor((known.length - 1) / 2)];
}
