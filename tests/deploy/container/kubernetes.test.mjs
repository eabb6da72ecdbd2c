// The Kubernetes manifests as kubectl renders them: valid, and by the rules. Each rule is shown to be broken by
// a manifest that breaks it.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {readContract} from '../../api/contract/judge.mjs';
import {command} from './readme.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const hasKubectl = (process.env.PATH ?? '').split(':').some(folder => existsSync(`${folder}/kubectl`));
const hasSchemas = existsSync(new URL('node_modules/kubernetes-models', import.meta.url));
const skip = hasKubectl && hasSchemas ? false : 'SKIPPED: kubectl or kubernetes-models is missing; make container-deps';
let all, check, brokenRules, rules;

before(async () => {
  if (skip) { console.log(skip); return; }
  const manifests = await import('./manifests.mjs');
  ({brokenRules, rules} = manifests);
  all = manifests.readManifests(execFileSync('sh', ['-c', command('kubectl kustomize').replace(/ *>\S+/, '')], {cwd: root, encoding: 'utf8'}));
  check = manifests.makeSchemaCheck();
});

const find = (set, kind) => set.find(one => one.kind === kind);
const deployment = set => find(set, 'Deployment').spec;
const pod = set => deployment(set).template.spec;
const container = set => pod(set).containers[0];
const setEnv = (set, name, value) => { container(set).env.find(one => one.name === name).value = value; };

test('five manifests are rendered, and each is valid', {skip}, () => {
  assert.deepEqual(all.map(({kind}) => kind).sort(), ['Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']);
  assert.deepEqual(all.flatMap(check), []);
});

test('the rules hold', {skip}, () => assert.deepEqual(brokenRules(all), []));

test('the image is of this version', {skip}, () => assert.equal(container(all).image, `backpropd:${readContract().info.version}`));

const invalid = {
  'a field that is misspelt': set => { container(set).redinessProbe = container(set).readinessProbe; },
  'a field at the wrong level': set => { deployment(set).containers = []; },
  'a number for a text': set => { setEnv(set, 'BACKPROPD_DRAIN_DELAY', 10); },
  'a text for a number': set => { deployment(set).replicas = 'two'; },
  'no selector': set => { delete deployment(set).selector; },
  'an unknown version of the API': set => { find(set, 'HorizontalPodAutoscaler').apiVersion = 'autoscaling/v2beta9'; },
  'no port of the Service': set => { delete find(set, 'Service').spec.ports[0].port; },
  'a probe of no kind that there is': set => { container(set).livenessProbe.http = {}; },
  'a policy with an invalid rule': set => { find(set, 'NetworkPolicy').spec.ingress[0].form = []; },
  'a metric without a type': set => { delete find(set, 'HorizontalPodAutoscaler').spec.metrics[0].type; },
};

for (const [name, spoil] of Object.entries(invalid)) {
  test(`the schemas refuse ${name}`, {skip}, () => {
    const set = structuredClone(all);
    spoil(set);
    assert.notDeepEqual(set.flatMap(check), []);
  });
}

const breaches = {
  'runs as non-root': set => { delete pod(set).securityContext.runAsNonRoot; },
  'is confined by seccomp': set => { pod(set).securityContext.seccompProfile.type = 'Unconfined'; },
  'shares nothing of the host': set => { pod(set).hostNetwork = true; },
  'mounts no folder of the host': set => { pod(set).volumes = [{name: 'etc', hostPath: {path: '/etc'}}]; },
  'has no token': set => { delete pod(set).automountServiceAccountToken; },
  'drains before it is killed': set => { pod(set).terminationGracePeriodSeconds = 5; },
  'cannot gain privileges': set => { delete container(set).securityContext.allowPrivilegeEscalation; },
  'has no capability': set => { container(set).securityContext.capabilities.add = ['NET_ADMIN']; },
  'has a read-only root': set => { container(set).securityContext.readOnlyRootFilesystem = false; },
  'is not root by its own context': set => { container(set).securityContext.runAsUser = 0; },
  'takes no port of the host': set => { container(set).ports[0].hostPort = 80; },
  'asks for and is limited in CPU and memory': set => { delete container(set).resources.limits.cpu; },
  'spends at most half of its memory on requests': set => { setEnv(set, 'BACKPROPD_MAX_MEMORY_BYTES', '200000000'); },
  'has an image that is not `latest`': set => { container(set).image = 'backpropd'; },
  'is probed where it should be': set => { container(set).readinessProbe.httpGet.path = '/livez'; },
  'is probed on a port that it has': set => { container(set).livenessProbe.httpGet.port = 'web'; },
  'two replicas at least': set => { find(set, 'HorizontalPodAutoscaler').spec.minReplicas = 1; },
  'no replica less during a rollout': set => { deployment(set).strategy.rollingUpdate.maxUnavailable = 1; },
  'the Service finds the pods': set => { find(set, 'Service').spec.selector = {app: 'other'}; },
  'the Service leads to a port of theirs': set => { find(set, 'Service').spec.ports[0].targetPort = 80; },
  'the Deployment finds its pods': set => { deployment(set).selector.matchLabels = {app: 'other'}; },
  'the autoscaler scales it by CPU': set => { find(set, 'HorizontalPodAutoscaler').spec.metrics[0].resource.name = 'memory'; },
  'a disruption leaves a replica, and can happen': set => { find(set, 'PodDisruptionBudget').spec.minAvailable = 2; },
  'the network policy is on the pods, and lets nothing out': set => { find(set, 'NetworkPolicy').spec.egress = [{}]; },
};

test('there is a breach for every rule', {skip}, () => assert.deepEqual(Object.keys(breaches), rules));

for (const [rule, spoil] of Object.entries(breaches)) {
  test(`a breach is seen: ${rule}`, {skip}, () => {
    const set = structuredClone(all);
    spoil(set);
    assert.deepEqual(brokenRules(set), [rule]);
  });
}
