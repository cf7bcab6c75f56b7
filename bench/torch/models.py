"""The cell model and BERT in PyTorch, eager or compiled; parameters by our names (flattenParams), without padding."""

import tempfile
import types

import torch
import torch.nn.functional as F
from fill import fill, uniform
from operators import mamba2_mix


def parameters(shapes):
    return {
        name: torch.nn.Parameter(fill(shape, i, shape[1] ** -0.5 if len(shape) == 2 else 0.1))
        for i, (name, shape) in enumerate(shapes.items())
    }


def below(p, prefix):
    return {name[len(prefix) :]: t for name, t in p.items() if name.startswith(prefix)}


def affine(p, name, x):
    return F.linear(x, p[name + ".weight"], p.get(name + ".bias"))


def norm(p, name, x, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"], eps)


def encode_cells(p, spec, batch, training):
    config, rate = spec["config"], spec["config"]["dropout"]
    plain = lambda t: F.layer_norm(t, t.shape[-1:])
    drop = lambda t: F.dropout(t, rate, training)
    hidden = F.relu(affine(p, "values.linear1", batch.values.clamp(max=config["maxValue"])[..., None]))
    values = norm(p, "values.norm", affine(p, "values.linear2", hidden))
    x = norm(p, "genes.norm", F.embedding(batch.ids, p["genes.embedding"])) + drop(values)
    for layer in spec["layers"]:
        q = below(p, layer)
        mixed = mamba2_mix(
            affine(q, "inProjection", plain(x)), below(q, "forward."), below(q, "reverse."), spec["chunk"]
        )
        mixed = affine(q, "outProjection", mixed)
        x = x + drop(mixed) if config["residual"] else plain(mixed)
    tokens = plain(x) if config["residual"] else x
    return tokens, tokens[:, 0] if config["readout"] == "cls" else tokens.mean(1)


def ranking(cells, space, classes):
    """relu(close - own + 0.1) + the mean of the violated relu(other - close + 0.2), over tables a class."""
    similarity = F.normalize(cells, dim=1) @ space.vectors.T
    own = similarity[torch.arange(len(classes)), classes]
    anchor = similarity.masked_fill(~space.anchor[classes], float("-inf")).amax(1)
    order = F.relu(anchor - own + 0.1) * space.has_close[classes]
    excess = F.relu(similarity - anchor[:, None] + 0.2) * space.negative[classes]
    violations = (excess > 0).sum(1).clamp(min=1)
    return (order + excess.sum(1) / violations).mean()


def type_space(spec, width):
    """Class c is type c; its close types are given."""
    shape = len(spec["close"]), spec["types"]
    own, close = torch.zeros(shape, dtype=torch.bool), torch.zeros(shape, dtype=torch.bool)
    for c, rows in enumerate(spec["close"]):
        own[c, c] = True
        close[c, rows] = True
    has_close = close.any(1)
    return types.SimpleNamespace(
        vectors=fill([spec["types"], width], 500, width**-0.5),
        anchor=torch.where(has_close[:, None], close, own),
        negative=(~(own | close)).float(),
        has_close=has_close.float(),
    )


def pretraining_loss(p, spec, batch, training):
    tokens, cells = encode_cells(p, spec, batch, training)
    x = tokens.flatten(0, 1)[batch.masked]
    for i in range(2):
        x = F.leaky_relu(affine(p, f"expression.{i}", x))
    expression = F.mse_loss(affine(p, "expression.2", x).squeeze(1), batch.targets)
    x = cells
    for i in range(2):
        x = norm(p, f"classifier.blocks.{i}.norm", F.relu(affine(p, f"classifier.blocks.{i}.linear", x)))
    cell_type = F.cross_entropy(affine(p, "classifier.out", x), batch.classes)
    return 0.5 * expression + cell_type + 0.5 * ranking(cells, batch.space, batch.classes)


class Step:
    """One training step: gradients, clipping, AdamW. `check` gives the loss and the norm of its gradient."""

    def __init__(self, params, loss):
        self.params, self.loss = list(params.values()), loss
        self.optimiser = torch.optim.AdamW(self.params, lr=1e-4, fused=True)

    def __call__(self):
        self.optimiser.zero_grad()
        self.loss(True).backward()
        torch.nn.utils.clip_grad_norm_(self.params, 1.0)
        self.optimiser.step()

    def check(self):
        loss = self.loss(False)
        loss.backward()
        return [loss.detach(), torch.nn.utils.get_total_norm([p.grad for p in self.params])]


def cell(spec):
    p = parameters(spec["params"])
    shape = spec["batch"]["cells"], spec["batch"]["length"]
    tensor = lambda name, dtype: torch.tensor(spec["batch"][name], dtype=dtype)
    batch = types.SimpleNamespace(
        ids=tensor("ids", torch.long).view(shape),
        values=tensor("values", torch.float32).view(shape),
        masked=tensor("masked", torch.long),
        targets=tensor("targets", torch.float32),
        classes=tensor("classes", torch.long),
        space=type_space(spec, spec["config"]["width"]),
    )
    if spec["pass"] == "step":
        return Step(p, in_form(spec, lambda training: pretraining_loss(p, spec, batch, training)))
    return inference(in_form(spec, lambda: encode_cells(p, spec, batch, False)[1]))


def in_form(spec, function):
    return torch.compile(function) if spec["form"] == "compiled" else function


def inference(function):
    def forward():
        with torch.inference_mode():
            return [function()]

    return forward


def bert_hidden(p, spec, ids, training):
    config, rate = spec["config"], spec["dropout"]
    heads, eps = config["num_attention_heads"], config["layer_norm_eps"]
    drop = lambda t: F.dropout(t, rate, training)
    split = lambda t: t.unflatten(-1, (heads, -1)).transpose(1, 2)
    table = lambda name: p[f"embeddings.{name}_embeddings.weight"]
    places = table("position")[: ids.shape[1]] + table("token_type")[0]
    x = drop(norm(p, "embeddings.LayerNorm", F.embedding(ids, table("word")) + places, eps))
    for i in range(config["num_hidden_layers"]):
        q = below(p, f"encoder.layer.{i}.")
        qkv = [split(affine(q, f"attention.self.{name}", x)) for name in ("query", "key", "value")]
        attended = F.scaled_dot_product_attention(*qkv).transpose(1, 2).flatten(2)
        attended = drop(affine(q, "attention.output.dense", attended))
        x = norm(q, "attention.output.LayerNorm", attended + x, eps)
        inner = drop(affine(q, "output.dense", F.gelu(affine(q, "intermediate.dense", x))))
        x = norm(q, "output.LayerNorm", inner + x, eps)
    return x


def bert(spec):
    p = parameters(spec["params"])
    rows, length = spec["rows"], spec["length"]
    ids = (uniform(rows * length, 1000) * spec["config"]["vocab_size"]).long().view(rows, length)
    if spec["pass"] == "forward":
        hidden = lambda ids: bert_hidden(p, spec, ids, False)
        if spec["form"] == "onnx":
            p = {name: t.detach() for name, t in p.items()}  # a graph has no parameters that learn
            return onnx_session(hidden, ids)
        return inference(in_form(spec, lambda: hidden(ids)))
    target = fill([rows, length, spec["config"]["hidden_size"]], 1001)
    return Step(p, in_form(spec, lambda training: F.mse_loss(bert_hidden(p, spec, ids, training), target)))


def onnx_session(hidden, ids):
    """The same graph in onnxruntime, on as many threads as PyTorch has."""
    import onnxruntime

    class Module(torch.nn.Module):
        def forward(self, ids):
            return hidden(ids)

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/bert.onnx"
        with torch.no_grad():
            torch.onnx.export(Module(), (ids,), path, input_names=["ids"], dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {"ids": ids.numpy()}
    return lambda: [torch.from_numpy(session.run(None, feed)[0])]
