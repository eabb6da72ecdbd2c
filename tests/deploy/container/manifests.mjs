// What must hold of Kubernetes manifests: the API's own schemas, without unknown fields, and the rules of this house.
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import Ajv from 'ajv';
import {parseAllDocuments} from 'yaml';

const require = createRequire(import.meta.url);

export const readManifests = text => parseAllDocuments(text).map(one => one.toJS());

// ---- Schemas ----

/** The JSON schemas that the package would register with its own validator, taken from it to be made strict. */
function takeSchemas(names) {
  const schemas = new Map();
  const folder = fileURLToPath(new URL('node_modules/kubernetes-models/', import.meta.url));
  const filename = createRequire(folder).resolve('@kubernetes-models/validate');
  require.cache[filename] = {id: filename, filename, loaded: true, exports: {register: (id, schema) => schemas.set(id, schema)}};
  for (const name of names) require(`${folder}_schemas/${name}.js`).addSchema();
  return schemas;
}

/** The API server refuses fields that it does not know, if asked to; here it is always asked. */
function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict);
  if (schema === null || typeof schema !== 'object') return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return schema.properties && typeof schema.properties === 'object' && !('additionalProperties' in schema) && !Array.isArray(schema.properties)
    ? {...inner, additionalProperties: false} : inner;
}

const kinds = {
  'apps/v1 Deployment': ['IoK8sApiAppsV1Deployment', 'io.k8s.api.apps.v1.Deployment'],
  'v1 Service': ['IoK8sApiCoreV1Service', 'io.k8s.api.core.v1.Service'],
  'autoscaling/v2 HorizontalPodAutoscaler': ['IoK8sApiAutoscalingV2HorizontalPodAutoscaler', 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler'],
  'policy/v1 PodDisruptionBudget': ['IoK8sApiPolicyV1PodDisruptionBudget', 'io.k8s.api.policy.v1.PodDisruptionBudget'],
  'networking.k8s.io/v1 NetworkPolicy': ['IoK8sApiNetworkingV1NetworkPolicy', 'io.k8s.api.networking.v1.NetworkPolicy'],
};

/** A function that tells what the API's schemas find wrong with a manifest, as lines. */
export function makeSchemaCheck() {
  const ajv = new Ajv({strict: false, allErrors: true, validateFormats: false, inlineRefs: false});
  for (const [id, schema] of takeSchemas(Object.values(kinds).map(([name]) => name))) ajv.addSchema(strict(schema), `${id}#`);
  return manifest => {
    const kind = `${manifest.apiVersion} ${manifest.kind}`;
    if (!kinds[kind]) return [`${kind} is not one of ${Object.keys(kinds).join(', ')}`];
    const check = ajv.getSchema(`${kinds[kind][1]}#`);
    return check(manifest) ? [] : check.errors.map(({instancePath, message, params}) => `${kind}${instancePath} ${message} ${JSON.stringify(params)}`);
  };
}

// ---- Rules ----

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const bytes = text => parseInt(text, 10) * {'': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30}[text.replace(/^\d+/, '')];
const envOf = container => Object.fromEntries((container.env ?? []).map(({name, value}) => [name, value]));

/** The Pod Security Standard `restricted`, and what it leaves open: a read-only root, no token. */
const podRules = {
  'runs as non-root': pod => pod.securityContext?.runAsNonRoot === true && pod.securityContext.runAsUser > 0,
  'is confined by seccomp': pod => ['RuntimeDefault', 'Localhost'].includes(pod.securityContext?.seccompProfile?.type),
  'shares nothing of the host': pod => !pod.hostNetwork && !pod.hostPID && !pod.hostIPC,
  'mounts no folder of the host': pod => (pod.volumes ?? []).every(({hostPath}) => hostPath === undefined),
  'has no token': pod => pod.automountServiceAccountToken === false,
  'drains before it is killed': pod => pod.containers.every(one => Number(envOf(one).BACKPROPD_DRAIN_DELAY) + 10 <= pod.terminationGracePeriodSeconds),
};

const containerRules = {
  'cannot gain privileges': ({securityContext: s}) => s?.allowPrivilegeEscalation === false && !s.privileged,
  'has no capability': ({securityContext: s}) => same(s?.capabilities, {drop: ['ALL']}),
  'has a read-only root': ({securityContext: s}) => s?.readOnlyRootFilesystem === true,
  'is not root by its own context': ({securityContext: s}) => s?.runAsNonRoot !== false && s?.runAsUser !== 0 && !['Unconfined'].includes(s?.seccompProfile?.type),
  'takes no port of the host': ({ports}) => (ports ?? []).every(({hostPort}) => hostPort === undefined),
  'asks for and is limited in CPU and memory': ({resources: r}) => ['requests', 'limits'].every(kind => r?.[kind]?.cpu && r[kind].memory),
  'spends at most half of its memory on requests': one => Number(envOf(one).BACKPROPD_MAX_MEMORY_BYTES) <= bytes(one.resources?.limits?.memory ?? '0') / 2,
  'has an image that is not `latest`': ({image}) => /:[\w.-]+$/.test(image) && !image.endsWith(':latest'),
  'is probed where it should be': one => one.startupProbe?.httpGet?.path === '/livez' && one.livenessProbe?.httpGet?.path === '/livez' && one.readinessProbe?.httpGet?.path === '/readyz',
  'is probed on a port that it has': one => ['startupProbe', 'livenessProbe', 'readinessProbe'].every(kind => (one.ports ?? []).some(({name, containerPort}) => [name, containerPort].includes(one[kind]?.httpGet?.port))),
};

const find = (all, kind) => all.find(one => one.kind === kind);
const selects = (selector, labels) => Object.entries(selector ?? {none: 0}).every(([key, value]) => labels?.[key] === value);

/** Between manifests. */
const setRules = {
  'two replicas at least': all => find(all, 'Deployment').spec.replicas >= 2 && find(all, 'HorizontalPodAutoscaler')?.spec.minReplicas >= 2,
  'no replica less during a rollout': all => find(all, 'Deployment').spec.strategy?.rollingUpdate?.maxUnavailable === 0,
  'the Service finds the pods': all => selects(find(all, 'Service')?.spec.selector, find(all, 'Deployment').spec.template.metadata.labels),
  'the Service leads to a port of theirs': all => find(all, 'Service')?.spec.ports.every(({targetPort}) => find(all, 'Deployment').spec.template.spec.containers[0].ports?.some(({name, containerPort}) => [name, containerPort].includes(targetPort))),
  'the Deployment finds its pods': all => selects(find(all, 'Deployment').spec.selector?.matchLabels, find(all, 'Deployment').spec.template.metadata.labels),
  'the autoscaler scales it by CPU': all => find(all, 'HorizontalPodAutoscaler')?.spec.scaleTargetRef.name === find(all, 'Deployment').metadata.name
    && find(all, 'HorizontalPodAutoscaler').spec.metrics.some(({resource}) => resource?.name === 'cpu'),
  'a disruption leaves a replica, and can happen': all => {
    const {minAvailable, selector} = find(all, 'PodDisruptionBudget')?.spec ?? {};
    return minAvailable >= 1 && minAvailable < find(all, 'Deployment').spec.replicas && selects(selector?.matchLabels, find(all, 'Deployment').spec.template.metadata.labels);
  },
  'the network policy is on the pods, and lets nothing out': all => {
    const {podSelector, policyTypes, egress, ingress} = find(all, 'NetworkPolicy')?.spec ?? {};
    return selects(podSelector?.matchLabels, find(all, 'Deployment').spec.template.metadata.labels) && same(policyTypes, ['Ingress', 'Egress']) && (egress ?? []).length === 0 && ingress?.length === 1;
  },
};

/** What breaks the rules, as lines. */
export function brokenRules(all) {
  const pod = find(all, 'Deployment').spec.template.spec;
  const broken = (rules, thing) => Object.entries(rules).filter(([, holds]) => !holds(thing)).map(([rule]) => rule);
  return [...broken(podRules, pod), ...[...pod.containers, ...(pod.initContainers ?? [])].flatMap(one => broken(containerRules, one)), ...broken(setRules, all)];
}

export const rules = [podRules, containerRules, setRules].flatMap(Object.keys);
