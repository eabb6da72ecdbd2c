"""A peer: forward and backward of a batch with NumPy, one thread. usage: arithmetic.py BODY TIMES"""
import json
import os
import sys
import time

os.environ['OPENBLAS_NUM_THREADS'] = '1'
import numpy as np  # noqa: E402  the number of threads is read when it is loaded


def backward(w1, b1, w2, b2, x, y):
    n, outputs = y.shape
    z1 = np.round(x @ w1 + b1, 10)
    h1 = np.maximum(z1, 0)
    error = h1 @ w2 + b2 - y
    dz2 = 2 / outputs / n * error
    dz1 = (dz2 @ w2.T) * (z1 > 0)
    return (error**2).mean(), x.T @ dz1, dz1.sum(0), h1.T @ dz2, dz2.sum(0)


body = json.load(open(sys.argv[1]))
weights = [np.array(body['network'][name]) for name in ('W1', 'b1', 'W2', 'b2')]
x, y = (np.array([sample[name] for sample in body['samples']]) for name in 'xy')
loss = backward(*weights, x, y)[0]
start = time.perf_counter()
for _ in range(int(sys.argv[2])):
    backward(*weights, x, y)
milliseconds = (time.perf_counter() - start) * 1e3 / int(sys.argv[2])
print(json.dumps({'loss': loss, 'milliseconds': milliseconds}))
