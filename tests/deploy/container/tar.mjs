// Reads a tar archive of the kind that Docker writes: [{name, type, mode, uid, gid, mtime, body}].
const text = (block, from, to) => block.toString('utf8', from, to).replace(/\0.*$/s, '');
const octal = (block, from, to) => parseInt(text(block, from, to).trim() || '0', 8);

/** The records of a pax header: "27 path=a/very/long/name\n". */
function paxRecords(body) {
  return Object.fromEntries([...body.toString('utf8').matchAll(/\d+ ([^=]+)=([^\n]*)\n/g)].map(([, key, value]) => [key, value]));
}

export function readTar(bytes) {
  const entries = [];
  let pax = {};
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const head = bytes.subarray(at, at + 512);
    const size = octal(head, 124, 136);
    const body = bytes.subarray(at + 512, at + 512 + size);
    const type = text(head, 156, 157) || '0';
    at += 512 + Math.ceil(size / 512) * 512;
    if (type === 'x') {
      pax = paxRecords(body);
      continue;
    }
    const name = pax.path ?? [text(head, 345, 500), text(head, 0, 100)].filter(Boolean).join('/');
    entries.push({name, type, mode: octal(head, 100, 108), uid: octal(head, 108, 116), gid: octal(head, 116, 124), mtime: Number(pax.mtime ?? octal(head, 136, 148)), body});
    pax = {};
  }
  return entries;
}
