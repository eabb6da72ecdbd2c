// Of the replies of /grade, /check, /exercise and /exercise/review: what a JSON schema cannot say.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
const near = (a, b) => Math.abs(a - b) <= 2e-6; // credits are rounded, and so is their sum

/** The order of an object's members; those that are missing may be. */
function wrongOrder(where, object, order) {
  const names = Object.keys(object);
  const wanted = order.filter(name => names.includes(name));
  return same(names, wanted) ? [] : [`${where}: members ${names}, not ${wanted}`];
}

/** All cells below a node that are no containers. */
const cellsOf = node => Array.isArray(node) || isObject(node) ? Object.values(node).flatMap(cellsOf) : [node];

/** The steps of marks by name, each with its cells of all samples. */
function stepsOf(marks) {
  const steps = new Map();
  const add = (name, node) => steps.set(name, [...(steps.get(name) ?? []), ...cellsOf(node)]);
  for (const sample of marks.samples ?? []) {
    for (const [name, node] of Object.entries(sample)) add(name === 'loss' ? 'samples.loss' : name, node);
  }
  if ('loss' in marks) add('loss', marks.loss);
  for (const part of ['gradients', 'dead', 'network']) {
    for (const [name, node] of Object.entries(marks[part] ?? {})) add(`${part}.${name}`, node);
  }
  if (marks.parameters) add('parameters', marks.parameters);
  return steps;
}

function wrongMarks(steps, marks) {
  const marked = stepsOf(marks);
  const faults = marked.size === steps.length ? [] : [`marks of ${marked.size} steps, but there are ${steps.length}`];
  for (const {step, cells} of steps) {
    const counted = {};
    for (const mark of ['right', 'follows', 'wrong', null]) {
      const n = (marked.get(step) ?? []).filter(cell => cell === mark).length;
      if (n > 0) counted[mark ?? 'blank'] = n;
    }
    const hidden = (counted.blank ?? 0) - (cells.blank ?? 0); // what is beyond the largest double is not asked for
    if (hidden < 0 || !same({...counted, blank: 0}, {...cells, blank: 0})) faults.push(`${step}: cells ${JSON.stringify(cells)}, marks ${JSON.stringify(counted)}`);
  }
  return faults;
}

function wrongNote({note, steps}) {
  const wanted = steps.filter(({status}) => status !== 'right').map(({step, status, reason}) => `${step}:${reason ?? status}`).join('|');
  return note === wanted ? [] : [`note is ${note}, not ${wanted}`];
}

function wrongScore({score, steps}) {
  const sum = name => steps.reduce((total, step) => total + step.weight * (name === 'credit' ? step.credit : 1), 0);
  const wanted = sum('credit') / sum('weight');
  return !Number.isFinite(wanted) || near(score, wanted) ? [] : [`score is ${score}, not ${wanted}`];
}

function wrongReasons({steps, mistakes}) {
  return steps.flatMap(({step, status, reason}) => {
    const needed = status === 'wrong' || status === 'follows';
    if (needed === (reason === undefined)) return [`${step}: status ${status} with reason ${reason}`];
    const isKnown = status !== 'wrong' || reason === 'unknown' || mistakes.some(({code}) => code === reason);
    return isKnown ? [] : [`${step}: reason ${reason}, which is no entry of mistakes`];
  });
}

function wrongMessages({mistakes}) {
  return mistakes.flatMap(({steps, message, hint}) => [
    ...(message.startsWith(`${steps.join(', ')}: `) ? [] : [`message does not begin with its steps: ${message}`]),
    ...(/[{}]/.test(message + hint) ? [`a place was not filled in: ${message} ${hint}`] : [])]);
}

function wrongGrade(request, reply) {
  const order = ['score', 'all_zero_score', 'decimals', 'note', 'summary', 'mistakes', 'steps', 'unreadable', 'pairs_left_out', 'marks', 'expected'];
  const faults = [...wrongOrder('', reply, order),
    ...reply.mistakes.flatMap((entry, i) => wrongOrder(`/mistakes/${i}`, entry, ['code', 'steps', 'message', 'hint', 'or', 'with', 'at'])),
    ...reply.steps.flatMap((entry, i) => wrongOrder(`/steps/${i}`, entry, ['step', 'status', 'reason', 'credit', 'weight', 'cells', 'message']))];
  const wantsMarks = (request.include ?? ['marks']).length > 0;
  if (wantsMarks !== 'marks' in reply) faults.push('marks, or none, against include');
  if (Boolean(request.marking?.reveal) !== 'expected' in reply) faults.push('expected, or none, against marking.reveal');
  if (reply.marks) faults.push(...wrongMarks(reply.steps, reply.marks));
  return [...faults, ...wrongNote(reply), ...wrongScore(reply), ...wrongReasons(reply), ...wrongMessages(reply)];
}

const shapeOf = node => Array.isArray(node) ? node.map(shapeOf) : node === null ? null : 0;
const entryShape = node => Array.isArray(node) ? node.map(entryShape) : node === null ? null : 0;

function wrongCheck({network, gradients = {}}, {counts, check}) {
  const tensors = Object.fromEntries(Object.entries(network).filter(([name]) => name !== 'activations').sort(([a], [b]) => a.slice(1) - b.slice(1) || (a < b ? -1 : 1)));
  const entries = Object.values(check).flat(2).filter(entry => entry !== null);
  const verdicts = {ok: 0, kink: 0, mismatch: 0};
  for (const {verdict} of entries) verdicts[verdict] += 1;
  const faults = same(verdicts, counts) ? [] : [`counts ${JSON.stringify(counts)}, verdicts ${JSON.stringify(verdicts)}`];
  if (!same(Object.values(check).map(entryShape), Object.values(tensors).map(shapeOf))) faults.push('check has not the shapes of the network');
  for (const [name, given] of Object.entries(gradients)) {
    const said = check[name] && check[name].flat().map(({analytic}) => analytic);
    if (given && !same(said, given.flat().map(v => v + 0))) faults.push(`/check/${name} has not the gradients that were posted`);
  }
  return faults;
}

function wrongExercise(request, {body, tries}) {
  const {sizes, samples = 1, options, learning_rate: rate, tries: most = 60} = request;
  const faults = wrongOrder('/body', body, ['network', 'samples', 'options', 'learning_rate']);
  if (Object.keys(body.network).filter(name => /^W/.test(name)).length !== sizes.length - 1) faults.push('/body/network: another depth');
  if (body.samples.length !== samples || body.samples.some(({x, y}) => x.length !== sizes[0] || y.length !== sizes.at(-1))) faults.push('/body/samples: other sizes');
  if (!same(body.options, options) || body.learning_rate !== rate) faults.push('/body: options or learning_rate differ from what was posted');
  return tries <= most ? faults : [...faults, `${tries} tries, and at most ${most} were asked for`];
}

const judges = {'/grade': wrongGrade, '/check': wrongCheck, '/exercise': wrongExercise, '/exercise/review': () => []};

/** Whether this module judges a path, and by what. */
export const verdictJudge = path => judges[path];
