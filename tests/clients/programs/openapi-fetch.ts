// What a user writes who has types from openapi-typescript and calls by openapi-fetch.
import createClient from 'openapi-fetch';
import type {components, paths} from './schema';
import {network as numbers, samples} from './textbook';

type Schemas = components['schemas'];
type Json = `application/${string}json`; // where a path has several representations, the types are those of JSON

const network: Schemas['Network'] = {...numbers, activations: ['relu', 'identity']};

/** The data of a reply, or an error that says what the service said. */
function dataOf<T>({data, error}: {data?: T; error?: unknown}): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

/** How a user tells the kinds of problem apart: each has members of its own. */
export function inWords(problem: Schemas['Problem']): string {
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
  const forward = dataOf(await client.POST('/forward', {body: {network, samples}}));
  const backward = dataOf(await client.POST('/backward', {body: {network, samples, options: {reduction: 'sum'}}}));
  const stepped = dataOf(await client.POST('/step', {body: {network, samples, learning_rate: 0.1, steps: 3, frozen: ['b1']}}));
  const explained = dataOf(await client.POST('/explain', {body: {network, samples}}));
  const inPlainText = dataOf(await client.POST('/explain', {body: {network, samples}, headers: {Accept: 'text/plain'}, parseAs: 'text'}));
  const graded = dataOf(await client.POST('/grade', {
    body: {network, samples, answers: {samples: [{dL_dy_hat: [-0.225, -0.275, '-0,0125', null]}]}, marking: {weights: {dL_dy_hat: 2}}},
  }));
  const checked = dataOf(await client.POST('/check', {body: {network, samples, gradients: {b2: [-0.45, -0.55, -0.025, 7]}}}));
  const drawn = dataOf(await client.POST('/exercise', {body: {sizes: [2, 3, 1], seed: 7}}));
  const review = dataOf(await client.POST('/exercise/review', {body: {network, samples}}));
  // what comes back goes in again
  const next = dataOf(await client.POST('/step', {body: {network: stepped.network, samples, learning_rate: 0.1}}));

  const sample = backward.samples?.[0];
  return {
    loss: forward.loss,
    z1: forward.samples?.[0]?.z1[2],
    gradient: backward.gradients.W1[0]?.[2],
    layer2: backward.gradients.W2?.[2]?.[0],
    reason: backward.why_zero?.b1?.[0],
    gate: sample?.dh1_dz1?.[2],
    dL_dh1: sample?.dL_dh1?.[1],
    dead: backward.dead.h1?.[0],
    nonzero: backward.parameters.nonzero,
    losses: stepped.losses.length,
    kept: stepped.network.b1?.[0],
    lossGoesOn: next.loss_before === stepped.loss_after,
    firstStep: explained.steps[0]?.tensor,
    solution: inPlainText.split('\n', 1)[0],
    mistake: graded.mistakes[0]?.code,
    mismatches: checked.counts.mismatch,
    verdict: checked.check.b2?.[3]?.verdict,
    layers: drawn.body.network.W2?.length,
    hidden: review.hidden.length,
  };
}

export async function read(baseUrl: string) {
  const client = createClient<paths, Json>({baseUrl});
  const index = dataOf(await client.GET('/'));
  const examples = dataOf(await client.GET('/examples/'));
  const example = dataOf(await client.GET('/examples/{name}', {params: {path: {name: 'textbook'}}}));
  const texts = createClient<paths>({baseUrl});
  const catalogue = dataOf(await client.GET('/mistakes'));
  const pages = await Promise.all([
    texts.GET('/page/{file}', {params: {path: {file: 'main.js'}}, parseAs: 'text'}),
    texts.GET('/openapi.yaml', {parseAs: 'text'}),
    texts.GET('/mistakes/{code}', {params: {path: {code: 'transposed'}}, parseAs: 'text'}),
    texts.GET('/problems/', {parseAs: 'text'}),
    texts.GET('/problems/{slug}', {params: {path: {slug: 'not-finite'}}, parseAs: 'text'}),
    texts.GET('/metrics', {parseAs: 'text'}),
  ]);
  const document = dataOf(await client.GET('/openapi.json'));
  const version = await client.GET('/version', {params: {header: {'X-Request-Id': 'a-client'}}});
  return {
    layers: index.limits.layers,
    link: index.links.backward,
    printed: examples[0]?.printed['/loss'],
    W1: example.network.W1[0]?.[0],
    code: catalogue.mistakes[0]?.code,
    texts: pages.map(text => dataOf<string>(text).length > 0),
    document: typeof document,
    version: dataOf(version).name,
    requestId: version.response.headers.get('x-request-id'),
    health: [dataOf(await client.GET('/livez')).status, dataOf(await client.GET('/healthz')).status, dataOf(await client.GET('/readyz')).status],
  };
}

/** Each problem that a client comes upon, as its code and in words. */
export async function fail(baseUrl: string) {
  const client = createClient<paths, Json>({baseUrl});
  const text = (body: string): {body: never; bodySerializer: () => string} => ({body: {} as never, bodySerializer: () => body});
  const replies = [
    await client.POST('/forward', text('{"network": {},\n "samples": [1,]}')),
    await client.POST('/backward', {body: {network: {...network, W2: numbers.W2.slice(1)}, samples}}),
    await client.POST('/forward', {body: {network: {W1: [[1e308]], b1: [1e308]}, samples: [{x: [1e10]}]}}),
    await client.POST('/explain', {body: {network, samples}, headers: {Accept: 'image/png'}}),
    await client.POST('/forward', {body: {network, samples}, headers: {'Content-Type': 'application/xml'}}),
    await client.GET('/mistakes/{code}', {params: {path: {code: 'unheard_of'}}}),
  ];
  return replies.map(({error}) => error && [error.code, inWords(error)]);
}

/** What the types refuse: without the error that is expected, this file does not compile. */
export function refused(): Schemas['BackwardRequest'][] {
  return [
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
    {network, samples, options: {}},
  ];
}
