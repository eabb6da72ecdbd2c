// Menu: the header with examples, a new exercise and what can be taken away; and the banner for what stands in the way.
import {button, el, find, redraw} from './elements.js';
import {fieldName} from './body.js';
import {faultText, texts} from './texts.js';

function examples(state, act) {
  const {example: label, exercise, own} = texts.menu;
  const list = state.examples.filter(({post_to: to}) => to !== 'step');
  return el('label', {class: 'preset'}, el('span', {}, label), el('select', {id: 'preset', 'data-key': 'preset', onchange: event => act.example(event.target.value)},
    !list.some(({name}) => name === state.example) && el('option', {value: '', selected: true}, /^exercise/.test(state.example) ? exercise(state.example.slice(9)) : own),
    list.map(({name, title}) => el('option', {value: name, selected: name === state.example}, title))));
}

function downloads(state, act) {
  const {download, request, reply, program, solution, print} = texts.menu;
  const item = (key, label) => el('li', {}, button({'data-key': `save${key}`, id: `save-${key}`, onclick: () => act.download(key)}, label));
  const hasReply = state.texts?.reply;
  return el('details', {class: 'menu', id: 'downloads'}, el('summary', {class: 'quiet', 'data-key': 'downloads'}, download),
    el('ul', {}, item('request', request), hasReply && [item('reply', reply), item('program', program), item('solution', solution)], el('li', {}, button({'data-key': 'print', id: 'print', onclick: act.print}, print))));
}

export function drawTop(state, act) {
  const {menu, fresh, share, curl} = texts.menu;
  const isOpen = find('actions')?.classList.contains('open') ?? false;
  redraw(find('top'), el('p', {class: 'brand'}, texts.brand), button({id: 'more', class: 'quiet only-narrow', 'data-key': 'more', 'aria-expanded': String(isOpen), 'aria-controls': 'actions', onclick: act.menu}, menu),
    el('div', {class: `actions ${isOpen ? 'open' : ''}`, id: 'actions'}, examples(state, act), state.index?.links.exercise && button({class: 'quiet', 'data-key': 'fresh', id: 'fresh', onclick: () => act.fresh()}, fresh), el('span', {class: 'gap'}),
      button({class: 'quiet', 'data-key': 'share', id: 'share', onclick: act.share}, share), button({class: 'quiet', 'data-key': 'curl', id: 'curl', onclick: act.curl}, curl), downloads(state, act)));
}

/** Where there is no clipboard: the text, chosen, to be copied by hand. */
export function showText(text) {
  const field = el('textarea', {readonly: true, rows: 4, 'aria-label': texts.menu.copied}, text);
  const banner = find('banner');
  redraw(banner, el('p', {}, texts.menu.noClipboard), field, button({onclick: () => { banner.hidden = true; find('share')?.focus(); }}, texts.menu.close));
  banner.hidden = false;
  field.focus();
  field.select();
}

function tokenForm(act, wasWrong) {
  const {token, tokenLabel, tokenUse, tokenWrong} = texts.problems;
  const input = el('input', {type: 'password', id: 'token', 'data-key': 'token', autocomplete: 'off', required: true, 'aria-invalid': wasWrong ? 'true' : null, 'aria-describedby': 'token-why'});
  return el('form', {class: 'token', onsubmit: event => { event.preventDefault(); act.token(input.value.trim()); }}, el('p', {id: 'token-why'}, wasWrong ? tokenWrong : token), el('label', {for: 'token'}, tokenLabel), input, el('button', {class: 'solid'}, tokenUse));
}

/** The problem as sentences; those of fields stand at their fields too. */
export function problemNodes(state, act) {
  const {problem, faults} = state;
  const all = problem.errors ?? [];
  if (problem.code === 'not_finite') return [el('p', {}, texts.problems.notFinite(problem))];
  if (!all.length) return [el('p', {}, `${problem.title}. ${problem.detail ?? ''}`)];
  const fieldFor = pointer => [...faults ?? []].find(([field, fault]) => field && fault.pointer === pointer)?.[0];
  return [el('p', {}, el('b', {}, texts.faults(all.length))), el('ul', {}, all.map(({pointer, detail}) => {
    const field = fieldFor(pointer);
    const name = fieldName(pointer);
    return el('li', {}, field ? button({class: 'link', 'data-key': `fault${pointer}`, onclick: () => act.toField(field)}, name) : el('b', {}, name), ` ${faultText(state, field, detail)}`);
  })), el('p', {}, texts.old)];
}

export function drawBanner(state, act) {
  const banner = find('banner');
  const {waiting, needsToken, problem} = state;
  const isGeneral = problem && ![...state.faults?.keys() ?? []].some(Boolean);
  banner.className = `banner ${waiting || needsToken ? 'wait' : ''}`;
  banner.hidden = !(waiting || needsToken || isGeneral);
  if (needsToken) return banner.querySelector('form') && !state.tokenWasWrong ? undefined : redraw(banner, tokenForm(act, state.tokenWasWrong));
  if (waiting) return redraw(banner, el('p', {}, texts.problems[waiting.why](waiting.seconds)));
  return isGeneral ? redraw(banner, problemNodes(state, act)) : redraw(banner);
}
