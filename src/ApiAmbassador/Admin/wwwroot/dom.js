// Elements are made here and nowhere else. Whatever comes from outside goes in as text or as the value of an attribute, never as markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element. `on…` are listeners, other properties attributes; undefined, null and false are left out. */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same of SVG. */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const byId = id => document.getElementById(id);

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value === undefined || value === null || value === false) {
      element.removeAttribute(name);
    } else if (element.getAttribute(name) !== String(value)) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }

  return element;
}

/** Writes only what is another text, so that selections and readers are not disturbed each second. */
export function text(element, value) {
  if (element.textContent !== value) {
    element.textContent = value;
  }

  return element;
}

/**
 * Makes the children those of the items, in their order. Each keeps its element for as long as its key is there: focus, hover and animations
 * survive an update.
 */
export function keyed(parent, items, keyOf, create, update) {
  const known = parent.keyed ??= new Map();
  const keys = new Set();
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    keys.add(key);
    let element = known.get(key);
    if (!element) {
      known.set(key, element = create(item));
    }

    update(element, item);
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(element, place);
    }
  }

  for (const [key, element] of known) {
    if (!keys.has(key)) {
      element.remove();
      known.delete(key);
    }
  }
}

function fill(element, attributes, children) {
  set(element, attributes);
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}
