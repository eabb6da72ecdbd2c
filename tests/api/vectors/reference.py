#!/usr/bin/python3
"""An independent implementation of /forward, /backward and /step in exact fractions.

    reference.py compute < case.json        {"path", "request"} -> the whole reply to expect
    reference.py check                      recompute the vectors beside this file; 1 if one differs
    reference.py random --seed N --count M  M lines {"path", "request", "expect"} of random networks

The numbers are those of the JSON text, read as doubles, and from there on exact fractions (powers,
logarithms and quotients: sixty digits). Exact arithmetic and doubles legitimately part where a result turns on one
bit: a sum which is 0 in fractions and 1e-17 in doubles, a rounding half-way, an unrounded
pre-activation next to 0. exact.py carries a bound of the doubles' error along, and raises Ambiguous
there: `random` drops such a case and draws another, `compute` and `check` fail. What is left is the
same in fractions and in doubles. Dyadic numbers of few bits are exact in both, so zeros without
rounding, ties, sums that cancel and underflows are tested with those.

The names are the textbook's: z = h W + b, h = activation(z), dL_dz = dL_dh * dh_dz,
dL_dW = outer(h, dL_dz). Inside, W is fan-in x fan-out whatever was posted; b is None without biases.
"""
import argparse
import json
import pathlib
import sys
from collections import namedtuple
from fractions import Fraction

sys.dont_write_bytecode = True  # keeps the source tree clean
from exact import (Ambiguous, Num, ONE, ZERO, differs, is_exact_zero, is_zero, log1p,  # noqa: E402
                   negative_magnitude, number, power, printed, quotient, rounded, settle, sigmoid,
                   sigmoid_pair, sigmoid_slope, sign, tanh, tanh_slope, zero_truths)

HERE = pathlib.Path(__file__).parent
CHECK_TOLERANCE = 1e-12
LEAKY_SLOPE = number(0.01)
REASONS = ("error_zero", "neuron_dead", "saturated", "source_dead", "input_zero", "underflow",
           "mixed", "cancels")

Layer = namedtuple("Layer", "W b activation")
Options = namedtuple("Options", "round_decimals relu_at_zero loss reduction layout")
Unit = namedtuple("Unit", "z h dh_dz")  # vectors of one layer, for one sample; of softmax a matrix
# of one layer, for one sample; is_direct: dL_dz is not the product of dL_dh and dh_dz
Gradient = namedtuple("Gradient", "dL_dh dL_dz dL_dW dL_db is_direct")
Pass = namedtuple("Pass", "x units loss dead gradients reasons dL_dx")  # all of one sample
Batch = namedtuple("Batch", "passes loss dead gradients why_zero")


# --- the request ---------------------------------------------------------------------------------

def vector(numbers):
    return [number(posted) for posted in numbers]


def matrix(rows):
    return [vector(row) for row in rows]


def depth(network):
    return sum(name.startswith("W") for name in network)


def activations_of(network):
    return network.get("activations") or ["relu"] * (depth(network) - 1) + ["identity"]


def transposed(rows):
    return [list(row) for row in zip(*rows)]


def laid(rows, options):
    """A matrix in the shape of W as it is posted, or a posted one as it is inside."""
    return transposed(rows) if options.layout == "out_in" else rows


def read_layers(request, options):
    network = request["network"]

    def biases(posted):
        return None if posted is None else vector(posted)
    return [Layer(matrix(laid(network[f"W{k}"], options)), biases(network[f"b{k}"]), activation)
            for k, activation in enumerate(activations_of(network), 1)]


def read_options(request):
    options = request.get("options", {})
    return Options(options.get("round_decimals", 10), number(options.get("relu_at_zero", 0)),
                   options.get("loss", "mse"), options.get("reduction", "mean"),
                   options.get("layout", "in_out"))


def included(request, default):
    return request.get("include", default)


# --- forward -------------------------------------------------------------------------------------

def relu(z, options):
    side = sign(z)
    if side == 0:
        return ZERO, options.relu_at_zero
    return (z, ONE) if side > 0 else (ZERO, ZERO)


def leaky_relu(z, _):
    return (z, ONE) if sign(z) > 0 else (LEAKY_SLOPE * z, LEAKY_SLOPE)


def sigmoid_unit(z, _):
    return sigmoid(z), sigmoid_slope(z)


def tanh_unit(z, _):
    return tanh(z), tanh_slope(z)


def identity(z, _):
    return z, ONE


ACTIVATIONS = {"relu": relu, "leaky_relu": leaky_relu, "sigmoid": sigmoid_unit, "tanh": tanh_unit,
               "identity": identity}


def sum_of(terms):
    result = ZERO
    for term in terms:
        result = result + term
    return result


def others_of(terms, j):
    """The sum of all but one, in order."""
    return sum_of(term for i, term in enumerate(terms) if i != j)


def largest_of(z):
    """Where the largest stands, and its value: whichever doubles take of those that are nearly so."""
    at = max(range(len(z)), key=lambda j: z[j].value)
    gaps = [z[at] - z_j for j, z_j in enumerate(z) if j != at]
    near = [gap.approx + gap.bound for gap in gaps if gap.bound and gap.approx <= gap.bound]
    largest = z[at]
    return at, Num(largest.value, largest.approx, largest.bound + max(near)) if near else largest


def powers(z):
    at, largest = largest_of(z)
    return [ONE if z[j] is largest else power(z_j - largest) for j, z_j in enumerate(z)]


def one_less(e, j):
    """1 - y_hat[j]"""
    return quotient(others_of(e, j), sum_of(e))


def minus(num):
    return ZERO - num


def softmax_layer(z):
    e = powers(z)
    y_hat = [quotient(e_j, sum_of(e)) for e_j in e]
    rows = [[y_hat[j] * one_less(e, j) if k == j else minus(y_hat[j] * y_hat[k])
             for k in range(len(z))] for j in range(len(z))]
    return Unit(z, y_hat, rows)


def pre_activation(layer, h, j, options):
    z = layer.b[j] if layer.b else ZERO
    for i, h_i in enumerate(h):
        z = z + h_i * layer.W[i][j]
    if layer.activation in ("relu", "leaky_relu") and options.round_decimals is not None:
        return rounded(z, options.round_decimals)
    return z


def forward_layer(layer, h, options):
    z = [pre_activation(layer, h, j, options) for j in range(len(layer.W[0]))]
    if layer.activation == "softmax":
        return softmax_layer(z)
    pairs = [ACTIVATIONS[layer.activation](z_j, options) for z_j in z]
    return Unit(z, [pair[0] for pair in pairs], [pair[1] for pair in pairs])


def forward(layers, x, options):
    units, h = [], x
    for layer in layers:
        units.append(forward_layer(layer, h, options))
        h = units[-1].h
    return units


def loss_factor(loss, n_out):
    """What the sum over the outputs is multiplied by."""
    return {"mse": Fraction(1, n_out), "sse": Fraction(1), "half_mse": Fraction(1, 2 * n_out),
            "half_sse": Fraction(1, 2), "cross_entropy": Fraction(1),
            "binary_cross_entropy": Fraction(1, n_out),
            "sum_binary_cross_entropy": Fraction(1)}[loss]


def squares(unit, y):
    errors = [y_hat_j - y_j for y_hat_j, y_j in zip(unit.h, y)]
    return sum_of(error * error for error in errors)


def cross_entropy(unit, y):
    at, largest = largest_of(unit.z)
    spread = log1p(others_of(powers(unit.z), at))
    return sum_of(y_j * ((largest - z_j) + spread) for z_j, y_j in zip(unit.z, y))


def positive_part(z):
    return z if z.value > 0 else Num(Fraction(0), 0.0, z.bound if z.approx + z.bound > 0 else 0.0)


def binary_cross_entropy(unit, y):
    return sum_of(positive_part(z_j) - z_j * y_j + log1p(power(negative_magnitude(z_j)))
                  for z_j, y_j in zip(unit.z, y))


# of losses that are calculated from z: what is summed up
FROM_Z = {"cross_entropy": cross_entropy, "binary_cross_entropy": binary_cross_entropy,
          "sum_binary_cross_entropy": binary_cross_entropy}


def loss_of(unit, y, options):
    summed = FROM_Z.get(options.loss, squares)(unit, y)
    return settle(loss_factor(options.loss, len(y)), 0.0) * summed


def h_name(k, layers):
    return "y_hat" if k == len(layers) else f"h{k}"


def dead_units(layers, units):
    return {h_name(k, layers): [is_zero(gate) for gate in unit.dh_dz]
            for k, (layer, unit) in enumerate(zip(layers, units), 1) if layer.activation == "relu"}


# --- backward ------------------------------------------------------------------------------------

def ratio(a, b):
    """a / b, 0 where a is; None beyond the largest double."""
    if is_exact_zero(a):
        return ZERO
    beyond = is_exact_zero(b) or a.value / b.value > 2 ** 1025
    return None if beyond else quotient(a, b)


def binary_slope(z, y):
    """The derivative by y_hat of one output, but for the factor."""
    u, v = sigmoid_pair(z)
    falling, rising = ratio(ONE - y, v), ratio(y, u)
    return None if falling is None or rising is None else falling - rising


def dL_dy_hat(unit, y, options):
    factor = settle(loss_factor(options.loss, len(y)), 0.0)
    if options.loss == "cross_entropy":
        slopes = [ratio(y_j, y_hat_j) for y_hat_j, y_j in zip(unit.h, y)]
        return [slope and minus(slope) for slope in slopes]
    if options.loss in FROM_Z:
        return [slope and factor * slope for slope in map(binary_slope, unit.z, y)]
    twice = settle(2 * loss_factor(options.loss, len(y)), 0.0)
    return [twice * (y_hat_j - y_j) for y_hat_j, y_j in zip(unit.h, y)]


def dL_dz_from_z(unit, y, options):
    """Of the two pairs of activation and loss that are made for each other."""
    if options.loss == "cross_entropy":
        e = powers(unit.z)
        return [unit.h[j] * others_of(y, j) - y[j] * one_less(e, j) for j in range(len(y))]
    factor = settle(loss_factor(options.loss, len(y)), 0.0)
    pairs = [sigmoid_pair(z_j) for z_j in unit.z]
    return [factor * ((ONE - y_j) * u - y_j * v) for (u, v), y_j in zip(pairs, y)]


def outer(h, dL_dz):
    return [[h_i * dL_dz_j for dL_dz_j in dL_dz] for h_i in h]


def back_through(W, dL_dz):
    """dL_dh of the layer below: W dL_dz."""
    return [sum_of(w * dL_dz_j for w, dL_dz_j in zip(row, dL_dz)) for row in W]


def through_gate(dL_dh, unit, activation):
    if activation != "softmax":
        return [d * gate for d, gate in zip(dL_dh, unit.dh_dz)]
    return [sum_of(d * row[k] for d, row in zip(dL_dh, unit.dh_dz)) for k in range(len(dL_dh))]


def errors_of_last(layer, unit, sample, options):
    """dL_dy_hat, dL_dzL, and whether the reasons speak of dL_dzL alone."""
    is_softmax = layer.activation == "softmax"
    if "y" not in sample:
        dL_dh = vector(sample["dL_dy_hat"])
        return dL_dh, through_gate(dL_dh, unit, layer.activation), is_softmax
    y = vector(sample["y"])
    dL_dh = dL_dy_hat(unit, y, options)
    if options.loss in FROM_Z:
        return dL_dh, dL_dz_from_z(unit, y, options), True
    return dL_dh, through_gate(dL_dh, unit, layer.activation), is_softmax


def backward(layers, x, sample, units, options):
    """The gradients of each layer, and dL_dx."""
    gradients = [None] * len(layers)
    dL_dh, dL_dz, is_direct = errors_of_last(layers[-1], units[-1], sample, options)
    for k in reversed(range(len(layers))):
        below = units[k - 1].h if k else x
        dL_db = dL_dz if layers[k].b else None
        gradients[k] = Gradient(dL_dh, dL_dz, outer(below, dL_dz), dL_db, is_direct)
        dL_dh = back_through(layers[k].W, dL_dz)
        if k:
            dL_dz, is_direct = through_gate(dL_dh, units[k - 1], layers[k - 1].activation), False
    return gradients, dL_dh


# --- why a gradient is zero ----------------------------------------------------------------------

def unit_checks(gradient, unit, j, activation):
    """What may stop the error at the unit itself: (reason, truths), in order."""
    if gradient.is_direct:
        return [("error_zero", zero_truths(gradient.dL_dz[j]))]
    return [("error_zero", zero_truths(gradient.dL_dh[j])),
            ("neuron_dead" if activation == "relu" else "saturated", zero_truths(unit.dh_dz[j]))]


def source_checks(h_i, source_is_dead):
    return [("source_dead", {source_is_dead}), ("input_zero", zero_truths(h_i))]


def first_that_holds(checks):
    """The set of possible reasons: more than one where doubles may see another zero."""
    possible = set()
    for reason, truths in checks:
        if True in truths:
            possible.add(reason)
        if False not in truths:
            return possible
    return possible | {"underflow"}


def sources_below(layers, x, units, dead, k):
    """The values that feed layer k (from 0), and which of them come from a dead unit."""
    if k == 0:
        return x, [False] * len(x)
    return units[k - 1].h, dead.get(h_name(k, layers), [False] * len(units[k - 1].h))


def layer_reasons(layers, x, units, dead, gradients, k):
    """For W and b, why each entry of one sample's gradient is zero, provided that it is."""
    activation = layers[k].activation
    sources = zip(*sources_below(layers, x, units, dead, k))
    at_source = [source_checks(h_i, is_dead) for h_i, is_dead in sources]
    at_unit = [unit_checks(gradients[k], units[k], j, activation)
               for j in range(len(gradients[k].dL_dz))]
    W = [[first_that_holds(unit + source) for unit in at_unit] for source in at_source]
    return W, [first_that_holds(unit) for unit in at_unit] if layers[k].b else None


def one_reason(reasons):
    """Of a batch whose terms are all zero."""
    if len(set.union(*reasons)) == 1:
        return next(iter(reasons[0]))
    if any(a.isdisjoint(b) for a in reasons for b in reasons):
        return "mixed"
    raise Ambiguous("which reason?")


def batch_reason(terms, reasons, total, mean):
    if not is_zero(mean):
        return None
    if not is_zero(total):
        return "underflow"
    if not all(is_zero(term) for term in terms):
        return "cancels"
    return one_reason(reasons)


def reduced(terms, reduction):
    """The sum over the samples, and what is shown of it."""
    summed = sum_of(terms)
    return summed, summed / len(terms) if reduction == "mean" else summed


def combine(terms, reasons, reduction):
    """What is shown of one parameter tensor, and reasons; one tensor a sample comes in."""
    if terms[0] is None:
        return None, None
    if isinstance(terms[0], list):
        pairs = [combine(list(t), list(r), reduction) for t, r in zip(zip(*terms), zip(*reasons))]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    summed, shown_of_it = reduced(terms, reduction)
    return shown_of_it, batch_reason(terms, reasons, summed, shown_of_it)


def combine_layers(layers, passes, reduction):
    gradients, why_zero = {}, {}
    for k in range(len(layers)):
        for name, part in (("W", 0), ("b", 1)):
            terms = [(p.gradients[k].dL_dW, p.gradients[k].dL_db)[part] for p in passes]
            reasons = [p.reasons[k][part] for p in passes]
            gradients[f"{name}{k + 1}"], why_zero[f"{name}{k + 1}"] = combine(
                terms, reasons, reduction)
    return gradients, why_zero


def flat(tensor):
    if not isinstance(tensor, list):
        return [tensor]
    return [entry for part in tensor for entry in flat(part)]


def count_parameters(why_zero):
    tensors = [tensor for tensor in why_zero.values() if tensor is not None]
    reasons = flat(tensors)
    zero_because = {reason: reasons.count(reason) for reason in REASONS if reason in reasons}
    zero = sum(zero_because.values())
    return {"total": len(reasons), "nonzero": len(reasons) - zero, "zero": zero,
            "zero_because": zero_because}


# --- samples and batches -------------------------------------------------------------------------

def run_forward(layers, sample, options):
    x = vector(sample["x"])
    units = forward(layers, x, options)
    loss = loss_of(units[-1], vector(sample["y"]), options) if "y" in sample else None
    return Pass(x, units, loss, dead_units(layers, units), None, None, None)


def run_backward(layers, sample, options):
    p = run_forward(layers, sample, options)
    gradients, dL_dx = backward(layers, p.x, sample, p.units, options)
    reasons = [layer_reasons(layers, p.x, p.units, p.dead, gradients, k)
               for k in range(len(layers))]
    return p._replace(gradients=gradients, reasons=reasons, dL_dx=dL_dx)


def batch_loss(passes, reduction):
    if any(p.loss is None for p in passes):
        return None
    return reduced([p.loss for p in passes], reduction)[1]


def dead_on_all(passes):
    return {name: [all(flags) for flags in zip(*(p.dead[name] for p in passes))]
            for name in passes[0].dead}


def forward_batch(layers, request, options):
    passes = [run_forward(layers, sample, options) for sample in request["samples"]]
    return Batch(passes, batch_loss(passes, options.reduction), dead_on_all(passes), None, None)


def backward_batch(layers, request, options):
    passes = [run_backward(layers, sample, options) for sample in request["samples"]]
    gradients, why_zero = combine_layers(layers, passes, options.reduction)
    loss = batch_loss(passes, options.reduction)
    return Batch(passes, loss, dead_on_all(passes), gradients, why_zero)


# --- replies -------------------------------------------------------------------------------------

def shown(tensor):
    if tensor is None:
        return None
    return [shown(part) for part in tensor] if isinstance(tensor, list) else printed(tensor)


def laid_as_posted(tensors, options):
    """Tensors of a network by name, those in the shape of W as they are posted."""
    return {name: laid(tensor, options) if name.startswith("W") else tensor
            for name, tensor in tensors.items()}


def forward_part(layers, p):
    reply = {}
    for k, unit in enumerate(p.units, 1):
        reply[f"z{k}"] = shown(unit.z)
        reply[h_name(k, layers)] = shown(unit.h)
    if p.loss is not None:
        reply["loss"] = printed(p.loss)
    reply["dead"] = p.dead
    return reply


def backward_part(layers, p, options):
    reply = {}
    for k in range(len(layers), 0, -1):
        gradient, h = p.gradients[k - 1], h_name(k, layers)
        reply[f"dL_d{h}"] = shown(gradient.dL_dh)
        reply[f"d{h}_dz{k}"] = shown(p.units[k - 1].dh_dz)
        reply[f"dL_dz{k}"] = shown(gradient.dL_dz)
        reply[f"dL_dW{k}"] = laid(shown(gradient.dL_dW), options)
        reply[f"dL_db{k}"] = shown(gradient.dL_db)
    reply["dL_dx"] = shown(p.dL_dx)
    return reply


def bulky_parts(layers, batch, include, options):
    reply = {}
    if "why_zero" in include:
        reply["why_zero"] = laid_as_posted(batch.why_zero, options)
    if "samples" in include:
        reply["samples"] = [{**forward_part(layers, p), **backward_part(layers, p, options)}
                            for p in batch.passes]
    return reply


def shown_gradients(batch, options):
    return laid_as_posted({name: shown(tensor) for name, tensor in batch.gradients.items()}, options)


def read(request):
    options = read_options(request)
    return read_layers(request, options), options


def forward_reply(request):
    layers, options = read(request)
    batch = forward_batch(layers, request, options)
    reply = {} if batch.loss is None else {"loss": printed(batch.loss)}
    reply["dead"] = batch.dead
    if "samples" in included(request, ["samples"]):
        reply["samples"] = [forward_part(layers, p) for p in batch.passes]
    return reply


def backward_reply(request):
    layers, options = read(request)
    batch = backward_batch(layers, request, options)
    return {**({} if batch.loss is None else {"loss": printed(batch.loss)}),
            "gradients": shown_gradients(batch, options), "dead": batch.dead,
            "parameters": count_parameters(batch.why_zero),
            **bulky_parts(layers, batch, included(request, ["samples", "why_zero"]), options)}


# --- gradient descent ----------------------------------------------------------------------------

def descend(parameters, gradients, learning_rate):
    if isinstance(parameters, list):
        return [descend(p, g, learning_rate) for p, g in zip(parameters, gradients)]
    return parameters - learning_rate * gradients


def descend_layers(layers, gradients, learning_rate, frozen):
    def moved(name, tensor):
        stays = tensor is None or name in frozen
        return tensor if stays else descend(tensor, gradients[name], learning_rate)
    return [Layer(moved(f"W{k}", layer.W), moved(f"b{k}", layer.b), layer.activation)
            for k, layer in enumerate(layers, 1)]


def count_changed(layers, posted):
    def parameters(those):
        return flat([[layer.W, layer.b or []] for layer in those])
    return sum(differs(*pair) for pair in zip(parameters(layers), parameters(posted)))


def shown_network(layers, network, options):
    reply = {}
    for k, layer in enumerate(layers, 1):
        reply[f"W{k}"], reply[f"b{k}"] = laid(shown(layer.W), options), shown(layer.b)
    if "activations" in network:
        reply["activations"] = network["activations"]
    return reply


def newly_true(before, after):
    def newly(was, now):
        return [i for i, pair in enumerate(zip(was, now)) if pair == (False, True)]
    return {name: newly(before[name], after[name]) for name in before}


def step_reply(request):
    posted, options = read(request)
    learning_rate = number(request["learning_rate"])
    layers, losses, first = posted, [], None
    for _ in range(int(request.get("steps", 1))):
        batch = backward_batch(layers, request, options)
        first = first or batch
        losses.append(printed(batch.loss))
        layers = descend_layers(layers, batch.gradients, learning_rate, request.get("frozen", []))
    last = forward_batch(layers, request, options)
    losses.append(printed(last.loss))
    return {"network": shown_network(layers, request["network"], options),
            "loss_before": losses[0], "loss_after": losses[-1], "losses": losses,
            "changed": count_changed(layers, posted),
            "dead_before": first.dead, "dead_after": last.dead,
            "newly_dead": newly_true(first.dead, last.dead),
            "revived": newly_true(last.dead, first.dead),
            "gradients": shown_gradients(first, options),
            "parameters": count_parameters(first.why_zero),
            **bulky_parts(posted, first, included(request, []), options)}


REPLIES = {"/forward": forward_reply, "/backward": backward_reply, "/step": step_reply}


def compute(path, request):
    """The whole reply to expect; raises Ambiguous where doubles may differ."""
    return REPLIES[path](request)


# --- the committed vectors -----------------------------------------------------------------------

def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def differences(where, got, want):
    """Lines on what differs; every member wanted must be there, others may be there too."""
    if is_number(got) and is_number(want):
        close = abs(got - want) <= CHECK_TOLERANCE * max(1.0, abs(want))
        return [] if close else [f"{where}: computed {got!r}, the vector has {want!r}"]
    if isinstance(got, dict) and isinstance(want, dict):
        missing = [f"{where}/{name}: not computed" for name in want if name not in got]
        return missing + [line for name in want if name in got
                          for line in differences(f"{where}/{name}", got[name], want[name])]
    if isinstance(got, list) and isinstance(want, list) and len(got) == len(want):
        return [line for i, pair in enumerate(zip(got, want))
                for line in differences(f"{where}/{i}", *pair)]
    same = type(got) is type(want) and got == want
    return [] if same else [f"{where}: computed {got!r}, the vector has {want!r}"]


def cases_of(vectors):
    return vectors.get("cases") or [{"request": vectors["request"], "expect": vectors["expect"]}]


def check_file(file):
    """Returns the number of cases and the differences."""
    vectors = json.loads(file.read_text())
    lines = []
    for i, case in enumerate(cases_of(vectors)):
        where = f"{file.name} case {i}"
        try:
            lines += differences(where, compute(vectors["path"], case["request"]), case["expect"])
        except Ambiguous as why:
            lines.append(f"{where}: ambiguous in doubles: {why}")
    return len(cases_of(vectors)), lines


def check():
    files = sorted(HERE.glob("*.json"))
    results = [check_file(file) for file in files]
    lines = [line for _, found in results for line in found]
    count = sum(n for n, _ in results)
    print(*lines[:40], f"{count} cases in {len(files)} files, {len(lines)} differences", sep="\n")
    return 1 if lines or not files else 0


# --- command line --------------------------------------------------------------------------------

def compute_stdin():
    case = json.load(sys.stdin)
    try:
        print(json.dumps(compute(case["path"], case["request"])))
    except Ambiguous as why:
        print(f"ambiguous in doubles: {why}", file=sys.stderr)
        return 1
    return 0


def print_random(seed, count):
    from random_cases import random_cases  # which needs this module
    for case in random_cases(seed, count):
        print(json.dumps(case))
    return 0


def main():
    parser = argparse.ArgumentParser(description="expected values in exact fractions")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("compute")
    commands.add_parser("check")
    random_parser = commands.add_parser("random")
    random_parser.add_argument("--seed", type=int, required=True)
    random_parser.add_argument("--count", type=int, required=True)
    arguments = parser.parse_args()
    if arguments.command == "random":
        return print_random(arguments.seed, arguments.count)
    return check() if arguments.command == "check" else compute_stdin()


if __name__ == "__main__":
    sys.exit(main())
