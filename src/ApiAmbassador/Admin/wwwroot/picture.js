// The picture: api → routes → clusters → destinations, as wide as their traffic. From left to right where there is room, as a tree where there is not.

import { h, keyed, s, set, text } from './dom.js';
import { worthALook } from './model.js';
import { cut, milliseconds, plural, rate, withoutScheme } from './words.js';

/** Drops move so often, by so much of the way between two: enough to see where they go. An animation of the browser's paints sixty times a second. */
const STEP = 110, STEP_WIDTH = 2.2, STEPS = 10;
const LEAST_WIDTH = 240, NARROW = 680, FLOW = 30, FLOW_NARROW = 10, HAIR = 1.25;
const ROUTES = 7, CLUSTERS = 7, DESTINATIONS = 24, LEAST = 2;
const ROW = 46, GAP = 10, CLUSTER_GAP = 22, MARGIN = 24, SYMBOL = 18, NAME = '600 13.5px', MORE = '400 11.5px';

/** Measures letters. SVG cuts no text by itself. */
const pen = document.createElement('canvas').getContext('2d');

export class Picture {
  #place;
  #select;
  #svg = s('svg', { role: 'group', 'aria-label': 'Requests from api over routes and clusters to destinations' });
  #links = s('g', { class: 'links' });
  #nodes = s('g', { class: 'nodes' });
  #empty = h('div', { class: 'empty' }, h('p', {}, 'Nothing is configured to go anywhere yet.'),
    h('p', {}, 'Write a route file into the config directory, or start with ', h('code', {}, 'AMBASSADOR_DESTINATIONS=http://host:8080'), '.'));

  #last = null;
  #onShow = new Set();

  constructor(place, select) {
    [this.#place, this.#select] = [place, select];
    this.#svg.append(this.#links, this.#nodes);
    let width = 0;
    new ResizeObserver(([entry]) => {
      if (this.#last && Math.abs(entry.contentRect.width - width) > 1) {
        width = entry.contentRect.width;
        this.draw(...this.#last);
      }
    }).observe(place);
    const calm = matchMedia('(prefers-reduced-motion: reduce)');
    let step = 0;
    setInterval(() => {
      if (!calm.matches && !document.hidden) {
        this.#links.style.setProperty('--drop', STEP_WIDTH * (step = (step + 1) % STEPS));
      }
    }, STEP);
  }

  /** Draws a view, of destinations only those that match, and says how many have no room. */
  draw(view, matches, selected) {
    this.#last = [view, matches, selected];
    const shown = choose(view, matches, this.#onShow);
    this.#onShow = new Set([...shown.routes, ...shown.clusters.flatMap(({ cluster, destinations }) => [cluster, ...destinations])].map(one => one.key));
    const content = view.clusters.length + view.routes.length === 0 ? this.#empty : this.#svg;
    if (this.#place.firstElementChild !== content) {
      this.#place.replaceChildren(content);
    }

    const width = Math.max(LEAST_WIDTH, Math.floor(this.#place.clientWidth)); // It has none before it is laid out.
    const { nodes, links, height, isNarrow } = layOut(shown, view, width);
    set(this.#svg, { viewBox: `0 0 ${width} ${height}`, width, height, class: isNarrow ? 'narrow' : 'wide' });
    keyed(this.#links, links, link => link.key, () => s('g', {}, s('path', { class: 'pipe' }), s('path', { class: 'drops' }), s('text', { class: 'share' })), updateLink);
    keyed(this.#nodes, nodes, node => node.key, node => this.#node(node), (element, node) => updateNode(element, node, node.key === selected));
    return shown;
  }

  #node(node) {
    const element = s('g', {}, s('title'), s('rect', { class: 'body', rx: 7 }), s('rect', { class: 'edge', width: 4, rx: 2 }),
      s('text', { class: 'name' }, s('tspan', { class: 'symbol' }), s('tspan')), s('text', { class: 'more' }));
    if (node.one) {
      const choose = () => this.#select(node.one.key);
      set(element, {
        role: 'button', tabindex: 0, onclick: choose,
        onkeydown: event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(); } },
      });
    }

    return element;
  }
}

/** Of many, what is worth a look; the rest is one node with its sum. */
function choose(view, matches, onShow) {
  const matching = new Map(view.clusters.map(cluster => [cluster, cluster.destinations.filter(matches)]));
  const all = view.clusters.filter(cluster => matching.get(cluster).length > 0 || cluster.destinations.length === 0);
  const clusters = worthALook(all, CLUSTERS, onShow);
  const each = Math.max(LEAST, Math.floor(DESTINATIONS / Math.max(1, clusters.length)));
  const shown = clusters.map(cluster => {
    const destinations = worthALook(matching.get(cluster), each, onShow);
    return { cluster, destinations, rest: cluster.destinations.length - destinations.length, restRate: Math.max(0, cluster.rate - destinations.reduce((total, one) => total + one.rate, 0)) };
  });
  const routes = view.routes.filter(route => route.ways.some(way => clusters.includes(way.cluster)) || route.ways.length === 0);
  const routesShown = worthALook(routes, ROUTES, onShow);
  return { clusters: shown, routes: routesShown, hiddenClusters: view.clusters.length - clusters.length, hiddenRoutes: view.routes.length - routesShown.length };
}

function layOut(shown, view, width) {
  const isNarrow = width < NARROW;
  const place = isNarrow ? tree(width) : columns(width);
  const flow = isNarrow ? FLOW_NARROW : FLOW;
  const most = Math.max(view.rate, shown.clusters.reduce((total, { cluster }) => total + cluster.rate, 0), 0.001);
  const nodes = [], links = [];
  const link = (key, from, to, value, tone, share) =>
    links.push({ key, from, to, value, tone, share, thick: value > 0 ? Math.max(HAIR, flow * value / most) : HAIR, isNarrow });
  const add = node => { nodes.push(node); return node; };

  const api = add({ key: 'api', name: 'http://api/', more: `${rate(view.rate)}/s`, kind: 'api', ...place.api });
  const routes = new Map();
  for (const route of shown.routes) {
    const more = `${route.it.path ?? route.it.hosts[0] ?? 'every path'} · ${rate(route.rate)}/s`;
    routes.set(route, add({ key: route.key, name: route.id, more, title: `route ${route.id}`, kind: 'route', ...place.route() }));
  }

  const placed = [];
  for (const { cluster, destinations, rest, restRate } of shown.clusters) {
    const node = add({
      key: cluster.key, name: cluster.id, kind: 'cluster', title: `cluster ${cluster.id}, ${cluster.it.policy}`, ...place.cluster(),
      more: `${cluster.it.usable} of ${cluster.destinations.length} usable${cluster.it.panic ? ', PANIC' : ''}`,
      tone: cluster.destinations.length === 0 ? 'off' : cluster.it.usable === 0 ? 'bad' : 'good',
    });
    placed.push({ cluster, node });
    const first = nodes.length;
    for (const one of destinations) {
      const to = add({
        key: one.key, name: withoutScheme(one.id), symbol: `${one.symbol} `, kind: 'destination', tone: one.tone, one, title: `${one.id}\n${one.it.address}`, ...place.destination(),
        more: one.rate > 0 ? `${one.state} · ${rate(one.rate)}/s · ${milliseconds(one.latency)}` : one.state,
      });
      link(`d\n${one.key}`, node, to, one.rate, one.tone);
    }

    if (rest > 0) {
      const to = add({ key: `more\n${cluster.id}`, name: `+ ${plural(rest, 'more')}`.replace('mores', 'more'), more: `${rate(restRate)}/s`, kind: 'rest', tone: 'off', ...place.destination() });
      link(`dmore\n${cluster.id}`, node, to, restRate, 'off');
    }

    place.close(node, nodes.slice(first));
  }

  place.settle([...routes].map(([route, node]) => ({
    node, targets: placed.filter(({ cluster }) => route.ways.some(way => way.cluster === cluster)).map(target => target.node),
  })), api);
  for (const [route, node] of routes) {
    link(route.key, api, node, route.rate, 'flow');
    for (const way of route.ways) {
      const target = placed.find(({ cluster }) => cluster === way.cluster);
      if (target) {
        link(`w\n${route.id}\n${way.cluster.id}`, node, target.node, way.rate, 'flow', way.share === null ? '' : `${Math.round(way.share * 1000) / 10} %`);
      }
    }
  }

  ports(links, isNarrow);
  return { nodes, links, height: place.height(), isNarrow };
}

/** Four columns. Clusters stand in the middle of their destinations, routes in the middle of their clusters. */
function columns(width) {
  const w = { api: 104, route: Math.min(190, width * 0.16), cluster: Math.min(190, width * 0.17), destination: Math.min(300, width * 0.3) };
  const gap = (width - w.api - w.route - w.cluster - w.destination - 2) / 3;
  const x = { api: 1, route: 1 + w.api + gap, cluster: 1 + w.api + w.route + 2 * gap, destination: width - 1 - w.destination };
  const box = (kind, y) => ({ x: x[kind], y, width: w[kind], height: ROW });
  let bottom = 1, routeBottom = 1;
  return {
    api: box('api', 1),
    route: () => box('route', 1),
    cluster: () => box('cluster', bottom),
    destination: () => { const made = box('destination', bottom); bottom += ROW + GAP; return made; },
    close: (cluster, destinations) => {
      if (destinations.length > 0) {
        cluster.y = (destinations[0].y + destinations.at(-1).y) / 2;
      }

      bottom = Math.max(bottom, cluster.y + ROW + GAP) + CLUSTER_GAP - GAP;
    },
    settle: (routes, api) => {
      for (const { node, targets } of routes) {
        node.y = Math.max(routeBottom, targets.length > 0 ? targets.reduce((total, target) => total + target.y, 0) / targets.length : routeBottom);
        routeBottom = node.y + ROW + GAP;
      }

      api.y = routes.length > 0 ? (routes[0].node.y + routes.at(-1).node.y) / 2 : 1;
    },
    height: () => Math.ceil(Math.max(bottom - CLUSTER_GAP, routeBottom - GAP, ROW) + 2),
  };
}

/** One below the other, each level further in. */
function tree(width) {
  let bottom = 1;
  const box = level => {
    const x = 1 + level * 18;
    const made = { x, y: bottom, width: width - x - 1, height: ROW - 2 };
    bottom += ROW + 6;
    return made;
  };
  return { api: box(0), route: () => box(1), cluster: () => box(2), destination: () => box(3), close: () => {}, settle: () => {}, height: () => bottom };
}

/** Lines leave and arrive side by side, in the order of their other ends, so that widths add up and none covers another. */
function ports(links, isNarrow) {
  if (isNarrow) {
    return;
  }

  for (const [end, other] of [['from', 'to'], ['to', 'from']]) {
    for (const [node, ends] of Map.groupBy(links, link => link[end])) {
      let y = node.y + node.height / 2 - ends.reduce((total, link) => total + link.thick, 0) / 2;
      for (const link of ends.sort((a, b) => a[other].y - b[other].y)) {
        link[`${end}Y`] = y + link.thick / 2;
        y += link.thick;
      }
    }
  }
}

function curve({ from, to, fromY, toY, isNarrow }) {
  if (isNarrow) {
    const [x, y, end] = [from.x + 9, from.y + from.height, to.y + to.height / 2];
    return `M${x} ${y}V${end - 9}Q${x} ${end} ${to.x} ${end}`;
  }

  const [x, end] = [from.x + from.width, to.x];
  const bend = (end - x) / 2;
  return `M${x} ${fromY.toFixed(1)}C${x + bend} ${fromY.toFixed(1)} ${end - bend} ${toY.toFixed(1)} ${end} ${toY.toFixed(1)}`;
}

function updateLink(element, link) {
  const [pipe, drops, share] = element.children;
  const path = curve(link);
  set(element, { class: `link ${link.tone} ${link.value > 0 ? 'busy' : 'still'}` });
  set(pipe, { d: path, 'stroke-width': link.thick.toFixed(2) });
  set(drops, { d: path, class: `drops ${link.value > 50 ? 'fast' : link.value > 5 ? 'brisk' : 'gentle'}`, 'stroke-width': Math.min(3, Math.max(HAIR, link.thick / 3)).toFixed(2) });
  const isSaid = link.share && !link.isNarrow;
  text(share, isSaid ? link.share : '');
  if (isSaid) {
    const isFromAbove = link.fromY < link.toY; // The line is above it, then, and the words are below.
    set(share, { x: link.to.x - 8, y: link.toY + (isFromAbove ? link.thick / 2 + 14 : -link.thick / 2 - 5), 'text-anchor': 'end' });
  }
}

function updateNode(element, node, isSelected) {
  const [title, body, edge, name, more] = element.children;
  set(element, {
    class: `node ${node.kind} ${node.tone ?? 'flow'}${isSelected ? ' selected' : ''}`, transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`,
    'aria-label': node.one ? `${node.one.id}: ${node.more}` : null,
  });
  text(title, node.title ?? node.name);
  set(body, { width: node.width, height: node.height });
  set(edge, { height: node.height });
  text(name.firstElementChild, node.symbol ?? '');
  text(name.lastElementChild, fitting(node.name, node.width - MARGIN - (node.symbol ? SYMBOL : 0), NAME));
  text(more, fitting(node.more, node.width - MARGIN, MORE));
  set(name, { x: 14, y: 19 });
  set(more, { x: 14, y: 36 });
}

/** As much of a text as fits. */
function fitting(value, width, font) {
  pen.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  let letters = value.length;
  for (let size = pen.measureText(value).width; size > width && letters > 1; size = pen.measureText(cut(value, letters)).width) {
    letters = Math.max(1, Math.min(letters - 1, Math.floor(letters * width / size)));
  }

  return cut(value, letters);
}
