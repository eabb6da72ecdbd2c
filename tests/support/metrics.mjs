// A strict reader of Prometheus' text format 0.0.4: what it takes is right, and what is wrong it names.
import assert from 'node:assert/strict';

const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const sampleLine = new RegExp(`^(${name})(?:\\{(${label}(?:,${label})*)\\})? (\\S+)$`);
const about = new RegExp(`^# (HELP|TYPE) (${name}) (.+)$`);

function readValue(text) {
  const special = {NaN: NaN, '+Inf': Infinity, '-Inf': -Infinity};
  if (text in special) return special[text];
  assert.match(text, /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i, 'a value');
  return Number(text);
}

function readLabels(text = '') {
  const pairs = [...text.matchAll(new RegExp(label, 'g'))].map(([pair]) => pair.split(/=(.*)/s));
  assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, `a label twice: ${text}`);
  return Object.fromEntries(pairs.map(([key, value]) => [key, value.slice(1, -1).replace(/\\(.)/g, (_, c) => c === 'n' ? '\n' : c)]));
}

/** The family that a sample belongs to. */
const familyOf = (families, sample) => families.get(sample) ??
  [...families.values()].find(({type, name: own}) => type === 'histogram' && [`${own}_bucket`, `${own}_sum`, `${own}_count`].includes(sample));

function readAbout(families, [, kind, family, text]) {
  const one = families.get(family) ?? {name: family, samples: []};
  const key = kind.toLowerCase();
  assert.ok(!(key in one) && one.samples.length === 0, `${kind} of ${family} comes late or twice`);
  if (kind === 'TYPE') assert.ok(types.includes(text), `the type ${text}`);
  families.set(family, {...one, [key]: text});
}

function readSample(families, seen, line) {
  const [, sample, labels, value] = sampleLine.exec(line) ?? assert.fail(`no line of the format: ${line}`);
  const family = familyOf(families, sample);
  assert.ok(family?.type && family.help, `${sample} comes before its HELP and TYPE`);
  assert.equal(family, [...families.values()].pop(), `the lines of ${family.name} do not stand together`);
  const one = {name: sample, labels: readLabels(labels), value: readValue(value)};
  const key = JSON.stringify([sample, Object.entries(one.labels).sort()]);
  assert.ok(!seen.has(key), `twice: ${line}`);
  seen.add(key);
  family.samples.push(one);
}

const without = ({le, ...others}) => JSON.stringify(Object.entries(others).sort());

function checkHistogram({name: own, samples}) {
  for (const group of new Set(samples.map(({labels}) => without(labels)))) {
    const some = samples.filter(({labels}) => without(labels) === group);
    const buckets = some.filter(one => one.name === `${own}_bucket`);
    const [sum, count] = ['sum', 'count'].map(part => some.find(one => one.name === `${own}_${part}`)?.value);
    const edges = buckets.map(({labels}) => readValue(labels.le));
    assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]), `buckets of ${own} do not ascend`);
    assert.equal(edges[edges.length - 1], Infinity, `${own} lacks its last bucket`);
    assert.ok(buckets.every(({value}, i) => i === 0 || value >= buckets[i - 1].value), `buckets of ${own} are not cumulative`);
    assert.equal(buckets[buckets.length - 1].value, count, `the count of ${own}`);
    assert.ok(sum >= 0, `the sum of ${own}`);
  }
}

function checkCounter({type, name: own, samples}) {
  if (type !== 'counter') return;
  assert.match(own, /_total$/);
  for (const {value} of samples) assert.ok(value >= 0, `${own} is negative`);
}

/** Families by their names: {name, help, type, samples: [{name, labels, value}]}. Throws at what is wrong. */
export function readMetrics(text) {
  assert.ok(text.endsWith('\n'), 'the last line has no end');
  const families = new Map();
  const seen = new Set();
  for (const line of text.slice(0, -1).split('\n')) {
    const match = about.exec(line);
    if (match) readAbout(families, match);
    else readSample(families, seen, line);
  }
  for (const family of families.values()) {
    if (family.type === 'histogram') checkHistogram(family);
    checkCounter(family);
  }
  return families;
}

/** The sum of the samples that have these labels. */
export function valueOf(families, sample, labels = {}) {
  const family = familyOf(families, sample);
  assert.ok(family, `there is no ${sample}`);
  return family.samples.filter(one => one.name === sample && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, {value}) => sum + value, 0);
}
