"""What the referee reaches, on its own random exercises: a table with counts. Right answers are never accused, nonsense has no name.

    report.py BACKPROPD [--exercises N] [--seed N]

The daemon draws the exercises and judges; the reference makes the mistakes. Fails where a share that must be whole is not, or a
count that must be 0 is not."""
import argparse, http.client, json, os, random, re, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference"))
import cases as c
import exercise as x
import grading as g


class Daemon:
    """One daemon, one connection."""
    def __init__(self, binary):
        self.process = subprocess.Popen([binary, "--listen", "127.0.0.1:0", "--log-format", "off"], stdout=subprocess.PIPE, text=True)
        self.connection = http.client.HTTPConnection("127.0.0.1", int(re.search(r":(\d+)$", self.process.stdout.readline().strip())[1]))

    def post(self, path, body):
        self.connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status != 200: raise SystemExit(f"{path}: {reply.status} {text.decode()[:500]}\nfor {json.dumps(body)[:3000]}")
        return json.loads(text)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Exercise:
    """A body, its task for the reference, and the mistakes that can be seen in it."""
    def __init__(self, daemon, r):
        L = r.randint(1, 4)
        sizes, acts = [r.randint(1, 5) for _ in range(L + 1)], [r.choice(["relu", "relu", "leaky_relu", "sigmoid", "tanh", "identity"]) for _ in range(L)]
        o = {"layout": r.choice(["in_out", "out_in"]), "reduction": r.choice(["mean", "sum"]), "loss": r.choice(g.SQUARED)}
        end = r.choice(["softmax", "sigmoid", "squares"])
        if end != "squares": acts[-1], o["loss"] = end, "cross_entropy" if end == "softmax" else r.choice(g.BINARY)
        spec = {"seed": r.randrange(2 ** 53), "sizes": sizes, "activations": acts, "samples": r.randint(1, 4), "options": o}
        if r.random() < .4: spec["learning_rate"] = r.choice([0.1, 0.5])
        self.body = daemon.post("/exercise", spec)["body"]
        for k in range(1, L + 1):
            if r.random() < .25: self.body["network"][f"b{k}"] = None
        self.depth, self.task = L, g.Task(self.body)
        self.review = daemon.post("/exercise/review", self.body)
        hidden = {(h["code"], h["step"]) for h in self.review["hidden"]}
        self.mistakes = [v for v in self.task.variants if len(v) == 1 and (self.code(v), self.task.steps[v[0][1]].name) not in hidden]
        self.right = g.run(self.task)

    def code(self, v): return g.MISTAKES[v[0][0]][0]

    def answers(self, run, only=None): return x.answers_of(self.task, run, only)

    def made(self, *vs): return g.run(self.task, tuple(p for v in vs for p in v))

    def by_hand(self, vs=(), decimals=3, chained=False):
        """Every result rounded before it is used again; what is handed in are the rounded numbers."""
        run = g.run(self.task, tuple(p for v in vs for p in v), carry=decimals, chained=chained)
        run.made = run.own
        return run


def clean(reply, code):
    """Named, if only in `or`; by no other name at all; how many steps are wrong."""
    codes = {code_ for m in reply["mistakes"] for code_ in [m["code"], *m.get("or", [])]}
    return code in codes, codes == {code}, sum(s["status"] == "wrong" for s in reply["steps"])


def blanked(a, r, share):
    if isinstance(a, dict): return {k: blanked(v, r, share) for k, v in a.items()}
    if isinstance(a, list): return [blanked(v, r, share) for v in a]
    return None if r.random() < share else a


def cells_of(a):
    for v in a.values() if isinstance(a, dict) else a if isinstance(a, list) else (): yield from cells_of(v)
    if not isinstance(a, (dict, list)): yield a


def differs(a, b, unit=1e-3):
    """True if two answers differ in a cell that both have by more than twice the tolerance."""
    far = lambda p, q: p is not None and q is not None and not isinstance(p, bool) and abs(float(p) - float(q)) > 2 * max(unit, 1e-9 + 1e-3 * max(abs(float(p)), abs(float(q))))
    return any(far(p, q) for p, q in zip(cells_of(a), cells_of(b)))


GRADIENTS = lambda e: {s.name for s in e.task.steps if s.path[0] == "gradients"}
NOT_COUNTED = lambda e: {s.name for s in e.task.steps if s.kind not in g.MASKS}


class Row:
    def __init__(self, what, whole=()): self.what, self.whole, self.n, self.counts = what, whole, 0, {}

    def add(self, **found):
        self.n += 1
        for name, yes in found.items(): self.counts[name] = self.counts.get(name, 0) + bool(yes)

    def show(self):
        """The line, and whether what must be whole is, and what must be none."""
        cells = [f"{name} {k}/{self.n} = {100 * k / self.n:.1f} %" for name, k in self.counts.items()]
        bad = [name for name in self.whole if self.counts.get(name, 0) != self.n]
        bad += [name for name in ("accused", "given a name") if self.counts.get(name)]
        if self.n == 0: bad.append("nothing was tried")
        return f"{self.what:66s} {self.n:4d}  " + "  ".join(cells) + ("   <-- " + ", ".join(bad) if bad else ""), not bad


def grade(daemon, e, answers, **marking):
    return daemon.post("/grade", {**e.body, "answers": answers, **({"marking": marking} if marking else {})})


def single(daemon, exercises, r, row, hand_in, only=lambda e: True, one_wrong=True, seen=False):
    """Up to three mistakes of each exercise, one by one. seen: only if what is not blank tells it from the right answer."""
    for e in exercises:
        if not only(e): continue
        for v in r.sample(e.mistakes, min(3, len(e.mistakes))):
            answers = hand_in(e, v)
            if answers is None: continue
            reply = grade(daemon, e, answers)
            if seen and not differs(answers, e.answers(e.right, NOT_COUNTED(e)), 10.0 ** -reply["decimals"]): continue
            named, alone, wrong = clean(reply, e.code(v))
            found = {"named": named, "only": alone}
            if one_wrong: found["one wrong"] = wrong == 1
            row.add(**found)


def two(daemon, exercises, r, row, only):
    for e in exercises:
        for _ in range(2):
            if len(e.mistakes) < 2: continue
            a, b = r.sample(e.mistakes, 2)
            if a[0][1] == b[0][1] or e.code(a) == e.code(b): continue
            pair, parts = e.answers(e.made(a, b), only(e)), [e.answers(e.made(v), only(e)) for v in (a, b)]
            if not all(differs(pair, p) for p in parts) or not differs(*parts): continue
            reply = grade(daemon, e, pair)
            codes = {code for m in reply["mistakes"] for code in [m["code"], *m.get("or", [])]}
            row.add(both={e.code(a), e.code(b)} <= codes)


def nonsense(daemon, exercises, r, row, only, alone):
    """A step with 2, 3 or all cells random: it has no name."""
    for e in exercises:
        for many in (2, 3, 99):
            right = e.answers(e.right, only(e))
            steps = [s for s in e.task.steps if s.name in only(e)]
            step = r.choice(steps)
            node = right["samples"][0] if not step.batch else right
            for p in step.path[:-1] if step.batch else (): node = node[p]
            name = step.path[-1]
            if not isinstance(node[name], list): continue
            flat = [v for v in g.flat(node[name])]
            if len(flat) < 2: continue
            picks, k = set(r.sample(range(len(flat)), min(many, len(flat)))), iter(range(len(flat)))
            node[name] = g.nested(lambda _, v: round(r.uniform(-2, 2), 3) if next(k) in picks else v, None, node[name])
            if not differs(right, e.answers(e.right, only(e)), 0.05): continue
            reply = grade(daemon, e, right)
            catalogue = [m for m in reply["mistakes"] if m["code"] in MISTAKES]
            found = {"given a name": bool(catalogue)}
            if alone: found["one wrong"] = sum(s["status"] == "wrong" for s in reply["steps"]) == 1
            row.add(**found)


MISTAKES = {m[0] for m in g.MISTAKES}


def slips(daemon, exercises, r, row, kind):
    """One sign, one decimal point, in one cell of an answer with four decimals."""
    for e in exercises:
        answers = c.text(e.answers(e.right, NOT_COUNTED(e)), 4)
        places = []
        def find(node, step):
            for key, v in list(node.items()) if isinstance(node, dict) else list(enumerate(node)):
                name = step or (key if isinstance(key, str) and key not in ("samples", "gradients", "network") else None)
                if isinstance(v, (dict, list)): find(v, name)
                elif isinstance(v, str) and abs(float(v)) > 0.02 and not (isinstance(node, dict)): places.append((node, key))
        find(answers, None)
        if not places: continue
        node, key = r.choice(places)
        v = float(node[key])
        node[key] = f"{-v:.4f}" if kind == "one_sign" else f"{v * 10:.3f}"
        reply = grade(daemon, e, answers)
        row.add(named=any(m["code"] == kind for m in reply["mistakes"]), **{"one wrong": sum(s["status"] == "wrong" for s in reply["steps"]) == 1})


def right_answers(daemon, exercises, row, decimals, by_hand, gradients, chained):
    for e in exercises:
        if chained and not e.task.pair: continue
        run = e.by_hand((), decimals, chained) if by_hand else e.right
        reply = grade(daemon, e, c.text(e.answers(run, (GRADIENTS if gradients else NOT_COUNTED)(e)), decimals))
        row.add(accused=bool(reply["mistakes"]))


def turned(a, task):
    """An answer in the other layout."""
    W = re.compile(r"^(dL_d)?W\d+$")
    if isinstance(a, dict): return {k: g.turned(v) if W.match(k) and isinstance(v, list) else turned(v, task) for k, v in a.items()}
    return [turned(v, task) if isinstance(v, dict) else v for v in a] if isinstance(a, list) else a


def twins(daemon, exercises, r, row):
    """A request in the other layout gets the verdict of its twin, cell by cell."""
    for e in exercises:
        for v in [None] + r.sample(e.mistakes, min(2, len(e.mistakes))):
            for share in (0, .2):
                answers = blanked(c.shorter(e.answers(e.made(v) if v else e.right)), r, share)
                other = {**e.body, "network": turned(e.body["network"], e.task), "options": {**e.body["options"], "layout": "in_out" if e.task.out_in else "out_in"}}
                one, two_ = grade(daemon, e, answers), daemon.post("/grade", {**other, "answers": turned(answers, e.task)})
                anywhere = lambda m: {**m, "message": re.sub(r"\[\d+\]", "[]", m["message"])}  # the cell of a slip is named as it was posted
                strip = lambda reply: {**{k: v for k, v in reply.items() if k != "marks"}, "mistakes": [anywhere(m) for m in reply["mistakes"]]}
                pointers = lambda reply: [m.pop("at", None) for m in reply["mistakes"]]
                pointers(one), pointers(two_)
                row.add(equal=strip(one) == strip(two_) and turned(one["marks"], e.task) == two_["marks"])


def whole_replies(daemon, exercises, row):
    for e in exercises:
        path = "/step" if "learning_rate" in e.body else "/backward"
        reply = daemon.post(path, {**e.body, **({"include": ["samples", "why_zero"]} if path == "/step" else {})})
        row.add(worth_1=grade(daemon, e, reply)["score"] == 1)


def too_few(daemon, exercises, row):
    """Two decimals where three are asked for: said so, and nothing else."""
    for e in exercises:
        reply = grade(daemon, e, c.text(e.answers(e.right, NOT_COUNTED(e)), 2), decimals=3)
        row.add(accused=any(m["code"] != "too_few_decimals" for m in reply["mistakes"]))


def gaming(daemon, r, rows):
    """The worked example's seven steps without working."""
    back = {"dL_dy_hat", "dL_dW2", "dL_db2", "dL_dh1", "dL_dz1", "dL_dW1", "dL_db1"}
    task = g.Task(c.BOOK)
    fill = lambda a, v: {k: fill(u, v) for k, u in a.items()} if isinstance(a, dict) else [fill(u, v) for u in a] if isinstance(a, list) else v
    right = x.answers_of(task, g.run(task), back)
    for value in (0, "0", "0.000", 1, "1", "1.0"):
        rows[0].add(**{"worth 0": daemon.post("/grade", {**c.BOOK, "answers": fill(right, value)})["score"] == 0})
    for _ in range(40):
        start = [r.randint(-99, 99) / 100 for _ in range(4)]
        sample = daemon.post("/backward", {"network": c.BOOK["network"], "samples": [{"x": c.BOOK["samples"][0]["x"], "dL_dy_hat": start}]})["samples"][0]
        rows[1].add(**{"at most 0.13": daemon.post("/grade", {**c.BOOK, "answers": {"samples": [{k: sample[k] for k in back}]}})["score"] <= 0.13})


def report(daemon, n, seed):
    r = random.Random(seed)
    exercises = [Exercise(daemon, r) for _ in range(n)]
    rows = []
    def row(what, whole=()):
        rows.append(Row(what, whole))
        return rows[-1]
    all_whole = ("named", "one wrong")
    single(daemon, exercises, r, row("exact", all_whole), lambda e, v: e.answers(e.made(v), NOT_COUNTED(e)))
    for d in (4, 3): single(daemon, exercises, r, row(f"{d} decimals", all_whole), lambda e, v: c.text(e.answers(e.made(v), NOT_COUNTED(e)), d))
    single(daemon, exercises, r, row("2 decimals"), lambda e, v: c.text(e.answers(e.made(v), NOT_COUNTED(e)), 2))
    single(daemon, exercises, r, row("every result rounded to 3 decimals before it is used", all_whole), lambda e, v: c.text(e.answers(e.by_hand((v,)), NOT_COUNTED(e)), 3))
    single(daemon, exercises, r, row("exercises with nothing hidden and no collision, exact", (*all_whole, "only")), lambda e, v: e.answers(e.made(v), NOT_COUNTED(e)),
           only=lambda e: not e.review["hidden"] and not e.review["collisions"])
    single(daemon, exercises, r, row("30 % of the cells blank, the mistake still to be seen", ("named",)), lambda e, v: blanked(e.answers(e.made(v), NOT_COUNTED(e)), r, .3), seen=True)
    def gradients(e, v):
        answers = e.answers(e.made(v), GRADIENTS(e))
        return c.text(answers, 3) if differs(answers, e.answers(e.right, GRADIENTS(e))) else None
    single(daemon, exercises, r, row("the batch's gradients alone, 3 decimals", ("named",)), gradients, one_wrong=False)
    two(daemon, exercises, r, row("two mistakes, all steps"), NOT_COUNTED)
    two(daemon, [e for e in exercises if e.depth < 3], r, row("two mistakes, gradients alone, 1 or 2 layers"), GRADIENTS)
    nonsense(daemon, exercises, r, row("a step with 2, 3 or all cells random, all steps", ("one wrong",)), NOT_COUNTED, True)
    nonsense(daemon, exercises, r, row("the same, gradients alone"), GRADIENTS, False)
    slips(daemon, exercises, r, row("one sign, 4 decimals", ("one wrong",)), "one_sign")
    slips(daemon, exercises, r, row("one decimal point, 4 decimals", ("one wrong",)), "one_decimal_point")
    for d in (2, 3, 4):
        for by_hand in (False, True):
            for alone in (False, True):
                right_answers(daemon, exercises, row(f"right, {d} decimals {'at each step' if by_hand else 'at the end'}, {'gradients alone' if alone else 'all steps'}"), d, by_hand, alone, False)
        right_answers(daemon, exercises, row(f"right, {d} decimals at each step, of pairs by the chain"), d, True, False, True)
    too_few(daemon, exercises, row("right, 2 decimals where 3 are asked for"))
    twins(daemon, exercises, r, row("the other layout, blanks included", ("equal",)))
    whole_replies(daemon, exercises, row("the whole reply of /backward or /step", ("worth_1",)))
    gaming(daemon, r, (row("0 or 1 everywhere, the worked example", ("worth 0",)), row("an invented start, the rest consistent", ("at most 0.13",))))
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("binary"), parser.add_argument("--exercises", type=int, default=130), parser.add_argument("--seed", type=int, default=2026)
    a = parser.parse_args()
    daemon = Daemon(a.binary)
    try: shown = [row.show() for row in report(daemon, a.exercises, a.seed)]
    finally: daemon.stop()
    print("\n".join(line for line, _ in shown))
    sys.exit(0 if all(good for _, good in shown) else 1)
