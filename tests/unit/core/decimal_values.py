#!/usr/bin/python3
"""Writes decimal_values.h: activations, losses and their derivatives, calculated in decimals.

    decimal_values.py > decimal_values.h

Each value is calculated as the definition says, with 800 digits, of which a double keeps the
nearest. No trick of the core's is used: 1 - y_hat is a subtraction here, and ln y_hat a logarithm.
All z are multiples of 2^-20, so that the difference of two of them is the same in doubles.
`size` beside a value is the sum of the magnitudes of its terms: what its rounding errors go by.
"""
import random
from decimal import Decimal, getcontext

getcontext().prec = 800
MOST = 4  # outputs of a row
LARGEST = Decimal(1.7976931348623157e308)
ONE = Decimal(1)

POINTS = [0, 2.0**-20, 0.5, 1, 3, 17, 30, 36.75, 37.5, 40, 100, 350, 372, 600, 700, 740, 800]
# logits, and targets that need not sum to 1
SOFTMAX = [
    ([0.0], [1.0]),
    ([-700.0], [0.25]),
    ([0.0, 0.0], [1.0, 0.0]),
    ([2.0, 2.0, 2.0], [0.0, 0.0, 1.0]),  # all are the largest
    ([1.0, 3.0, 3.0, 2.0], [0.1, 0.2, 0.3, 0.4]),  # two are
    ([3.0, -1.0, 3.0], [0.0, 1.0, 0.0]),
    ([700.0, -700.0], [1.0, 0.0]),
    ([700.0, -700.0], [0.0, 1.0]),
    ([700.0, -700.0, 699.0], [0.5, 0.25, 0.25]),
    ([-700.0, -700.0, -700.0, -699.0], [0.0, 0.0, 1.0, 0.0]),
    ([40.0, 0.0, 0.0], [1.0, 0.0, 0.0]),  # y_hat[0] rounds to 1
    ([40.0, 0.0, 0.0], [0.0, 0.5, 0.5]),
    ([0.0, 0.0, 40.0, 1.0], [0.25, 0.25, 0.25, 0.25]),
    ([0.0, 100.0, -100.0], [0.0, 1.0, 0.0]),
    ([0.0, 650.0, 0.0], [1e-300, 1.0, 0.0]),
    ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]),
    ([1.0, 2.0, 3.0], [2.0, 0.0, 5.0]),
    ([0.5, -0.25, 0.125, 1.0], [1.0, 0.0, 0.0, 0.0]),
]
BINARY = [
    ([0.0], [1.0]),
    ([0.0, 0.0], [0.5, 0.0]),
    ([700.0, -700.0], [1.0, 0.0]),
    ([700.0, -700.0], [0.0, 1.0]),
    ([700.0, -700.0, 700.0, -700.0], [0.5, 0.5, 0.25, 0.75]),
    ([40.0, -40.0, 40.0], [1.0, 0.0, 0.25]),
    ([800.0, -800.0], [0.0, 1.0]),
    ([800.0, -800.0], [1.0, 0.0]),
    ([30.0, -30.0, 1.5], [1.0, 0.0, 0.375]),
    ([-3.0, 2.0, 0.5, -0.125], [1.0, 0.0, 1.0, 0.5]),
]


def random_rows(count, highest):
    pick = random.Random(1)
    for _ in range(count):
        n = pick.randint(1, MOST)
        scale = pick.choice([1, 4, 40, 300])
        z = [pick.randint(-scale << 20, scale << 20) * 2.0**-20 for _ in range(n)]
        yield z, [pick.choice([0.0, 1.0, pick.uniform(0, highest)]) for _ in range(n)]


def sigmoid(z):
    return ONE / (ONE + (-z).exp())


def softmax(z):
    powers = [v.exp() for v in z]
    return [p / sum(powers) for p in powers]


def double(value):
    if abs(value) > LARGEST:
        return "INFINITY" if value > 0 else "-INFINITY"
    return repr(float(value) + 0.0)  # never -0.0


def braces(values):
    return "{" + ", ".join(values) + "}"


def doubles(values):
    return braces([double(v) for v in values])


def point(z):
    z = Decimal(z)
    s, t = sigmoid(z), sigmoid(2 * z)
    return braces([double(z), double(s), double(s * (ONE - s)), double(4 * t * (ONE - t))])


def weighted(weights, values):
    """The sum of products, 0 where the weight is, and the sum of their magnitudes."""
    terms = [w * value() for w, value in zip(weights, values) if w]
    return sum(terms, Decimal(0)), sum(map(abs, terms), Decimal(0))


def softmax_row(z, y):
    z, y = [Decimal(v) for v in z], [Decimal(v) for v in y]
    n, h = len(z), softmax([Decimal(v) for v in z])
    loss, _ = weighted(y, [lambda p=p: -p.ln() for p in h])
    dl_dy_hat = [-q / p if q else Decimal(0) for p, q in zip(h, y)]
    rest = [sum(h[i] for i in range(n) if i != j) for j in range(n)]
    others = [sum((y[i] for i in range(n) if i != j), Decimal(0)) for j in range(n)]
    dl_dz = [p * sum(y) - q for p, q in zip(h, y)]
    size = [h[j] * others[j] + y[j] * rest[j] for j in range(n)]
    given = [Decimal(3 - 2 * j) / 4 for j in range(n)]  # a gradient of another loss
    jacobian = [[h[j] * (rest[j] if j == k else -h[k]) for k in range(n)] for j in range(n)]
    back = [weighted(given, [lambda r=row, k=k: r[k] for row in jacobian]) for k in range(n)]
    return braces([str(n), doubles(z), doubles(y), doubles(h), doubles(rest), double(loss),
                   doubles(dl_dy_hat), doubles(dl_dz), doubles(size), doubles(given),
                   doubles([b[0] for b in back]), doubles([b[1] for b in back])])


def binary_row(z, y):
    z, y = [Decimal(v) for v in z], [Decimal(v) for v in y]
    loss, sizes, dl_dy_hat, dl_dz = Decimal(0), Decimal(0), [], []
    for v, q in zip(z, y):
        u, rest = sigmoid(v), sigmoid(-v)
        term = (-q * u.ln() if q else 0) - ((ONE - q) * rest.ln() if q != 1 else 0)
        loss, sizes = loss + term, sizes + abs(v) * (1 + q) + 1
        above, below = (ONE - q) / rest if q != 1 else Decimal(0), q / u if q else Decimal(0)
        dl_dy_hat.append((above - below, above + below))
        dl_dz.append((u - q, (ONE - q) * u + q * rest))
    return braces([str(len(z)), doubles(z), doubles(y), double(loss),
                   double(loss if set(y) <= {0, 1} else sizes),
                   *[doubles([value[i] for value in values])
                     for values in (dl_dy_hat, dl_dz) for i in (0, 1)]])


def table(fields, name, rows):
    print(f"static const struct {{\n    {fields}\n}} {name}[] = {{")
    for row in rows:
        print(f"    {row},")
    print("};\n")


print("/* Made by decimal_values.py, which says what this is. */")
print("/* clang-format off */\n#include <math.h>\n#include <stddef.h>\n")
table("double z, sigmoid, sigmoid_slope, tanh_slope;", "POINTS",
      [point(sign * z) for z in POINTS for sign in (1, -1)])
table("size_t n;\n    double z[4], y[4], y_hat[4], rest[4], loss, dl_dy_hat[4], dl_dz[4], size[4];\n"
      "    double given[4], back[4], back_size[4];", "SOFTMAX_ROWS",
      [softmax_row(z, y) for z, y in [*SOFTMAX, *random_rows(60, 2)]])
table("size_t n;\n    double z[4], y[4], loss, loss_size, dl_dy_hat[4], dl_dy_hat_size[4];\n"
      "    double dl_dz[4], size[4];", "BINARY_ROWS",
      [binary_row(z, y) for z, y in [*BINARY, *random_rows(60, 1)]])
