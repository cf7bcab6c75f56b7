"""The forward of bench/paper_forward.ts in eager PyTorch: python paper_forward.py THREADS, one JSON request on stdin.

Rows are padded on to a multiple of the scan's block; the reverse direction runs over each row's unpadded prefix.
The projections are computed once for both directions, as ours are.
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

from models import affine, below, norm, parameters
from operators import mix_direction

WIDTH, LAYERS, INNER, HEADS, STATE, TAPS, CHUNK = 512, 6, 1024, 16, 128, 4, 128


def shapes(genes, classes=164):
    """By our names, in the order of lib/cell's tree: the numbers of a tensor depend on its place."""
    channels = INNER + 2 * STATE
    linear = lambda name, outputs, inputs: {name + ".weight": [outputs, inputs], name + ".bias": [outputs]}
    layer_norm = lambda name: {name + ".weight": [WIDTH], name + ".bias": [WIDTH]}
    direction = {"convWeight": [channels, TAPS], "convBias": [channels], "dtBias": [HEADS], "aLog": [HEADS],
                 "d": [HEADS], "norm": [INNER]}
    out = {"genes.embedding": [genes + 3, WIDTH], **layer_norm("genes.norm"), **linear("values.linear1", WIDTH, 1),
           **linear("values.linear2", WIDTH, WIDTH), **layer_norm("values.norm")}
    for i in range(LAYERS):
        out |= {f"layers.{i}.inProjection.weight": [INNER + channels + HEADS, WIDTH],
                f"layers.{i}.outProjection.weight": [WIDTH, INNER]}
        out |= {f"layers.{i}.{d}.{name}": shape for d in ["forward", "reverse"] for name, shape in direction.items()}
    return out


def flip(x, lengths):
    """Each row's unpadded prefix back to front."""
    at = torch.arange(x.shape[1])[None]
    at = torch.where(at < lengths[:, None], lengths[:, None] - 1 - at, at)
    return x.gather(1, at[..., None].expand_as(x))


def encode(p, ids, values, lengths):
    hidden = F.relu(affine(p, "values.linear1", values.clamp(max=512)[..., None]))
    x = norm(p, "genes.norm", F.embedding(ids, p["genes.embedding"]))
    x = x + norm(p, "values.norm", affine(p, "values.linear2", hidden))
    x = x * (torch.arange(ids.shape[1]) < lengths[:, None])[..., None]
    plain = lambda t: F.layer_norm(t, t.shape[-1:])
    for i in range(LAYERS):
        q = below(p, f"layers.{i}.")
        projected = affine(q, "inProjection", plain(x))
        sizes = [INNER, INNER + 2 * STATE, HEADS]
        ahead = mix_direction(projected.split(sizes, -1), below(q, "forward."), CHUNK)
        back = mix_direction(flip(projected, lengths).split(sizes, -1), below(q, "reverse."), CHUNK)
        x = plain(affine(q, "outProjection", (ahead + flip(back, lengths)) / 2))
    return x[:, 0]


def main():
    torch.set_num_threads(int(sys.argv[1]))
    request = json.load(sys.stdin)
    batch, runs = request["batch"], request["runs"]
    p = parameters(shapes(request["genes"]))
    shape = batch["cells"], batch["length"]
    more = -shape[1] % CHUNK
    ids = F.pad(torch.tensor(batch["ids"]).view(shape), (0, more), value=request["genes"])
    values = F.pad(torch.tensor(batch["values"]).view(shape), (0, more), value=-2.0)
    lengths = torch.tensor(batch["lengths"])
    with torch.inference_mode():
        vectors = encode(p, ids, values, lengths)
        started, cpu = time.perf_counter(), time.process_time()
        for _ in range(runs):
            encode(p, ids, values, lengths)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": (time.perf_counter() - started) / runs,
                      "cpu_seconds": (time.process_time() - cpu) / runs, "peak_mb": round(peak),
                      "check": float(vectors.abs().double().mean()), "backend": torch.__version__}))


main()
