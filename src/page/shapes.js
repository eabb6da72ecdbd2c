// Shapes: networks with a unit, a layer, an input or a sample more or less. Pure.
import {activationsOf, depthOf} from './model.js';

const turned = matrix => matrix[0].map((_, j) => matrix.map(row => row[j]));

/** Does something to the matrices as if they were in_out, whatever the layout is. */
function inOut(body, act) {
  const isTurned = body.options?.layout === 'out_in';
  const turn = network => isTurned ? Object.fromEntries(Object.entries(network).map(([name, value]) => [name, /^W/.test(name) ? turned(value) : value])) : network;
  const network = turn(structuredClone(body.network));
  const samples = structuredClone(body.samples);
  act(network, samples);
  return {...body, network: turn(network), samples};
}

const withColumn = (matrix, value) => matrix.forEach((row, i) => row.push(value(i)));

/** A unit more in layer k (0: an input); its weights are 0.1. */
export const addUnit = (body, k) => inOut(body, (network, samples) => {
  const depth = depthOf(network);
  if (k === 0) samples.forEach(sample => sample.x.push(0));
  else {
    withColumn(network[`W${k}`], () => 0.1);
    network[`b${k}`]?.push(0);
  }
  if (k === depth) samples.forEach(sample => (sample.y ?? sample.dL_dy_hat)?.push(0));
  else network[`W${k + 1}`].push(network[`W${k + 1}`][0].map(() => 0.1));
});

/** One less; of one unit nothing can be taken. */
export const removeUnit = (body, k) => inOut(body, (network, samples) => {
  const depth = depthOf(network);
  if (k === 0) samples.forEach(sample => sample.x.pop());
  else {
    network[`W${k}`].forEach(row => row.pop());
    network[`b${k}`]?.pop();
  }
  if (k === depth) samples.forEach(sample => (sample.y ?? sample.dL_dy_hat)?.pop());
  else network[`W${k + 1}`].pop();
});

/** A hidden layer more, before the last, as wide as what comes before it. */
export const addLayer = body => inOut(body, network => {
  const depth = depthOf(network);
  const width = network[`W${depth}`].length;
  const names = activationsOf(network);
  network[`W${depth + 1}`] = network[`W${depth}`];
  network[`b${depth + 1}`] = network[`b${depth}`];
  network[`W${depth}`] = Array.from({length: width}, (_, i) => Array.from({length: width}, (__, j) => i === j ? 1 : 0));
  network[`b${depth}`] = Array.from({length: width}, () => 0);
  network.activations = [...names.slice(0, -1), 'relu', names.at(-1)];
});

/** The last hidden layer less; what follows it gets weights of 0.1. */
export const removeLayer = body => inOut(body, network => {
  const depth = depthOf(network);
  const names = activationsOf(network);
  const outputs = network[`W${depth}`][0].length;
  network[`W${depth - 1}`] = network[`W${depth - 1}`].map(() => Array.from({length: outputs}, () => 0.1));
  network[`b${depth - 1}`] = network[`b${depth}`];
  delete network[`W${depth}`];
  delete network[`b${depth}`];
  network.activations = [...names.slice(0, -2), names.at(-1)];
});

export const addSample = body => ({...body, samples: [...body.samples, structuredClone(body.samples.at(-1))]});
export const removeSample = (body, s) => ({...body, samples: body.samples.filter((_, i) => i !== s)});

/** Another activation of layer k. */
export function setActivation(body, k, name) {
  const activations = [...activationsOf(body.network)];
  activations[k - 1] = name;
  return {...body, network: {...body.network, activations}};
}

export const setOption = (body, name, value) => ({...body, options: {...body.options, [name]: value}});
