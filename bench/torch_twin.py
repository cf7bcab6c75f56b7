"""The same Mamba-2 stack in eager PyTorch, timed on request.

Reads one JSON request a line, {"case": name, "size": {...}}, and answers with {"ms": milliseconds} of one run.
Cases: "matmul", "forward" (no gradients), "step" (forward, backward, clipping, AdamW). Two threads, float32.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(2)


def cumulative_decay(log_decay):
    """exp(s_i - s_j) for j <= i, else 0, over the last axis."""
    sums = log_decay.cumsum(-1)
    size = log_decay.shape[-1]
    mask = torch.ones(size, size, dtype=torch.bool).tril()
    return (sums[..., :, None] - sums[..., None, :]).masked_fill(~mask, float("-inf")).exp(), sums


def ssd(x, dt, a, b, c, chunk):
    """The block decomposition of Mamba-2 (Dao and Gu 2024, section 6) with matrix products."""
    batch, length, heads, width = x.shape
    chunks = length // chunk
    xdt = (x * dt[..., None]).view(batch, chunks, chunk, heads, width).permute(0, 1, 3, 2, 4)
    log_decay = (dt * a).view(batch, chunks, chunk, heads).permute(0, 1, 3, 2)
    b, c = (t.view(batch, chunks, 1, chunk, -1) for t in (b, c))
    decay, sums = cumulative_decay(log_decay)
    inside = ((c @ b.transpose(-1, -2)) * decay) @ xdt
    to_end = (sums[..., -1:] - sums).exp()
    added = (xdt * to_end[..., None]).transpose(-1, -2) @ b
    state, states = torch.zeros_like(added[:, 0]), []
    for i in range(chunks):
        states.append(state)
        state = state * sums[:, i, :, -1].exp()[..., None, None] + added[:, i]
    carried = (c @ torch.stack(states, 1).transpose(-1, -2)) * sums.exp()[..., None]
    return (inside + carried).permute(0, 1, 3, 2, 4).reshape(batch, length, heads, width)


class Direction(nn.Module):
    def __init__(self, size):
        super().__init__()
        channels = size["inner"] + 2 * size["state"]
        self.conv = nn.Conv1d(channels, channels, 4, groups=channels, padding=3)
        self.dt_bias = nn.Parameter(torch.randn(size["heads"]) - 3)
        self.a_log = nn.Parameter(torch.rand(size["heads"]))
        self.d = nn.Parameter(torch.ones(size["heads"]))
        self.norm = nn.Parameter(torch.ones(size["inner"]))
        self.size = size

    def forward(self, z, xbc, dt):
        size = self.size
        batch, length, _ = z.shape
        mixed = F.silu(self.conv(xbc.transpose(1, 2))[..., :length].transpose(1, 2))
        x, b, c = mixed.split([size["inner"], size["state"], size["state"]], -1)
        x = x.view(batch, length, size["heads"], -1)
        y = ssd(x, F.softplus(dt + self.dt_bias), -self.a_log.exp(), b, c, size["chunk"])
        y = (y + self.d[:, None] * x).reshape(batch, length, -1)
        return F.rms_norm(y * F.silu(z), (size["inner"],), self.norm, 1e-5)


class Layer(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.inner, self.state, self.heads = size["inner"], size["state"], size["heads"]
        self.width = size["width"]
        outputs = 2 * self.inner + 2 * self.state + self.heads
        self.in_proj = nn.Linear(self.width, outputs, bias=False)
        self.out_proj = nn.Linear(self.inner, self.width, bias=False)
        self.ahead, self.back = Direction(size), Direction(size)

    def forward(self, x):
        projected = self.in_proj(F.layer_norm(x, (self.width,)))
        z, xbc, dt = projected.split([self.inner, self.inner + 2 * self.state, self.heads], -1)
        turned = [t.flip(1) for t in (z, xbc, dt)]
        both = self.ahead(z, xbc, dt) + self.back(*turned).flip(1)
        return F.layer_norm(self.out_proj(both * 0.5), (self.width,))


class Timer:
    """Models are built once a size and kept."""

    def __init__(self):
        self.models = {}

    def model(self, size):
        key = json.dumps(size)
        if key not in self.models:
            stack = nn.Sequential(*(Layer(size) for _ in range(size["layers"])))
            x = torch.randn(size["batch"], size["length"], size["width"])
            self.models[key] = stack, x, torch.optim.AdamW(stack.parameters(), lr=1e-4)
        return self.models[key]

    def matmul(self, size):
        n = size["n"]
        a, b = torch.randn(n, n), torch.randn(n, n)
        return clock(lambda: a @ b)

    def forward(self, size):
        stack, x, _ = self.model(size)
        with torch.inference_mode():
            return clock(lambda: stack(x))

    def step(self, size):
        stack, x, optimiser = self.model(size)

        def run():
            optimiser.zero_grad()
            stack(x).square().mean().backward()
            nn.utils.clip_grad_norm_(stack.parameters(), 1.0)
            optimiser.step()

        return clock(run)


def clock(run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def main():
    timer = Timer()
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"ms": getattr(timer, request["case"])(request["size"])}), flush=True)


main()
