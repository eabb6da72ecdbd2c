// What one replica with two threads serves: textbook requests a second, under wrk.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { serveDefault } from './servers.mjs';
import { RUNS, folder, has, median, say, textbook, times } from './tools.mjs';

const script = `${folder}/post.lua`;

/** wrk posts the textbook body; returns {good, errors} a second, the latter of any sort. */
export function wrk(server, connections, seconds) {
  writeFileSync(script, `local f = io.open("${textbook}", "rb")
wrk.method = "POST"
wrk.body = f:read("*a")
wrk.headers["Content-Type"] = "application/json"
done = function(summary)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d\\n", summary.duration, summary.requests - e.status, e.status + e.connect + e.read + e.write + e.timeout))
end`);
  const out = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `${server.url}/backward`], { encoding: 'utf8' });
  const [, duration, good, errors] = /RESULT (\d+) (\d+) (\d+)/.exec(out).map(Number);
  return { good: good / (duration / 1e6), errors: errors / (duration / 1e6) };
}

export async function measure() {
  if (!has('wrk')) {
    say('SKIPPED: replica: wrk is missing (make bench-deps)');
    return {};
  }
  say('replica');
  const server = await serveDefault('--threads', 2);
  wrk(server, 32, 1);
  const rate = median(times(RUNS, () => wrk(server, 32, 2).good));
  await server.stop();
  return { facts: [`One replica with two threads serves ${Math.round(rate).toLocaleString('en')} textbook requests a second (wrk, 32 connections, which shares the two processors).`] };
}
