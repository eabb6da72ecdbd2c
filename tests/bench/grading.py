"""Bodies for the referee, and what the reference takes for them: writes build/bench/grading-*.json, prints a list of kinds."""
import json, os, random, sys, time
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "api", "grading", "reference"))
import cases as c
import exercise as x
import grading as g

folder, r = sys.argv[1], random.Random(3)


def planted(body):
    return [p["answers"] for p in c.planted(body)]


def right(body):
    t = g.Task(body)
    return c.shorter(x.answers_of(t, g.run(t)))


def nonsense(a):
    if isinstance(a, dict): return {k: nonsense(v) for k, v in a.items()}
    if isinstance(a, list): return [nonsense(v) for v in a]
    return round(r.uniform(-1, 1), 3) if isinstance(a, float) else a


def unknown(body, step="dL_dh1"):
    a = right(body)
    for s in a["samples"]: s[step] = nonsense(s[step])
    return a


def graded(body, answers): return ("/grade", {**body, "answers": answers}, lambda b: g.grade(b))


wide = x.exercise({"seed": 1, "sizes": [16, 8, 4], "samples": 2, "tries": 1})["body"]
rs = right(c.BOOK)
kinds = [("textbook, one planted mistake (median of 45)", 0.15, [graded(c.BOOK, a) for a in planted(c.BOOK)]),
         ("textbook, right", None, [graded(c.BOOK, rs)]),
         ("textbook, one unknown step", 0.5, [graded(c.BOOK, unknown(c.BOOK))]),
         ("textbook, nonsense everywhere", 1.5, [graded(c.BOOK, nonsense(rs))]),
         ("textbook, nonsense in the gradients alone", None, [graded(c.BOOK, {"gradients": nonsense(rs["gradients"])})]),
         ("16-8-4, 2 samples: 20 planted, 5 right, 5 unknown (sum of 30)", 60, [graded(wide, a) for a in r.sample(planted(wide), 20) + [right(wide)] * 5 + [unknown(wide) for _ in range(5)]]),
         ("textbook, gradient check", 0.06, [("/check", c.BOOK, x.check)]),
         ("textbook, review", None, [("/exercise/review", c.BOOK, x.review)]),
         ("exercise 4-3-4, 60 tries", 50, [("/exercise", {"sizes": [4, 3, 4], "seed": 12, "marking": {"decimals": 0}}, x.exercise)])]
out = []
for n, (name, aim, requests) in enumerate(kinds):
    files, taken = [], []
    for k, (path, body, run) in enumerate(requests):
        files.append(os.path.join(folder, f"grading-{n}-{k}.json"))
        with open(files[-1], "w", encoding="utf-8") as f: json.dump(body, f)
        if k % 5: continue                         # the reference is slow: each fifth is enough
        start = time.process_time()
        run(body)
        taken.append(time.process_time() - start)
    scale = len(requests) if "sum" in name else 1
    out.append({"name": name, "path": requests[0][0], "files": files, "aim": aim, "sum": "sum" in name, "reference": sorted(taken)[len(taken) // 2] * scale * 1e6})
print(json.dumps(out))
