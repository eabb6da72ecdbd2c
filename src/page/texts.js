// Texts: every word that the page shows, in one place, so that a translation is one file.
import {isNumber, shown, typed} from './numbers.js';

const index = list => list.map(i => `[${i}]`).join('');
const s = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
export const nameOf = (tensor, list) => `${tensor.replace(/^network\.|^batch\./, '')}${index(list)}`;

export const texts = {
  title: 'Backpropagation, by hand', brand: 'backpropd', skip: 'Skip to the current step', network: 'The network',
  listing: 'The same in NumPy', program: 'Program', listingHint: 'Each line is one step. Choose a line to go there.',
  footer: 'Every number on this page was calculated by backpropd. The page itself does no arithmetic.',
  intro: ({total, nonzero, zero}, n) => `Of ${s(total, 'parameter')}, ${nonzero} ${nonzero === 1 ? 'learns' : 'learn'} from ${n === 1 ? 'this sample' : `these ${n} samples`} and ${zero} ${zero === 1 ? 'does' : 'do'} not. Step through and see why.`,
  introTurn: n => `Of ${s(n, 'parameter')}, some learn and some do not. It is your turn to find out which.`,
  introForward: 'The samples have no target y, so there is no loss and no way back. Step through the forward pass.',
  images: (x, y) => `The image ${x.join(' ')} is to become ${y.join(' ')}`,

  menu: {menu: 'Menu', example: 'Example', own: 'Your own network', exercise: seed => `Exercise, seed ${seed}`, fresh: 'New exercise', share: 'Share', curl: 'Copy as curl', download: 'Download',
    request: 'Request (JSON)', reply: 'Reply (JSON)', program: 'Program (NumPy)', solution: 'Worked solution (text)', print: 'Print as hand-out',
    shared: 'The link is copied. It holds the whole state, and nothing was sent.', curled: 'Copied as a curl command.',
    noClipboard: 'The clipboard is closed to this page. Copy the text here:', close: 'Close', copied: 'Text to copy', newNumbers: seed => `New numbers, made from the seed ${seed}. Your turn.`},

  phases: {forward: 'Forward', backward: 'Backward', batch: 'All samples', update: 'Update'},
  where: ({phase, number}, last) => phase === 'backward' ? `Backward, step ${number} of ${last}` : texts.phases[phase],
  direction: {forward: 'forward: values', backward: 'backward: gradients', batch: 'all samples: gradients', update: 'update: each parameter against its gradient'},
  steps: 'Steps of the calculation', controls: {first: 'First step', previous: 'Step back', play: 'Play', pause: 'Pause', next: 'Next step', last: 'Last step', jump: 'Step'},
  keys: ['←', '→', 'step', '↑', '↓', 'next cell'], sample: 'Sample', ofSamples: n => `of ${n}`,
  legend: {label: 'Legend', positive: 'positive', negative: 'negative', nothing: 'carries nothing', dead: 'dead', now: 'this step'},

  titles: {
    x: () => 'What goes in', z: ({layer}) => layer === 1 ? 'Weigh and add' : `Weigh and add, layer ${layer}`,
    h: ({layer}, m) => `The gate of ${m.activations[layer - 1]}`, y_hat: () => 'What comes out',
    loss: ({phase}) => phase === 'batch' ? 'The loss of all samples' : 'How wrong it is', dL_dy_hat: () => 'The error of each output',
    dL_dW: ({layer}, m) => `The weights into ${layer === m.depth ? 'the output' : m.depth === 2 ? 'the hidden layer' : `layer ${layer}`}`,
    dL_db: ({layer}, m) => `The biases of ${layer === m.depth ? 'the output' : m.depth === 2 ? 'the hidden layer' : `layer ${layer}`}`,
    dL_dh: () => 'Back through the same weights', dL_dz: () => 'The gate, from behind',
    W: ({layer}) => `Gradient of W${layer} over all samples`, b: ({layer}) => `Gradient of b${layer} over all samples`, update: () => 'One step downhill',
  },
  notes: {
    x: ['The numbers of this sample. Where one is 0, the weights that multiply it say nothing, forward or back.'],
    loss: ['One number for the whole sample. All that follows asks how each parameter could make it smaller.'],
    dL_dy_hat: [value => value < 0 ? 'Negative: the loss falls when this output rises.' : value > 0 ? 'Positive: the loss falls when this output falls.' : '0: the loss asks nothing of this output.'],
    dL_db: ['A bias needs no input. It gets the error even while the units below are dead.'],
    dL_dW: ['What came in times the gradient: where one of them is 0, there is nothing to learn.'],
    dL_dh: ['The same weights as on the way forward, read in the other direction.'],
    dL_dz: ['The derivative of the activation decides how much of the gradient passes; that of relu is 1 above 0, and 0 elsewhere.'],
    W: ['Each sample gives its own gradient; this is what they come to together.'],
    h: ['The activation decides what passes on.'],
  },
  unreached: name => `${name} is dead: no weight into it gets anything.`,
  outer: (a, b) => `${a} down, ${b} across; each cell is their product`, notComputed: 'not yet known',
  eta: 'η, the learning rate = ', goesUp: 'goes up', goesDown: 'goes down', stays: 'stays', gives: 'gives', gradient: 'gradient', lossFell: (a, b) => `Loss ${shown(a)} before the step, ${shown(b)} after it.`,
  more: n => `and ${n} more; the table lists all`, fold: (a, b) => `Lines ${a} to ${b}: weights, biases, samples`,

  reasons: {
    neuron_dead: ({out, j}) => `${out}[${j}] is dead`, source_dead: ({source, i}) => `${source}[${i}] is dead`, input_zero: ({source, i}) => `${source}[${i}] is 0`,
    error_zero: ({out, j}) => `the error of ${out}[${j}] is 0`, saturated: ({out, j}) => `${out}[${j}] is saturated`, underflow: () => 'too small to be written down',
    mixed: () => 'each sample has another reason', cancels: () => 'the samples cancel each other',
  },
  unit: ({k, j, isLast}) => isLast ? `Output ${j}:` : `Hidden unit ${j} of layer ${k}:`,
  boundary: 'on the boundary', dead: 'dead', alive: 'alive', atZero: 'at 0', stopped: 'stopped by the gate', loss: 'loss', lossAfter: 'loss after', lossUnknown: 'Loss, not yet known.',
  lossIs: value => `Loss = ${shown(value)}.`, input: (i, value) => `x[${i}] = ${shown(value)}, input ${i}.`, target: (j, value) => `y[${j}] = ${shown(value)}, the target of output ${j}.`,
  edge: (name, value, from, to) => `${name} = ${shown(value)}, from ${from} to ${to}`, blocked: why => `, blocked${why ? `: ${why}` : ''}`,
  groups: {x: 'Inputs x', y: 'Targets y', W: k => `Weights W${k}`, layer: (k, name, isLast) => `${isLast ? 'Outputs y_hat' : `Hidden layer ${k}`}, ${name}`},
  picture: where => `Picture of the network: ${where}`, map: 'Layers of the network', layer: 'Layer ', units: ' units',
  strip: n => `${n} units`,
  noPicture: 'This network has too many products to write out one by one. The picture, the steps and the listing are left out; the tables below have all numbers.',
  pictureRegion: 'Picture, wider than the window',

  parameters: n => `All ${s(n, 'parameter')}`,
  tally: {nonzero: ['learns', 'learn'], neuron_dead: ['enters a dead unit', 'enter a dead unit'], source_dead: ['leaves a dead unit', 'leave a dead unit'], input_zero: ['has a zero input', 'have a zero input'],
    error_zero: ['has no error', 'have no error'], saturated: ['is saturated', 'are saturated'], underflow: ['is too small', 'are too small'], mixed: ['has several reasons', 'have several reasons'], cancels: ['cancels', 'cancel']},
  filters: {label: 'Which parameters', all: 'All', moves: 'Will change', stays: 'Blocked'},
  columns: {name: 'Parameter', value: 'Value', gradient: 'Gradient', change: 'Will it change?', why: 'Why not', after: 'After'},
  table: 'Table of the parameters', showMore: n => `Show ${n} more`, edit: 'Edit', editing: 'Editing. Each change is sent at once.', edited: 'Editing is over.',

  editor: {activation: k => `Activation ${k}`, loss: 'Loss', reduction: 'Over samples', round: 'Decimals of z', zero: 'relu′ at 0', samples: 'Samples', addSample: 'Add a sample', removeSample: n => `Remove sample ${n}`,
    addUnit: k => `Add a unit to layer ${k}`, removeUnit: k => `Remove a unit of layer ${k}`, addLayer: 'Add a layer', removeLayer: 'Remove a layer', addInput: 'Add an input', removeInput: 'Remove an input', addOutput: 'Add an output', removeOutput: 'Remove an output',
    seed: 'Seed', none: 'none', shape: 'Shape', fewSamples: n => `The first 32 of ${n} samples can be edited here.`, row: n => `Sample ${n}`},
  notNumber: text => `${text ? `“${text}” is not a number` : 'A number is missing'}: write it like 0.1 or 1e-3`, old: 'All other numbers are still those of before.',
  faults: n => n === 1 ? 'One fault' : `${n} faults`,

  train: {title: 'Train', hint: n => n === 1 ? 'Repeat the step, always on this one sample.' : `Repeat the step, always on these ${n} samples.`, rate: 'Learning rate', by: 'Go on by', step: n => n === 1 ? '1 step' : String(n),
    history: 'History', undo: 'Undo', redo: 'Redo', reset: 'Reset', log: 'logarithmic scale', none: 'No step yet.', running: 'Calculating.', after: n => ` loss after ${s(n, 'step')}. `,
    died: (name, n) => `${name} died at step ${n}.`, revived: (name, n) => `${name} came back at step ${n}.`, quiet: 'No unit died or came back.', only: name => ` Only ${name} still learns.`, deadFromStart: 'dead from the start', deadFrom: n => `dead from step ${n}`,
    curve: (n, a, b) => `Loss over ${s(n, 'step')}, from ${shown(a)} to ${shown(b)}.`},

  turn: {mode: 'Mode', worked: 'Worked', yours: 'Your turn', check: 'Check', hint: 'Hint', hintLater: 'A check comes first', hintsLeft: n => `, ${n} left`, hints: 'Hints', show: 'Show', again: 'Hide again',
    start: 'Work it out from the numbers that the picture shows. Three decimals are enough; a fraction such as -39/400 counts too.', shown: 'Shown. Go on with the next step, or take a new exercise.',
    next: name => `Next: ${name}`, missing: 'A ? comes from a step that is still yours: ',
    waits: 'This step is calculated from what is asked of you. It is shown as soon as that is right.',
    marks: {right: 'right', follows: 'right from your numbers', wrong: 'not yet'}, signs: {right: '✓ ', follows: '✓ ', wrong: '✕ ', unreadable: '? '},
    code: code => code === 'unknown' ? 'Not one of the common mistakes' : code === 'dL_dh_for_dL_dz' ? 'dL_dh for dL_dz' : code.replaceAll('_', ' '),
    mistakes: ([code, ...more]) => more.length ? `${more.length + 1} mistakes.` : code === 'unknown' ? 'Not right yet.' : /^one_(?!sample)/.test(code) ? 'One slip.' : `One mistake: ${texts.turn.code(code)}.`,
    status: {right: n => n === 1 ? 'That is right.' : `All ${n} are right.`, follows: () => 'Right, from your own numbers of the steps before.', incomplete: n => `Right so far; ${s(n, 'field')} still blank.`, blank: () => 'Nothing is filled in yet.',
      unreadable: () => 'What is marked with ? is not a number.', wrong: () => 'Not right yet.'},
    at: name => `It is in ${name}.`, or: names => `The same numbers would come from: ${names.join(', ')}.`, right: 'is', wrong: 'what was calculated is',
    asked: n => `Steps asked: ${n}`, allBack: 'Ask all backward steps', seedHint: 'The same seed makes the same exercise for everybody.', make: 'Make it', teachers: 'For teachers', judge: 'Judge this exercise',
    review: {hidden: names => names.length ? `Mistakes that would not be seen: ${names.join(', ')}.` : 'Each mistake that can be made in the steps asked is seen.',
      collisions: groups => groups.length ? `Cannot be told apart: ${groups.map(names => names.join(' and ')).join('; ')}.` : 'No two of them give the same numbers.', zero: score => `Answers of nothing but zeros earn ${shown(score)} of 1.`,
      smallest: (value, n) => `The smallest number that is not 0 is ${shown(value)}; ${s(n, 'number')} would round to 0.`}},

  problems: {gone: n => `The service does not answer. The page tries again in ${s(n, 'second')}, and nothing is lost.`, busy: n => `The service is busy. The page tries again in ${s(n, 'second')}.`, back: 'The service answers again.',
    token: 'This service wants a token.', tokenLabel: 'Token', tokenUse: 'Use it', tokenWrong: 'That token is not known here.', notServed: 'This service does not serve /explain and /backward, which the page needs.',
    notFinite: ({detail}) => `A number grew beyond what a double can hold: ${detail}.`, link: 'The link cannot be read; the example is shown instead.'},
};

/** What is wrong with what was typed into a field, in a person's words. */
export function faultText({drafts, rate, seed}, field, detail) {
  const text = {'#/learning_rate': rate, '#/seed': seed, ...drafts}[field];
  return text === undefined || isNumber(typed(text)) ? detail : texts.notNumber(text.trim());
}

/** Why a parameter gets nothing, in words. */
export function reasonText(code, model, tensor, list) {
  if (!code) return '';
  const layer = Number(/\d+$/.exec(tensor)[0]);
  const [i, j] = list.length === 2 ? model.index(...list) : [null, list[0]];
  return texts.reasons[code]?.({i, j, source: model.inName(layer), out: model.outName(layer)}) ?? code;
}
