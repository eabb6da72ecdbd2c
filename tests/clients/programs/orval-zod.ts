// What a user writes who checks bodies and replies by the schemas of zod that orval makes. Nothing may be refused, and
// nothing deleted.
import type {ZodType} from 'zod';
import {network as numbers, samples} from './example';
import * as schemas from './schemas';
import {summaryOf, summaryOfRead} from './summary';

const network = {...numbers, activations: ['relu' as const, 'identity' as const]};

function parsed<T>(schema: ZodType<T>, value: unknown): T {
  const result = schema.parse(value);
  if (JSON.stringify(sorted(result)) !== JSON.stringify(sorted(value))) throw new Error(`zod made ${JSON.stringify(result)} of ${JSON.stringify(value)}`);
  return result;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  return value instanceof Object ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sorted(inner)])) : value;
}

async function post<Body, Reply>(url: string, bodySchema: ZodType<Body>, replySchema: ZodType<Reply>, body: Body): Promise<Reply> {
  const reply = await fetch(url, {method: 'POST', body: JSON.stringify(parsed(bodySchema, body))});
  return parsed(replySchema, await reply.json());
}

export async function calculate(baseUrl: string) {
  const stepped = await post(`${baseUrl}/step`, schemas.stepBody, schemas.stepResponse, {network, samples, learning_rate: 0.1, steps: 3, frozen: ['b1']});
  const answers = {samples: [{dL_dy_hat: [-0.225, -0.275, '-0,0125', null]}]};
  return summaryOf({
    forward: await post(`${baseUrl}/forward`, schemas.forwardBody, schemas.forwardResponse, {network, samples}),
    backward: await post(`${baseUrl}/backward`, schemas.backwardBody, schemas.backwardResponse, {network, samples, options: {reduction: 'sum'}}),
    stepped,
    next: await post(`${baseUrl}/step`, schemas.stepBody, schemas.stepResponse, {network: stepped.network, samples, learning_rate: 0.1}),
    explained: await post(`${baseUrl}/explain`, schemas.explainBody, schemas.explainResponse, {network, samples}),
    graded: await post(`${baseUrl}/grade`, schemas.gradeBody, schemas.gradeResponse, {network, samples, answers, marking: {weights: {dL_dy_hat: 2}}}),
    checked: await post(`${baseUrl}/check`, schemas.checkBody, schemas.checkResponse, {network, samples, gradients: {b2: [-0.45, -0.55, -0.025, 7]}}),
    drawn: await post(`${baseUrl}/exercise`, schemas.exerciseBody, schemas.exerciseResponse, {sizes: [2, 3, 1], seed: 7}),
    review: await post(`${baseUrl}/exercise/review`, schemas.exerciseReviewBody, schemas.exerciseReviewResponse, {network, samples}),
  });
}

export async function read(baseUrl: string) {
  const get = async <T>(path: string, schema: ZodType<T>): Promise<T> => parsed(schema, await (await fetch(baseUrl + path)).json());
  const text = async (path: string) => (await fetch(baseUrl + path)).text();
  return summaryOfRead({
    service: await get('/', schemas.indexResponse),
    examples: await get('/examples/', schemas.listExamplesResponse),
    example: await get('/examples/textbook', schemas.getExampleResponse),
    catalogue: await get('/mistakes', schemas.mistakesResponse),
    document: await (await fetch(`${baseUrl}/openapi.json`)).json() as object, // a document of its own, which has no schema here
    version: await get('/version', schemas.versionResponse),
    health: [await get('/livez', schemas.livezResponse), await get('/healthz', schemas.healthzResponse), await get('/readyz', schemas.readyzResponse)],
    texts: await Promise.all(['/page/main.js', '/openapi.yaml', '/mistakes/transposed', '/problems/', '/problems/not-finite', '/metrics'].map(text)),
  });
}
