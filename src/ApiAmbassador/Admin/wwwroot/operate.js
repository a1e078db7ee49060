// What an operator may do by button. The ambassador decides who may; here is only asked, and its answer shown.

import { byId, h } from './dom.js';

const TOKEN = 'ambassador-token'; // For this tab and no longer; never in a cookie, which would go with every request.

export class Operate {
  #say;

  /** Say takes a sentence and whether it is a bad one. */
  constructor(say) {
    this.#say = say;
  }

  async drainOrNot(one) {
    if (one.it.operator?.isDrained) {
      await this.#post(one, 'undrain');
      return;
    }

    const others = one.cluster.destinations.some(other => other !== one && other.it.isUsable);
    if (others || await ask(`Drain ${one.cluster.id}/${one.id}?`, `No other destination of ${one.cluster.id} is usable: its requests will be answered with 503.`, 'Drain it')) {
      await this.#post(one, 'drain');
    }
  }

  async weight(one, weight) {
    const others = one.cluster.destinations.some(other => other !== one && other.it.isUsable);
    if (weight !== 0 || others || await ask(`Weight 0 for ${one.cluster.id}/${one.id}?`, `No other destination of ${one.cluster.id} is usable: its requests will be answered with 503.`, 'Set it')) {
      await this.#post(one, 'weight', { weight });
    }
  }

  async #post(one, verb, body = {}) {
    const what = `${verb} ${one.cluster.id}/${one.id}`;
    try {
      let response = await send(one, verb, body);
      while (response.status === 401) {
        const token = await askToken((await response.json()).detail);
        if (token === null) {
          this.#say(`${what}: not done, it wants the token.`, true);
          return;
        }

        sessionStorage.setItem(TOKEN, token);
        response = await send(one, verb, body);
        if (response.status === 401) {
          sessionStorage.removeItem(TOKEN);
        }
      }

      const answer = await response.json();
      this.#say(response.ok ? `${what}: done${answer.warning ? `, but ${answer.warning}` : ''}.` : `${what}: not done (${response.status}): ${answer.detail}.`, !response.ok || answer.warning);
    } catch {
      this.#say(`${what}: the ambassador does not answer.`, true);
    }
  }
}

function send(one, verb, body) {
  const token = sessionStorage.getItem(TOKEN);
  return fetch(`api/clusters/${encodeURIComponent(one.cluster.id)}/destinations/${encodeURIComponent(one.id)}/${verb}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
}

/** True where the answer is yes. */
const ask = async (title, sentence, yes) => await open(title, sentence, h('button', { type: 'submit', value: 'yes', class: 'danger' }, yes)) !== null;

/** The token, or null. */
function askToken(detail) {
  const field = h('input', { type: 'password', autocomplete: 'off', required: true });
  return open('Token', `Changes want the token that Ambassador:Admin:Token or TokenFile sets: ${detail}. It is kept for this tab only.`,
    h('label', {}, 'Token ', field), h('button', { type: 'submit', value: 'yes' }, 'Go on')).then(answer => answer === null ? null : field.value.trim());
}

function open(title, sentence, ...content) {
  const dialog = byId('dialog');
  return new Promise(resolve => {
    const form = h('form', { onsubmit: event => { event.preventDefault(); dialog.close('yes'); } },
      h('h2', { id: 'dialog-title' }, title), h('p', {}, sentence),
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close('') }, 'Cancel'), ...content));
    dialog.setAttribute('aria-labelledby', 'dialog-title');
    dialog.returnValue = '';
    dialog.replaceChildren(form);
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes' ? true : null), { once: true });
    dialog.showModal();
  });
}
