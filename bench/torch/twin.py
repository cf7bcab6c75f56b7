"""The work of deno task bench in PyTorch, timed on request: python twin.py THREADS [DEVICE].

Reads one JSON request a line. {"build": spec, "form": "eager", "compiled" or "onnx"} makes a case in that form beside its
other forms, runs it until nothing more is compiled, and answers with its check values and the seconds that took; "eager"
comes first and drops the case before. {"time": n, "form"} runs it n times and answers with the milliseconds of one run;
{"rate": {"side", "type"}} answers with the GFLOP/s of a square matrix product. What cannot be done, for want of memory say, is answered with its {"error"}.
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


def build(spec, form):
    start = time.perf_counter()
    run = BUILDERS[spec["kind"]]({**spec, "form": form})
    check = [float(t.abs().double().mean()) for t in getattr(run, "check", run)()]
    if form != "eager":
        for _ in range(2):  # a step is compiled anew with dropout
            run()
    return run, {"check": check, "seconds": time.perf_counter() - start}


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
    """The forms of the case that was built last."""

    def __init__(self):
        self.runs = {}

    def answer(self, request):
        if "rate" in request:
            return {"gflops": rate(**request["rate"])}
        form = request["form"]
        if "build" in request:
            if form == "eager":
                self.runs = {}  # frees their memory first
                torch.compiler.reset()
            self.runs[form], answer = build(request["build"], form)
            return answer
        return {"ms": clock(self.runs[form], request["time"])}


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
