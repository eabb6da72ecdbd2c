// What is wrong with a reply of /explain, judged by the reply alone and the body that it answers.
import {faultsOf} from './arithmetic.mjs';

// Calls f(value, text, indices) for each cell.
function eachCell(value, text, f, indices = []) {
  if (!Array.isArray(text)) {
    f(value, text, indices);
    return;
  }
  if (!Array.isArray(value) || value.length !== text.length) throw new Error('two shapes');
  text.forEach((part, i) => eachCell(value[i], part, f, [...indices, i]));
}

const at = (value, indices) => indices.reduce((part, i) => part?.[i], value);

// What a text names is a cell of the same sample, or of what was posted.
function cellsOf(steps, step, body) {
  return (name, indices) => {
    const found = steps.find(other => other.tensor === name && other.sample === step.sample);
    const given = name === 'dL_dy_hat' ? body.samples[step.sample]?.dL_dy_hat : body.network[name];
    const value = at(step.tensor.startsWith('network.') ? given : found?.value ?? given, indices);
    if (typeof value !== 'number') throw new Error(`no cell ${name}[${indices}]`);
    return value;
  };
}

// Well-formed as XML: the few elements of MathML Core that are written here, without attributes.
export function mathmlFaults(text) {
  const open = [];
  const known = /^(math|mrow|mi|mo|mn|mtext|mfrac|msub|msup|msubsup|munder|mover)$/;
  const counts = {mfrac: 2, msub: 2, msup: 2, munder: 2, mover: 2, msubsup: 3};
  const faults = [];
  for (const [, slash, name, words] of text.matchAll(/<(\/?)([a-z]+)>|([^<]+)/g)) {
    if (words !== undefined) {
      if (!/^(mi|mo|mn|mtext)$/.test(open.at(-1)?.name)) faults.push(`${words} stands in ${open.at(-1)?.name}`);
      if (/[&>]/.test(words)) faults.push(`${words} is not escaped`);
    } else if (!slash) {
      if (!known.test(name)) faults.push(`an element ${name}`);
      if (open.length) open.at(-1).children++;
      open.push({name, children: 0});
    } else {
      const closed = open.pop();
      if (closed?.name !== name) faults.push(`${closed?.name} is closed by ${name}`);
      if (counts[name] && closed?.children !== counts[name]) faults.push(`${name} has ${closed?.children} children`);
    }
  }
  if (text.replace(/<\/?[a-z]+>/g, '').includes('<')) faults.push('an unknown tag');
  if (open.length || !text.startsWith('<math>')) faults.push('it is no single <math>');
  return faults;
}

const CODES = ['on_the_boundary', 'neuron_dead', 'source_dead', 'input_zero', 'error_zero', 'saturated',
  'cancels', 'underflow', 'newly_dead', 'revived', 'unchanged'];

export function problemsOf(reply, body) {
  const problems = [];
  const shown = body.shown_decimals ?? null;
  let number = 0;
  for (const step of reply.steps) {
    number = step.phase === 'backward' ? number + 1 : 0;
    if (step.number !== (number || null)) problems.push(`${step.tensor} is number ${step.number}, not ${number}`);
    const where = `${step.phase} ${step.sample} ${step.tensor}`;
    const complain = fault => problems.push(`${where}: ${fault}`);
    const cell = cellsOf(reply.steps, step, body);
    eachCell(step.value, step.substituted, (value, text, indices) => {
      for (const fault of faultsOf(text, value, cell, {shown})) complain(`[${indices}] ${text}: ${fault}`);
    });
    mathmlFaults(step.mathml).forEach(complain);
    if (step.line !== null) {
      const line = reply.program[step.line - 1].trim();
      const names = {'network.': '', loss_after: 'loss_after', 'gradients.': "gradients['"};
      const prefix = Object.keys(names).find(name => step.tensor.startsWith(name));
      const wanted = step.phase === 'batch' && step.tensor === 'loss' ? 'total'
        : prefix ? names[prefix] + (prefix === 'loss_after' ? '' : step.tensor.slice(prefix.length)) : step.tensor;
      if (!line.startsWith(wanted) && !line.startsWith(`# ${wanted}`)) complain(`line ${step.line} is ${line}`);
    } else {
      complain('it has no line');
    }
    for (const {code, index, text} of step.remarks) {
      if (!CODES.includes(code)) complain(`the code ${code}`);
      if (at(step.value, index) === undefined) complain(`a remark on [${index}]`);
      if (!/^[\w(].*\.$/.test(text)) complain(`a remark that is no sentence: ${text}`);
    }
  }
  return problems;
}
