// nginx and HAProxy as the README sets them up, on free ports, in front of a daemon.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {binary, request} from '../../support/daemon.mjs';
import {freePort} from '../../support/port.mjs';

const programs = {nginx: '/usr/sbin/nginx', haproxy: '/usr/sbin/haproxy'};
const readme = readFileSync(new URL('../../../docker/README.md', import.meta.url), 'utf8');
const block = language => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(readme)[1];

/** The text with other words, each of which must be there. */
function but(text, changes) {
  return changes.reduce((so, [from, to]) => {
    if (!so.includes(from)) throw new Error(`the README's configuration lacks ${from}`);
    return so.replace(from, to);
  }, text);
}

export async function until(holds, what, seconds = 60) {
  for (const end = Date.now() + 1000 * seconds; !await holds();) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${typeof what === 'function' ? what() : what}`);
    await pause(20);
  }
}

/** Passes connections on to a port and counts them. */
export async function relay(to) {
  const sockets = new Set();
  const counted = {n: 0};
  const server = net.createServer({allowHalfOpen: true}, client => {
    const daemon = net.connect({port: to, host: '127.0.0.1', allowHalfOpen: true});
    counted.n++;
    for (const socket of [client, daemon]) {
      sockets.add(socket);
      socket.on('close', () => { sockets.delete(socket); client.destroy(); daemon.destroy(); }).on('error', () => {});
    }
    client.pipe(daemon).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => { server.close(); for (const socket of sockets) socket.destroy(); };
  return {port: server.address().port, counted, stop};
}

/** An entry for each request in a proxy's log, whose lines are "ID STATUS": {id, status}, status undefined if the daemon has not answered it. */
const readLog = text => text.split('\n').slice(0, -1).map(line => line.trim().split(' ')).filter(words => words.length === 2)
  .map(([id, status]) => ({id, status: /^\d{3}$/.test(status) ? Number(status) : undefined}));

/** A program that answers at this path once it is ready. What it says goes to a file: a pipe that is full would lose lines. */
async function launch(command, args, port, path) {
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  const file = join(folder, 'output');
  const fd = openSync(file, 'a');
  const child = spawn(command, args, {stdio: ['ignore', fd, fd]});
  closeSync(fd);
  const output = () => readFileSync(file, 'utf8');
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  const exited = once(child, 'exit');
  await until(() => {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${output()}`);
    return request(port, 'GET', path).then(({status}) => status === 200, () => false);
  }, () => `${command} answers: ${output()}`);
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    process.off('exit', kill);
    rmSync(folder, {recursive: true});
  };
  return {port, output, stop};
}

/** The daemon, with all that it logs as objects. */
export async function startDaemon(...args) {
  const port = await freePort();
  const {output, stop} = await launch(binary, ['--listen', `127.0.0.1:${port}`, '--log-format', 'json', '--log-health', 'on', ...args], port, '/livez');
  const log = () => output().split('\n').slice(0, -1).filter(line => line.startsWith('{')).map(line => JSON.parse(line));
  return {port, log, stop};
}

async function nginx(to, folder) {
  const port = await freePort();
  const own = but(block('nginx'), [['127.0.0.1:8080', `127.0.0.1:${to}`], ['listen 80', `listen 127.0.0.1:${port}`]]);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(one => `${one}_temp_path ${folder}/${one};`).join('\n');
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  ${paths}
  client_header_timeout 5s; client_body_timeout 5s;
  log_format ids '$request_id $upstream_status';
  access_log ${folder}/access.log ids;
  ${own}
}
`);
  const {stop} = await launch(programs.nginx, ['-e', `${folder}/error.log`, '-p', folder, '-c', file], port, '/api/bp/livez');
  return {name: 'nginx', port, stop, log: () => readLog(readFileSync(join(folder, 'access.log'), 'utf8'))};
}

async function haproxy(to, folder) {
  const port = await freePort();
  const own = but(block('haproxy'), [['127.0.0.1:8080', `127.0.0.1:${to}`], ['bind :80', `bind 127.0.0.1:${port}`]]);
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, `global
    log stdout format raw local0
    nbthread 1 # of two that log at once, one loses its line
defaults
    mode http
    log global
    log-format "%ID %[var(txn.answered)]"
    timeout connect 5s
    timeout server 60s
    timeout client 5s
    timeout http-request 5s
    timeout http-keep-alive 60s
${own}
    http-response set-var(txn.answered) status
`);
  const {output, stop} = await launch(programs.haproxy, ['-db', '-f', file], port, '/api/bp/livez');
  return {name: 'HAProxy', port, stop, log: () => readLog(output())};
}

export const missing = Object.values(programs).filter(path => !existsSync(path));

/** Both proxies, each before the daemon at its port; `stop` ends them. */
export async function proxies(to) {
  const folder = mkdtempSync(join(tmpdir(), 'proxies-'));
  const all = await Promise.all([nginx(to.nginx, folder), haproxy(to.haproxy, folder)]);
  const stop = async () => {
    await Promise.all(all.map(one => one.stop()));
    rmSync(folder, {recursive: true});
  };
  return {all, stop};
}
