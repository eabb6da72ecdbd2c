// What a user writes who has types from openapi-typescript and calls by openapi-fetch.
import createClient from 'openapi-fetch';
import {network as numbers, samples} from './example';
import type {components, paths} from './schema';
import {summaryOf, summaryOfRead} from './summary';

type Schemas = components['schemas'];
type Json = `application/${string}json`; // where a path has several representations, the types are those of JSON

const network: Schemas['Network'] = {...numbers, activations: ['relu', 'identity']};

/** The data of a reply, or an error that says what the service said. */
function dataOf<T>({data, error}: {data?: T; error?: unknown}): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

/** How a user tells the kinds of problem apart: each has members of its own. */
function inWords(problem: Schemas['Problem']): string {
  switch (problem.code) {
    case 'invalid_json': return `line ${problem.line.toFixed()}`;
    case 'invalid_request': return problem.errors.map(({pointer}) => pointer).join(' ');
    case 'not_finite': return `${problem.tensor}[${problem.index.join('][')}]`;
    case 'not_acceptable': return problem.expected.join(' ');
    case 'body_too_large': return problem.limit.toFixed();
    default: return problem.detail;
  }
}

export async function calculate(baseUrl: string) {
  const client = createClient<paths, Json>({baseUrl});
  const stepped = dataOf(await client.POST('/step', {body: {network, samples, learning_rate: 0.1, steps: 3, frozen: ['b1']}}));
  const answers = {samples: [{dL_dy_hat: [-0.225, -0.275, '-0,0125', null]}]};
  return summaryOf({
    forward: dataOf(await client.POST('/forward', {body: {network, samples}})),
    backward: dataOf(await client.POST('/backward', {body: {network, samples, options: {reduction: 'sum'}}})),
    stepped,
    next: dataOf(await client.POST('/step', {body: {network: stepped.network, samples, learning_rate: 0.1}})), // what comes back goes in again
    explained: dataOf(await client.POST('/explain', {body: {network, samples}})),
    graded: dataOf(await client.POST('/grade', {body: {network, samples, answers, marking: {weights: {dL_dy_hat: 2}}}})),
    checked: dataOf(await client.POST('/check', {body: {network, samples, gradients: {b2: [-0.45, -0.55, -0.025, 7]}}})),
    drawn: dataOf(await client.POST('/exercise', {body: {sizes: [2, 3, 1], seed: 7}})),
    review: dataOf(await client.POST('/exercise/review', {body: {network, samples}})),
  });
}

export async function read(baseUrl: string) {
  const json = createClient<paths, Json>({baseUrl});
  const text = createClient<paths>({baseUrl});
  return summaryOfRead({
    service: dataOf(await json.GET('/')),
    examples: dataOf(await json.GET('/examples/')),
    example: dataOf(await json.GET('/examples/{name}', {params: {path: {name: 'textbook'}}})),
    catalogue: dataOf(await json.GET('/mistakes')),
    document: dataOf(await json.GET('/openapi.json')),
    version: dataOf(await json.GET('/version', {params: {header: {'X-Request-Id': 'a-client'}}})),
    health: [dataOf(await json.GET('/livez')), dataOf(await json.GET('/healthz')), dataOf(await json.GET('/readyz'))],
    texts: [
      dataOf(await text.GET('/page/{file}', {params: {path: {file: 'main.js'}}, parseAs: 'text'})),
      dataOf(await text.GET('/openapi.yaml', {parseAs: 'text'})),
      dataOf(await text.GET('/mistakes/{code}', {params: {path: {code: 'transposed'}}, parseAs: 'text'})),
      dataOf(await text.GET('/problems/', {parseAs: 'text'})),
      dataOf(await text.GET('/problems/{slug}', {params: {path: {slug: 'not-finite'}}, parseAs: 'text'})),
      dataOf(await text.GET('/metrics', {parseAs: 'text'})),
    ],
  });
}

/** Each kind of problem that a client comes upon, as its code and in words. */
export async function fail(baseUrl: string) {
  const client = createClient<paths, Json>({baseUrl});
  const replies = [
    await client.POST('/forward', {body: {network, samples}, bodySerializer: () => '{"network": {},\n "samples": [1,]}'}),
    await client.POST('/backward', {body: {network: {...network, W2: numbers.W2.slice(1)}, samples}}),
    await client.POST('/forward', {body: {network: {W1: [[1e308]], b1: [1e308]}, samples: [{x: [1e10]}]}}),
    await client.POST('/explain', {body: {network, samples}, headers: {Accept: 'image/png'}}),
    await client.POST('/forward', {body: {network, samples}, headers: {'Content-Type': 'application/xml'}}),
    await client.GET('/mistakes/{code}', {params: {path: {code: 'unheard_of'}}}),
  ];
  return replies.map(({error}) => error && [error.code, inWords(error)]);
}

/** What the types refuse: without the error that is expected, this file does not compile. */
export const refused: Schemas['BackwardRequest'][] = [
  // @ts-expect-error a vector is no matrix
  {network: {W1: [1, 2], b1: [0]}, samples},
  // @ts-expect-error there are biases, or null
  {network: {W1: [[1]]}, samples: [{x: [1], y: [1]}]},
  // @ts-expect-error a name is misspelled
  {network: {...numbers, w3: [[1]]}, samples},
  // @ts-expect-error an activation that there is not
  {network: {...numbers, activations: ['gelu']}, samples},
  // @ts-expect-error a sample without a target
  {network, samples: [{x: [1, 0, 1, 1]}]},
  // @ts-expect-error beyond the limit of layers
  {network: {...numbers, W17: [[1]], b17: [0]}, samples},
  // @ts-expect-error a learning rate is for /step
  {network, samples, learning_rate: 0.1},
  {network, samples, options: {}}, // no option is required
];
