import * as tf from "../../tensor/mod.ts";
import { type CellModel, encodeUpTo, tokenizeFor } from "../../cell/mod.ts";
import { readModelCells, type TokenBatch } from "../../genes/mod.ts";
import { causalConvSilu, gatedRmsNorm, layerNorm, linear, mamba2Mix, ssdScan } from "../../kernels/mod.ts";
import type { BiMamba2Params, DirectionParams } from "../../nn/mod.ts";
import { readCells } from "../../annotate/mod.ts";
import type { Head } from "./head.ts";

/** One cell of a file as a model reads it. */
export interface Sentence {
  readonly tokens: TokenBatch;
  /** A word a token, `<cls>` first. */
  readonly words: readonly string[];
}

/** Reads one cell of a file. @throws {KcellfmError} as {@linkcode readCells}. */
export async function readSentence(path: string, model: CellModel, row: number): Promise<Sentence> {
  const { cells } = await readCells(path, {}, model.vocabulary);
  try {
    const tokens = tokenizeFor(model, readModelCells(cells, row, row + 1));
    const words = Array.from(tokens.ids, (id) => model.vocabulary.symbols[id] ?? "<cls>");
    return { tokens, words };
  } finally {
    cells.source.close();
  }
}

/** Reading direction of a layer. */
export type Direction = "forward" | "reverse";

/** A head of a layer in one direction; numbers from 0. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
  readonly direction: Direction;
}

/** Outputs of every part of a layer for one cell, in one direction. */
interface LayerParts {
  readonly gate: tf.Tensor3D;
  readonly x: tf.Tensor4D;
  readonly dt: tf.Tensor3D;
  readonly a: tf.Tensor1D;
  readonly b: tf.Tensor3D;
  readonly c: tf.Tensor3D;
}

/** Input of a layer after its projection: z, x, b, c and dt side by side, `[1, L, 2 F + 2 N + H]`. */
function project({ params, config }: CellModel, tokens: TokenBatch, layer: number): tf.Tensor3D {
  const hidden = encodeUpTo(params, tokens, { config, layers: layer });
  const normal = layerNorm(hidden, { eps: 1e-5 });
  return linear(normal, params.layers[layer].inProjection.weight) as tf.Tensor3D;
}

/** Projection, short filter and step sizes of one direction, up to the scan. */
function beforeScan(
  projected: tf.Tensor3D,
  direction: DirectionParams,
  { lengths, reverse }: { lengths: tf.Tensor1D; reverse: boolean },
): LayerParts {
  const [features] = direction.norm.shape;
  const [heads] = direction.dtBias.shape;
  const [channels] = direction.convBias.shape;
  const state = (channels - features) / 2;
  const [gate, xbc, dt] = tf.split(projected, [features, channels, heads], 2) as tf.Tensor3D[];
  const filter = { weight: direction.convWeight, bias: direction.convBias };
  const filtered = causalConvSilu(xbc, { ...filter, lengths, reverse });
  const [x, b, c] = tf.split(filtered, [features, state, state], 2) as tf.Tensor3D[];
  return {
    gate,
    x: tf.reshape(x, [1, -1, heads, features / heads]),
    dt: tf.softplus(tf.add(dt, direction.dtBias)),
    a: tf.neg(tf.exp(direction.aLog)),
    b,
    c,
  };
}

/** One head of a model on one cell, as numbers; in the reverse direction the last token comes first. */
export function headOf(model: CellModel, { tokens }: Sentence, place: HeadPlace): Head {
  const { layer, head, direction } = place;
  const reverse = direction === "reverse";
  const params = model.params.layers[layer][direction];
  return tf.tidy(() => {
    const lengths = tf.tensor1d(tokens.lengths, "int32");
    const parts = beforeScan(project(model, tokens, layer), params, { lengths, reverse });
    const orient = <T>(rows: T[]): T[] => reverse ? rows.toReversed() : rows;
    return {
      x: orient(parts.x.arraySync()[0].map((heads) => heads[head])),
      dt: orient(parts.dt.arraySync()[0].map((heads) => heads[head])),
      a: parts.a.dataSync()[head],
      b: orient(parts.b.arraySync()[0]),
      c: orient(parts.c.arraySync()[0]),
      d: params.d.dataSync()[head],
    };
  });
}

/** One layer put together from its parts and by the one kernel that the model uses: the largest relative difference. */
export function layerDifference(model: CellModel, { tokens }: Sentence, layer: number): number {
  return tf.tidy(() => {
    const lengths = tf.tensor1d(tokens.lengths, "int32");
    const projected = project(model, tokens, layer);
    const params = model.params.layers[layer];
    const parts = mixFromParts(projected, params, lengths);
    const whole = mamba2Mix(projected, params, { lengths, chunk: model.config.chunk });
    const apart = tf.max(tf.abs(tf.sub(parts, whole)));
    return tf.div(apart, tf.max(tf.abs(whole))).dataSync()[0];
  });
}

/** Both directions one after the other, each filter, scan, gate and norm; then their mean, `[1, L, F]`. */
function mixFromParts(projected: tf.Tensor3D, params: BiMamba2Params, lengths: tf.Tensor1D): tf.Tensor {
  const [forward, reverse] = (["forward", "reverse"] as const).map((name) => {
    const direction = params[name];
    const options = { lengths, reverse: name === "reverse" };
    const { gate, ...inputs } = beforeScan(projected, direction, options);
    const scanned = ssdScan({ ...inputs, d: direction.d }, options);
    return gatedRmsNorm(tf.reshape(scanned, gate.shape), gate, { weight: direction.norm });
  });
  return tf.mul(tf.add(forward, reverse), 0.5);
}

/** After how many tokens each head has forgotten half, in the middle of a cell's tokens: `ln 2 / (dt |a|)`. */
export function halfLives(model: CellModel, sentence: Sentence) {
  const { layers, headDim, expand, width } = model.config;
  const heads = Array.from({ length: expand * width / headDim }, (_, head) => head);
  const places = (["forward", "reverse"] as const).flatMap((direction) =>
    heads.map((head) => ({ direction, head }))
  );
  const rows = Array.from({ length: layers }, (_, layer) =>
    places.map((place) => {
      const { dt, a } = headOf(model, sentence, { layer, ...place });
      const steps = dt.toSorted((one, other) => one - other);
      return Math.LN2 / (steps[Math.floor(steps.length / 2)] * -a);
    }));
  const columns = places.map(({ direction, head }) => `${direction} ${head + 1}`);
  return { rows, columns };
}
