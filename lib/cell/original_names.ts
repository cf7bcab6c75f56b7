import type { Shapes } from "./shapes.ts";

/** Parameter names of one direction of Mamba-2: ours, PyTorch's. */
const DIRECTION = {
  convWeight: "conv1d.weight",
  convBias: "conv1d.bias",
  dtBias: "dt_bias",
  aLog: "A_log",
  d: "D",
  norm: "norm.weight",
};

const DIRECTIONS = { forward: "mamba_fwd", reverse: "mamba_rev" };

/** Both directions of a layer share these; a checkpoint has them under both names. */
const SHARED = {
  "inProjection.weight": ["mamba_fwd.in_proj.weight", "mamba_rev.in_proj.weight"],
  "outProjection.weight": ["mamba_fwd.out_proj.weight", "mamba_rev.out_proj.weight"],
};

/** Everything outside the layers: our prefix, PyTorch's. */
const OUTSIDE = {
  "genes.embedding": "encoder.embedding.weight",
  "genes.norm": "encoder.enc_norm",
  "values.linear1": "value_encoder.linear1",
  "values.linear2": "value_encoder.linear2",
  "values.norm": "value_encoder.norm",
  "expression.0": "decoder.fc.0",
  "expression.1": "decoder.fc.2",
  "expression.2": "decoder.fc.4",
  "classifier.blocks.0.linear": "cls_decoder._decoder.0",
  "classifier.blocks.0.norm": "cls_decoder._decoder.2",
  "classifier.blocks.1.linear": "cls_decoder._decoder.3",
  "classifier.blocks.1.norm": "cls_decoder._decoder.5",
  "classifier.out": "cls_decoder.out_layer",
};

/** Our names of one layer's parameters with PyTorch's, relative to the layer. */
const LAYER: Record<string, readonly string[]> = {
  ...SHARED,
  ...Object.fromEntries(
    Object.entries(DIRECTIONS).flatMap(([our, their]) =>
      Object.entries(DIRECTION).map(([ours, theirs]) => [`${our}.${ours}`, [`${their}.${theirs}`]])
    ),
  ),
};

/**
 * PyTorch's names of one of our parameters in the original's state dict (ORIGINAL section 2): one, or two where the
 * directions of a layer share a tensor.
 */
export function originalNames(ours: string): readonly string[] {
  const layer = ours.match(/^layers\.(\d+)\.(.+)$/);
  if (layer) return LAYER[layer[2]].map((name) => `mamba_encoder.${layer[1]}.${name}`);
  const [prefix, theirs] = Object.entries(OUTSIDE).find(([prefix]) => isUnder(ours, prefix))!;
  return [theirs + ours.slice(prefix.length)];
}

const isUnder = (name: string, prefix: string) => name === prefix || name.startsWith(`${prefix}.`);

/** Our shapes under PyTorch's names; a depthwise filter has an axis of one channel more there. */
export function originalShapes(shapes: Shapes): Shapes {
  return new Map(
    [...shapes].flatMap(([ours, shape]) => {
      const theirs = ours.endsWith(".convWeight") ? [shape[0], 1, shape[1]] : shape;
      return originalNames(ours).map((name): [string, readonly number[]] => [name, theirs]);
    }),
  );
}
