"""Writes ../cases.jsonl and ../planted.jsonl: requests to /grade and what the reference says of them. Deterministic.

cases.jsonl: random requests over everything that the service knows, with the verdict: status, reason, credit, marks (r, f, w, _,
cell by cell, in the order of the reply), mistakes, scores. planted.jsonl: each mistake that makes sense in the worked example, made
at one step, with all steps handed in. The texts of messages and hints are compared where vectors/ has them."""
import json, os, random, sys
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import exercise as x
import grading as g

SEED, CASES = 20250, 420
BOOK = {"network": {"W1": [[0.2, -0.5, 0.1], [-0.3, 0.4, -0.2], [0.1, 0.3, 0.5], [-0.4, 0.2, -0.1]], "b1": [0.1, -0.1, 0],
                    "W2": [[0.3, -0.2, 0.4, 0.1], [-0.1, 0.5, -0.3, 0.2], [0.2, -0.4, 0.1, -0.5]], "b2": [0, 0.1, -0.1, 0]},
        "samples": [{"x": [1, 0, 1, 1], "y": [1, 1, 0, 1]}]}
LETTERS = {"right": "r", "follows": "f", "wrong": "w", None: "_"}


def text(a, d):
    """Numbers as a student types them, with d decimals."""
    if isinstance(a, dict): return {k: text(v, d) for k, v in a.items()}
    if isinstance(a, list): return [text(v, d) for v in a]
    return f"{a:.{d}f}" if isinstance(a, float) else a


def shorter(a):
    """Numbers as a program prints them, to 9 digits."""
    if isinstance(a, dict): return {k: shorter(v) for k, v in a.items()}
    if isinstance(a, list): return [shorter(v) for v in a]
    return float(f"{a:.9g}") if isinstance(a, float) else a


def random_body(r, tries=3):
    """An exercise over every loss, activation, layout, reduction, with and without biases."""
    L = r.choice([1, 2, 2, 3])
    sizes, acts = [r.randint(1, 5) for _ in range(L + 1)], [r.choice(["relu", "relu", "leaky_relu", "sigmoid", "tanh", "identity"]) for _ in range(L)]
    o = {"loss": r.choice(list(g.SQUARED) + ["cross_entropy"] * 3 + list(g.BINARY) * 2), "layout": r.choice(["in_out", "out_in"]), "reduction": r.choice(["mean", "sum"])}
    if o["loss"] == "cross_entropy" or (o["loss"] in g.SQUARED and r.random() < .2): acts[-1] = "softmax"
    if o["loss"] in g.BINARY: acts[-1] = "sigmoid"
    spec = {"seed": r.randrange(2 ** 53), "sizes": sizes, "activations": acts, "samples": r.choice([1, 1, 2, 3]), "options": o, "tries": tries}
    if r.random() < .4: spec["learning_rate"] = 0.1
    body = x.exercise(spec)["body"]
    for k in range(1, L + 1):
        if r.random() < .2: body["network"][f"b{k}"] = None
    return body


def cases(seed, n):
    """Random requests, right and with mistakes, and their verdicts."""
    r = random.Random(seed)
    for _ in range(n):
        body = random_body(r)
        task = g.Task(body)
        picks = r.sample([v for v in task.variants if len(v) == 1], r.choice([0, 1, 1, 1, 2]))
        only = None if r.random() < .7 else {s.name for s in task.steps if s.path[0] == "gradients"}
        a, d = x.answers_of(task, g.run(task, tuple(v[0] for v in picks)), only), r.choice([None, 2, 3, 4])
        a = shorter(a) if d is None else text(a, d)
        hole = lambda v: {k: hole(u) for k, u in v.items()} if isinstance(v, dict) else [hole(u) for u in v] if isinstance(v, list) else None if r.random() < .1 else v
        req = {**body, "answers": hole(a) if r.random() < .3 else a}
        if r.random() < .2: req["marking"] = {"decimals": r.choice([2, 3]), "follow_through": 0.5}
        yield req, g.grade(req)


def letters(v):
    if isinstance(v, dict): v = list(v.values())
    return "".join(letters(u) for u in v) if isinstance(v, list) else LETTERS[v]


def compact(e):
    out = {"score": e["score"], "all_zero_score": e["all_zero_score"], "decimals": e["decimals"], "note": e["note"],
           "mistakes": [{k: v for k, v in m.items() if k not in ("message", "hint")} for m in e["mistakes"]],
           "steps": "|".join(f"{s['step']}:{s['status']}" for s in e["steps"]), "credits": [s["credit"] for s in e["steps"]], "marks": letters(e["marks"])}
    return {**out, **{k: e[k] for k in ("unreadable", "pairs_left_out") if k in e}}


def planted(body):
    """Each mistake at each place where it makes sense."""
    task = g.Task(body)
    for v in task.variants:
        if len(v) == 1:
            r, i = v[0]
            yield {"code": g.MISTAKES[r][0], "step": task.steps[i].name, "answers": shorter(x.answers_of(task, g.run(task, v)))}


def write(name, lines):
    with open(os.path.join(HERE, "..", name), "w", encoding="utf-8") as f:
        for line in lines: f.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write("cases.jsonl", ({"request": a, "expect": compact(b)} for a, b in cases(SEED, CASES)))
    write("planted.jsonl", planted(BOOK))
