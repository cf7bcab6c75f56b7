"""The operators of lib/kernels as one writes them in eager PyTorch on a CPU."""

import torch
import torch.nn.functional as F
from fill import fill, uniform


def ssd(x, dt, a, b, c, chunk):
    """The block decomposition of Mamba-2's scan (Dao and Gu 2024, section 6) as matrix products."""
    positions = x.shape[1]
    if more := -positions % chunk:  # padding takes no step
        x, dt, b, c = (F.pad(t, [0, 0] * (t.dim() - 2) + [0, more]) for t in (x, dt, b, c))
    batch, length, heads, width = x.shape
    chunks = length // chunk
    steps = (x * dt[..., None]).view(batch, chunks, chunk, heads, width).permute(0, 1, 3, 2, 4)
    sums = (dt * a).view(batch, chunks, chunk, heads).permute(0, 1, 3, 2).cumsum(-1)
    b, c = (t.reshape(batch, chunks, 1, chunk, -1) for t in (b, c))
    above = torch.ones(chunk, chunk, dtype=torch.bool).triu(1)
    decay = (sums[..., :, None] - sums[..., None, :]).masked_fill(above, float("-inf")).exp()
    inside = ((c @ b.transpose(-1, -2)) * decay) @ steps
    added = (steps * (sums[..., -1:] - sums).exp()[..., None]).transpose(-1, -2) @ b
    kept = sums[..., -1].exp()[..., None, None]
    state, entering = torch.zeros_like(added[:, 0]), []
    for i in range(chunks):
        entering.append(state)
        state = state * kept[:, i] + added[:, i]
    carried = (c @ torch.stack(entering, 1).transpose(-1, -2)) * sums.exp()[..., None]
    y = (inside + carried).permute(0, 1, 3, 2, 4).reshape(batch, length, heads, width)
    return y[:, :positions] if more else y


def ssd_scan(x, dt, a, b, c, d, chunk):
    return ssd(x, dt, a, b, c, chunk) + d[:, None] * x


def conv_silu(x, weight, bias):
    taps = weight.shape[1]
    y = F.conv1d(x.transpose(1, 2), weight[:, None], bias, padding=taps - 1, groups=x.shape[2])
    return F.silu(y[..., : x.shape[1]]).transpose(1, 2)


def gated_rms_norm(y, z, weight):
    return F.rms_norm(y * F.silu(z), (y.shape[-1],), weight, 1e-5)


def mix_direction(parts, p, chunk):
    z, xbc, dt = parts
    inner, heads = p["norm"].shape[0], p["dtBias"].shape[0]
    state = (xbc.shape[-1] - inner) // 2
    x, b, c = conv_silu(xbc, p["convWeight"], p["convBias"]).split([inner, state, state], -1)
    x = x.reshape(*x.shape[:2], heads, inner // heads)
    y = ssd_scan(x, F.softplus(dt + p["dtBias"]), -p["aLog"].exp(), b, c, p["d"], chunk)
    return gated_rms_norm(y.flatten(2), z, p["norm"])


def mamba2_mix(projected, ahead, back, chunk):
    """Both directions over rows without padding; the second one runs over the rows turned around."""
    inner, heads = ahead["norm"].shape[0], ahead["dtBias"].shape[0]
    parts = projected.split([inner, ahead["convBias"].shape[0], heads], -1)
    turned = [t.flip(1) for t in parts]
    return (mix_direction(parts, ahead, chunk) + mix_direction(turned, back, chunk).flip(1)) * 0.5


def flat_mix(projected, *params, chunk):
    names = ["convWeight", "convBias", "dtBias", "aLog", "d", "norm"]
    return mamba2_mix(projected, dict(zip(names, params[:6])), dict(zip(names, params[6:])), chunk)


def embed(table, shape):
    rows = shape[0] * shape[1]
    ids = (uniform(rows, 1000) * table.shape[0]).long().reshape(shape)
    return lambda table: F.embedding(ids, table)


def cross_entropy(logits):
    labels = (uniform(logits.shape[0], 1000) * logits.shape[1]).long()
    return lambda logits: F.cross_entropy(logits, labels)


def layer_norm(x, weight=None, bias=None):
    return F.layer_norm(x, x.shape[-1:], weight, bias)


CALLS = {
    "matMul": lambda a, b: a @ b,
    "linear": F.linear,
    "linearRelu": lambda x, w, b: F.relu(F.linear(x, w, b)),
    "rmsNorm": lambda x, weight: F.rms_norm(x, x.shape[-1:], weight, 1e-5),
    "gatedRmsNorm": gated_rms_norm,
    "layerNorm": layer_norm,
    "causalConvSilu": conv_silu,
    "ssdScan": ssd_scan,
    "mamba2Mix": flat_mix,
    "dropout": lambda x: F.dropout(x, 0.1),
    "attention": F.scaled_dot_product_attention,
}
# those whose ids or labels are made once, beside their inputs
PREPARED = {"embed": embed, "softmaxCrossEntropy": cross_entropy}


def operator(spec):
    """A function to time and the mean absolute values of all that it computes."""
    inputs = [fill(s["shape"], i, s["deviation"], s.get("sign")) for i, s in enumerate(spec["inputs"])]
    options = spec.get("options", {})
    name = spec["call"]
    call = PREPARED[name](inputs[0], **options) if name in PREPARED else CALLS[name]
    options = {} if name in PREPARED else options
    if not spec["gradient"]:

        def forward():
            with torch.inference_mode():
                return [call(*inputs, **options)]

        return forward
    for t in inputs:
        t.requires_grad_()
    probe = fill(list(call(*inputs, **options).shape), 99)

    def backward():
        output = call(*inputs, **options)
        return [output, *torch.autograd.grad(output, inputs, probe)]

    return backward


def adamw(spec):
    params = [torch.nn.Parameter(fill(s["shape"], i, s["deviation"])) for i, s in enumerate(spec["inputs"])]
    for i, p in enumerate(params):
        p.grad = fill(list(p.shape), 100 + i, 0.01)
    optimiser = torch.optim.AdamW(params, lr=1e-3, fused=True)

    def run():
        optimiser.step()
        return [p.detach() for p in params]

    return run


def clip(spec):
    params = [torch.nn.Parameter(torch.zeros(s["shape"])) for s in spec["inputs"]]
    for i, (p, s) in enumerate(zip(params, spec["inputs"])):
        p.grad = fill(s["shape"], i, s["deviation"])

    def run():
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        return [p.grad for p in params]

    return run
