import * as tf from "lib/tensor/mod.ts";
import * as kernels from "../lib/kernels/mod.ts";
import { type Filling, uniform } from "./fill.ts";
import { mixer, POINTWISE, product, scan } from "./flops.ts";
import { type Scale, type Sizes, sizesOf } from "./scales.ts";

/** An operator at one scale: its inputs, how it is called here, and under which name the twin knows it. */
export interface Operator {
  readonly call: string;
  readonly inputs: readonly Filling[];
  /** Extra arguments of the twin. */
  readonly options?: Record<string, unknown>;
  /** Operations of the forward pass. */
  readonly flops: number;
  run(...inputs: tf.Tensor[]): tf.Tensor;
}

const normal = (...shape: number[]): Filling => ({ shape, deviation: 0.5 });
const positive = (...shape: number[]): Filling => ({ shape, deviation: 0.2, sign: "positive" });
const negative = (...shape: number[]): Filling => ({ shape, deviation: 0.5, sign: "negative" });

/** Every differentiable operator of lib/kernels, at the sizes it has in the cell model (attention: in BERT). */
export function operatorsAt(scale: Scale): Operator[] {
  const s = sizesOf(scale);
  return [...products(s), ...norms(s), ...mixers(s, scale), ...lookups(s), dropout(s), attention(scale.name)];
}

function products({ B, L, W, F, H, N }: Sizes): Operator[] {
  const projected = 2 * F + 2 * N + H;
  return [
    {
      call: "matMul",
      inputs: [normal(B * L, W), normal(W, projected)],
      flops: product(B * L, projected, W),
      run: (a, b) => tf.matMul(a, b),
    },
    {
      call: "linear",
      inputs: [normal(B, L, F), normal(W, F), normal(W)],
      flops: product(B * L, W, F),
      run: (x, weight, bias) => kernels.linear(x, weight, { bias }),
    },
    {
      call: "linearRelu",
      inputs: [normal(B, L, W), normal(W, W), normal(W)],
      flops: product(B * L, W, W),
      run: (x, weight, bias) => kernels.linear(x, weight, { bias, activation: "relu" }),
    },
  ];
}

function norms({ B, L, W, F }: Sizes): Operator[] {
  return [
    {
      call: "rmsNorm",
      inputs: [normal(B, L, F), normal(F)],
      flops: POINTWISE.rmsNorm * B * L * F,
      run: (x, weight) => kernels.rmsNorm(x, weight),
    },
    {
      call: "gatedRmsNorm",
      inputs: [normal(B, L, F), normal(B, L, F), normal(F)],
      flops: POINTWISE.gatedRmsNorm * B * L * F,
      run: (y, z, weight) => kernels.gatedRmsNorm(y, z, { weight }),
    },
    {
      call: "layerNorm",
      inputs: [normal(B, L, W), normal(W), normal(W)],
      flops: POINTWISE.layerNorm * B * L * W,
      run: (x, weight, bias) => kernels.layerNorm(x, { weight, bias }),
    },
  ];
}

function mixers({ B, L, F, H, N, K }: Sizes, { config, torchChunk: chunk }: Scale): Operator[] {
  const channels = F + 2 * N;
  const lengths = tf.fill([B], L, "int32") as tf.Tensor1D;
  const direction = [normal(channels, K), ...[channels, H, H, H, F].map((n) => normal(n))];
  const named = ([convWeight, convBias, dtBias, aLog, d, norm]: tf.Tensor[]) =>
    ({ convWeight, convBias, dtBias, aLog, d, norm }) as unknown as kernels.MixDirection;
  return [
    {
      call: "causalConvSilu",
      inputs: [normal(B, L, channels), normal(channels, K), normal(channels)],
      flops: (2 * K + POINTWISE.silu) * B * L * channels,
      run: (x, weight, bias) =>
        kernels.causalConvSilu(x as tf.Tensor3D, {
          weight: weight as tf.Tensor2D,
          bias: bias as tf.Tensor1D,
          lengths,
        }),
    },
    {
      call: "ssdScan",
      inputs: [
        normal(B, L, H, F / H),
        positive(B, L, H),
        negative(H),
        normal(B, L, N),
        normal(B, L, N),
        normal(H),
      ],
      options: { chunk },
      flops: scan(B * L, { features: F, state: N }) + 2 * B * L * F,
      run: (x, dt, a, b, c, d) =>
        kernels.ssdScan({ x, dt, a, b, c, d } as unknown as kernels.SsdInputs, { lengths }),
    },
    {
      call: "mamba2Mix",
      inputs: [normal(B, L, F + channels + H), ...direction, ...direction],
      options: { chunk },
      flops: mixer(B * L, config),
      run: (projected, ...params) =>
        kernels.mamba2Mix(
          projected as tf.Tensor3D,
          { forward: named(params.slice(0, 6)), reverse: named(params.slice(6)) },
          { lengths },
        ),
    },
  ];
}

/** Seed of the ids and labels on both sides. */
const INDEX_SEED = 1000;

/** int32 indices below `limit`. */
function indices(size: number, limit: number): tf.Tensor1D {
  const values = uniform(size, INDEX_SEED).map((u) => Math.floor(u * limit));
  return tf.tensor1d(Int32Array.from(values), "int32");
}

function lookups({ B, L, W }: Sizes): Operator[] {
  const rows = B * L, classes = 64, genes = 20_000;
  const ids = indices(rows, genes);
  const labels = indices(rows, classes);
  return [
    {
      call: "embed",
      inputs: [normal(genes, W)],
      options: { shape: [B, L] },
      flops: 0,
      run: (table) => kernels.embed(table as tf.Tensor2D, tf.reshape(ids, [B, L])),
    },
    {
      call: "softmaxCrossEntropy",
      inputs: [normal(rows, classes)],
      flops: POINTWISE.softmax * rows * classes,
      run: (logits) => kernels.softmaxCrossEntropy(logits as tf.Tensor2D, labels),
    },
  ];
}

function dropout({ B, L, W }: Sizes): Operator {
  return {
    call: "dropout",
    inputs: [normal(B, L, W)],
    flops: 0,
    run: (x) => kernels.dropout(x, { rate: 0.1, seed: 7 }),
  };
}

/** Texts, heads, tokens and head width: those of our text encoder, and BERT-base's. */
const ATTENTION: Record<string, [number, number, number, number]> = {
  walkthrough: [128, 4, 48, 32],
  paper: [16, 12, 128, 64],
};

function attention(scale: string): Operator {
  const shape = ATTENTION[scale];
  const [rows, heads, length, width] = shape;
  const lengths = tf.fill([rows], length, "int32") as tf.Tensor1D;
  return {
    call: "attention",
    inputs: [normal(...shape), normal(...shape), normal(...shape)],
    flops: rows * heads * length * length * (4 * width + POINTWISE.softmax),
    run: (q, k, v) => kernels.attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, { lengths }),
  };
}
