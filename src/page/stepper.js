// Stepper: goes from moment to moment: a track, buttons, a list for narrow windows, the sample, the legend.
import {button, el, redraw, svg} from './elements.js';
import {shown} from './numbers.js';
import {where} from './panel.js';
import {nameOf, texts} from './texts.js';
import {isAsked} from './turn.js';

const ICONS = {first: 'M5 4v12M15 4l-6 6 6 6', previous: 'M12 4l-6 6 6 6', next: 'M8 4l6 6-6 6', last: 'M15 4v12M5 4l6 6-6 6', play: 'M6 3l10 7-10 7z', pause: 'M6 4v12M14 4v12'};

const short = moment => moment.phase === 'backward' ? String(moment.number) : moment.id === 'y_hat' ? 'ŷ' : nameOf(moment.id, []);

const groups = moments => ['forward', 'backward', 'batch', 'update'].map(phase => [phase, moments.filter(one => one.phase === phase)]).filter(([, list]) => list.length);

function stop(view, moment, act, state) {
  const isHere = moment === view.moment;
  const isTheirs = isAsked(state, moment);
  return el('li', {}, button({'data-key': `go${moment.id}`, 'aria-label': `${where({...view, moment})}: ${nameOf(moment.id, [])}${isTheirs ? `, ${texts.turn.yours}` : ''}`, 'data-asked': isTheirs, title: nameOf(moment.id, []), tabindex: isHere ? 0 : -1,
    'aria-current': isHere ? 'step' : null, 'data-done': moment.position < view.moment.position, onclick: () => act.go(moment.id)}, short(moment)));
}

const track = (view, act, state) => el('ol', {class: 'track'}, groups(view.moments).map(([phase, list]) =>
  el('li', {}, el('span', {class: 'gl', 'aria-hidden': 'true'}, texts.phases[phase]), el('ol', {}, list.map(moment => stop(view, moment, act, state))))));

function icon(name, className, isOff, onclick, key = name) {
  return button({class: `icon ${className}`, 'data-key': `icon${key}`, id: `go-${key}`, 'aria-label': texts.controls[name], 'aria-disabled': isOff ? 'true' : null, onclick: () => isOff || onclick()},
    svg('svg', {viewBox: '0 0 20 20', 'aria-hidden': 'true'}, svg('path', {d: ICONS[name], class: name === 'play' ? '' : 'o'})));
}

function transport(view, act, isPlaying) {
  const {moments, moment: {position, id}} = view;
  const [isFirst, isLast] = [position === 0, position === moments.length - 1];
  const to = place => () => act.go(moments[place].id);
  return el('div', {class: 'transport'}, icon('first', 'wide', isFirst, to(0)), icon('previous', '', isFirst, to(position - 1)), icon(isPlaying ? 'pause' : 'play', '', false, act.play, 'play'),
    el('label', {class: 'narrow jump'}, el('span', {class: 'sr'}, texts.controls.jump), el('select', {id: 'jump', 'data-key': 'jump', onchange: event => act.go(event.target.value)},
      groups(moments).map(([phase, list]) => el('optgroup', {label: texts.phases[phase]}, list.map(one => el('option', {value: one.id, selected: one.id === id}, `${one.number ? `${one.number}: ` : ''}${nameOf(one.id, [])}`)))))),
    icon('next', '', isLast, to(position + 1)), icon('last', 'wide', isLast, to(moments.length - 1)));
}

/** A sample by its number, and by its values where they are short. */
function labelOf(x, s) {
  const values = x.map(shown).join(' ');
  return values.length <= 24 ? `${s}: ${values}` : String(s);
}

function samples({model, sample}, act) {
  const n = model.samples.length;
  if (n === 1) return null;
  return el('div', {class: 'samples'}, el('label', {}, `${texts.sample} `, el('select', {id: 'sample', 'data-key': 'sample', onchange: event => act.sample(Number(event.target.value))},
    model.samples.slice(0, 1000).map(({x}, s) => el('option', {value: s, selected: s === sample}, labelOf(x, s))))), ` ${texts.ofSamples(n)}`);
}

function legend() {
  const key = (className, sign) => svg('svg', {viewBox: '0 0 30 14', 'aria-hidden': 'true'}, svg('path', {class: className, d: 'M1 7h28', 'stroke-width': className === 'blocked' ? 1.5 : 4}), sign && svg('path', {class: 'sign', d: sign}));
  const {label, positive, negative, nothing, dead, now} = texts.legend;
  return el('ul', {class: 'legend', 'aria-label': label}, el('li', {}, key('pos', 'M12 7h6M15 4v6'), positive), el('li', {}, key('neg', 'M12 7h6'), negative), el('li', {}, key('blocked'), nothing),
    el('li', {}, el('span', {class: 'key hatch'}), dead), el('li', {}, el('span', {class: 'key now'}), now), el('li', {class: 'keys wide'}, texts.keys.map(key => key.length === 1 ? el('kbd', {}, key) : key)));
}

export function drawStepper(holder, view, act, state) {
  holder.setAttribute('aria-label', texts.steps);
  redraw(holder, transport(view, act, state.isPlaying), samples(view, act), track(view, act, state), legend());
}
