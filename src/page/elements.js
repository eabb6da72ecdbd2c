// Elements: makes HTML, SVG and MathML nodes, and gives the focus back when a part of the page is drawn anew.
const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
  return node;
}

/** An HTML element; an attribute that is a function listens: onclick. */
export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** The same in SVG. */
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const button = (attributes, ...children) => el('button', {type: 'button', ...attributes}, ...children);

/** A word for screen readers alone. */
export const unseen = text => el('span', {class: 'sr'}, text);

export const find = id => document.getElementById(id);

/** The formula that the service wrote, as nodes: nothing but MathML is taken over. */
export function math(text) {
  const template = document.createElement('template');
  template.innerHTML = text;
  const node = template.content.querySelector('math');
  if (!node || [...node.querySelectorAll('*')].some(one => one.namespaceURI !== node.namespaceURI)) return el('p', {}, text.replace(/<[^>]*>/g, ''));
  node.setAttribute('display', 'block');
  return node;
}

/** Replaces what is in a part of the page; what had the focus there has it afterwards, by its data-key, and what was unfolded is, by its data-fold. */
export function redraw(holder, ...children) {
  const old = holder.contains(document.activeElement) ? document.activeElement : null;
  const {key} = old?.dataset ?? {};
  const caret = key && 'selectionStart' in old ? [old.selectionStart, old.selectionEnd] : null;
  const open = [...holder.querySelectorAll('details[open]')].map(node => node.dataset.fold);
  fill(holder, {}, [holder.replaceChildren() ?? [], children]);
  for (const node of holder.querySelectorAll('details')) node.open ||= open.includes(node.dataset.fold);
  if (!key) return;
  const next = holder.querySelector(`[data-key="${CSS.escape(key)}"]`);
  next?.focus({preventScroll: true});
  if (next && caret?.[0] !== null && caret && 'setSelectionRange' in next) next.setSelectionRange(...caret);
}

/** Says a sentence to screen readers, in the page's one live region. */
export function say(text) {
  find('live').textContent = text;
}

let timer;
/** Shows a sentence for a while, and says it. */
export function toast(text) {
  const node = find('toast');
  node.textContent = text;
  node.hidden = false;
  say(text);
  clearTimeout(timer);
  timer = setTimeout(() => { node.hidden = true; }, 4000);
}
