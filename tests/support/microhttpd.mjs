// Which libmicrohttpd the daemon runs with: what it answers by itself differs between its versions.
import {execFileSync} from 'node:child_process';

export const libraryVersion = execFileSync('pkg-config', ['--modversion', 'libmicrohttpd'], {encoding: 'utf8'}).trim();
export const is09 = libraryVersion.startsWith('0.9.');
