// What "flat" means: after a warm-up of a third of the time, a straight line through the samples (least squares) rises,
// from its beginning to its end, by no more than the bound, beyond what the scatter of the samples explains (few
// samples of connections that come and go slope by chance; thousands do not; threads do not come and go); and the process has never had more memory
// than twice what the line begins with, or 64 MiB.
import assert from 'node:assert/strict';

const MIB = 1 << 20;
const WARM_UP = 1 / 3;
const ERRORS = 4; // generous, since samples depend on those before them
export const bounds = {rss: 2 * MIB, fds: 4, threads: 0.01};

/** {from, to} of the line at the first and last sample, and the standard error of its rise between them. */
export function line(samples, name) {
  const n = samples.length;
  const mean = pick => samples.reduce((sum, sample) => sum + pick(sample), 0) / n;
  const [mx, my] = [mean(sample => sample.second), mean(sample => sample[name])];
  const spread = mean(sample => (sample.second - mx) ** 2) || 1;
  const slope = mean(sample => (sample.second - mx) * (sample[name] - my)) / spread;
  const at = sample => my + slope * (sample.second - mx);
  const scatter = mean(sample => (sample[name] - at(sample)) ** 2);
  const error = Math.sqrt(scatter / spread / Math.max(n - 2, 1)) * (samples[n - 1].second - samples[0].second);
  return {from: at(samples[0]), to: at(samples[n - 1]), error};
}

const shown = (name, value) => name === 'rss' ? `${(value / MIB).toFixed(2)} MiB` : value.toFixed(1);

/** Throws unless all are flat; gives figures to print. */
export function assertFlat(samples, names = Object.keys(bounds)) {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const told = names.map(name => {
    const {from, to, error} = line(warm, name);
    const text = `${name} ${shown(name, from)} to ${shown(name, to)}`;
    assert.ok(to - from <= bounds[name] + (name === 'threads' ? 0 : ERRORS * error), `not flat: ${text}`);
    return text;
  });
  const peak = Math.max(...samples.map(sample => sample.peak));
  if (names.includes('rss')) assert.ok(peak <= Math.max(64 * MIB, 2 * line(warm, 'rss').from), `${shown('rss', peak)} at most`);
  return [...told, `peak ${shown('rss', peak)}`].join(', ');
}
