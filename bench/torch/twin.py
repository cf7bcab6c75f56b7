"""The work of deno task bench in eager PyTorch, timed on request: python twin.py THREADS [DEVICE].

Reads one JSON request a line. {"build": spec} makes a case, runs it once and answers with its check values;
{"time": n} runs it n times and answers with the milliseconds of one run; {"rate": {"side", "type"}} answers with the
GFLOP/s of a square matrix product. What cannot be done, for want of memory say, is answered with its {"error"}.
DEVICE "gpu" is the CUDA device where there is one, else the CPU.
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


def finish():
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def clock(run, count):
    finish()
    start = time.perf_counter()
    for _ in range(count):
        run()
    finish()
    return (time.perf_counter() - start) * 1000 / count


def rate(side, type):
    a, b = (torch.randn(side, side, dtype=getattr(torch, type)) for _ in range(2))
    product = lambda: a @ b
    clock(product, 3)
    return 2 * side**3 / min(clock(product, 3) for _ in range(5)) / 1e6


class Twin:
    """The case that was built last."""

    def answer(self, request):
        if "build" in request:
            self.run = None  # frees its memory first
            self.run, check = build(request["build"])
            return {"check": check}
        if "rate" in request:
            return {"gflops": rate(**request["rate"])}
        return {"ms": clock(self.run, request["time"])}


def start(threads, device="cpu"):
    """Makes tensors where they are to be; returns the name of that place."""
    torch.set_num_threads(int(threads))
    if device == "cpu" or not torch.cuda.is_available():
        return "CPU"
    torch.set_default_device("cuda")
    return torch.cuda.get_device_name()


def main():
    device = start(*sys.argv[1:])
    print(json.dumps({"torch": torch.__version__, "device": device}), flush=True)
    twin = Twin()
    for line in sys.stdin:
        try:
            answer = twin.answer(json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), flush=True)


main()
