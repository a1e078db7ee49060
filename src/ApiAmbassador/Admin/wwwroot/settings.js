// The settings in force, and where each came from. Asked for when somebody looks, and again when a configuration came.

import { byId, h, text } from './dom.js';

const MOST = 200;

export class Settings {
  #settings = null;
  #revision = null;
  #asked = null;

  constructor() {
    byId('settings').addEventListener('toggle', () => this.#look());
    byId('settings-filter').addEventListener('input', () => this.#draw());
    byId('settings-all').addEventListener('change', () => this.#draw());
  }

  /** Says which configuration is in force. */
  of(revision) {
    this.#revision = revision;
    this.#look();
  }

  async #look() {
    if (!byId('settings').open || this.#asked === this.#revision) {
      return;
    }

    this.#asked = this.#revision;
    try {
      const response = await fetch('api/config');
      this.#settings = response.ok ? await response.json() : null;
      this.#draw(response.ok ? null : (await response.json()).detail);
    } catch {
      this.#asked = null; // The next status asks again.
      text(byId('settings-hint'), 'The ambassador does not answer.');
    }
  }

  #draw(problem) {
    const words = byId('settings-filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = (this.#settings ?? []).filter(setting => byId('settings-all').checked || !setting.isDefault);
    const matching = all.filter(setting => words.every(word => `${setting.path} ${setting.value} ${setting.source}`.toLowerCase().includes(word)));
    const row = ({ path, value, source, isDefault }) => h('tr', { role: 'row', class: isDefault ? 'off' : null },
      h('th', { scope: 'row', role: 'rowheader' }, path),
      h('td', { role: 'cell', 'data-label': 'Value' }, value === null ? 'not set' : Array.isArray(value) ? value.join(', ') || '(empty list)' : value || '""'),
      h('td', { role: 'cell', 'data-label': 'From' }, source));
    byId('settings-table').replaceChildren(...(matching.length === 0 ? [] : [h('table', { role: 'table', class: 'settings' },
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ['Setting', 'Value', 'From'].map(name => h('th', { scope: 'col', role: 'columnheader' }, name)))),
      h('tbody', { role: 'rowgroup' }, matching.slice(0, MOST).map(row)))]));
    text(byId('settings-hint'), typeof problem === 'string' ? problem : this.#settings === null ? 'Asking…'
      : matching.length === 0 ? (all.length === 0 ? 'Nobody has set anything; tick the box to see the defaults.' : 'None matches the filter.')
      : matching.length > MOST ? `The first ${MOST} of ${matching.length}; filter to see others.` : '');
  }
}
