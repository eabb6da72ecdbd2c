// Handout: what is printed: each step back with its formula and its numbers.
import {el, redraw} from './elements.js';
import {instructive} from './model.js';
import {stepNodes, titleOf} from './panel.js';
import {nameOf, texts} from './texts.js';

export function drawHandout(holder, view) {
  if (!view.model.explain) return;
  const steps = view.moments.filter(moment => moment.kind !== 'x' && moment.kind !== 'update');
  redraw(holder, steps.map(moment => {
    const own = {...view, moment, cell: instructive(view.model, view.sample, moment)};
    return el('section', {}, el('h3', {}, `${texts.phases[moment.phase]} ${moment.number ?? ''} `, el('code', {}, nameOf(moment.id, [])), ` ${titleOf(own)}`), stepNodes(own));
  }));
}
