"""Runs the programs of /explain, all in this process.

In: lines of JSON, {"program": [lines]}. Out: for each a line of JSON, {name: value} of what the
program printed, an infinity or nan as null, or {"failed": why}.
"""
import contextlib
import io
import json
import math
import sys


def finite(value):
    if isinstance(value, list):
        return [finite(part) for part in value]
    return value if value is None or math.isfinite(value) else None


def printed(program):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile("\n".join(program), "program", "exec"), {"__name__": "__main__"})
    names = {"nan": math.nan, "inf": math.inf}
    return {name: finite(eval(value, names))
            for name, value in (line.split(" = ", 1) for line in out.getvalue().splitlines())}


for line in sys.stdin:
    try:
        result = printed(json.loads(line)["program"])
    except Exception as error:  # whatever it is, the test is to say it
        result = {"failed": repr(error)}
    print(json.dumps(result), flush=True)
