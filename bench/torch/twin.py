"""The work of deno task bench in eager PyTorch, timed on request: python twin.py THREADS.

Reads one JSON request a line. {"build": spec} makes a case, runs it once and answers with its check values;
{"time": n} runs it n times and answers with the milliseconds of one run.
"""

import json
import sys
import time

import torch

import models
import operators

BUILDERS = {
    "operator": operators.operator,
    "adamW": operators.adamw,
    "clipGlobalNorm": operators.clip,
    "cell": models.cell,
    "bert": models.bert,
}


def build(spec):
    run = BUILDERS[spec["kind"]](spec)
    check = getattr(run, "check", run)()
    return run, [float(t.abs().double().mean()) for t in check]


def clock(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) * 1000 / count


def main():
    torch.set_num_threads(int(sys.argv[1]))
    print(json.dumps({"torch": torch.__version__}), flush=True)
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        if "build" in request:
            run, check = build(request["build"])
            answer = {"check": check}
        else:
            answer = {"ms": clock(run, request["time"])}
        print(json.dumps(answer), flush=True)


main()
