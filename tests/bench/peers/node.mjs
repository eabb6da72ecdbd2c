// A peer: Node's http server, JSON.parse and plain loops, as one would write it for this.
import { createServer } from 'node:http';

const zeros = (n) => new Array(n).fill(0);
const outer = (x, dz) => x.map((value) => dz.map((d) => value * d));

/** Forward and backward of one sample through two layers, each member once; `include: []` asks for less. */
function backward({ network: { W1, b1, W2, b2 }, samples: [{ x, y }], include }) {
  const z1 = b1.slice();
  x.forEach((value, i) => W1[i].forEach((w, j) => { z1[j] += value * w; }));
  z1.forEach((z, j) => { z1[j] = Math.round(z * 1e10) / 1e10; });
  const h = z1.map((z) => Math.max(0, z));
  const y_hat = b2.slice();
  h.forEach((value, i) => W2[i].forEach((w, j) => { y_hat[j] += value * w; }));
  const error = y_hat.map((value, j) => value - y[j]);
  const dL_dy = error.map((e) => (2 / y.length) * e);
  const dL_dh = zeros(h.length).map((_, i) => W2[i].reduce((sum, w, j) => sum + w * dL_dy[j], 0));
  const relu_grad = z1.map((z) => (z > 0 ? 1 : 0));
  const dL_dz1 = dL_dh.map((d, j) => d * relu_grad[j]);
  const loss = error.reduce((sum, e) => sum + e * e, 0) / y.length;
  const gradients = { dL_dW2: outer(h, dL_dy), dL_db2: dL_dy, dL_dW1: outer(x, dL_dz1), dL_db1: dL_dz1 };
  return include ? { loss, ...gradients } : { loss, z1, h, y_hat, dL_dy, dL_dh, relu_grad, dL_dz1, ...gradients };
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const reply = JSON.stringify(backward(JSON.parse(Buffer.concat(pieces))));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(reply) });
    response.end(reply);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`peer listening on http://127.0.0.1:${server.address().port}`));
