import * as tf from "../../tensor/mod.ts";
import { lengthMask } from "../core/mask.ts";
import { registerTensorflow } from "../tensorflow/register.ts";
import { type ScanAttributes, SSD_SCAN, SSD_SCAN_GRADIENT, type SsdInputs } from "./op.ts";

/** B rows of C chunks of S positions; H heads of width P, state width N. No step is taken at padding: dt is 0 there. */
export interface ChunkedInputs {
  /** `[B, C, S, H, P]`. */
  readonly x: tf.Tensor;
  /** `[B, C, S, H]`. */
  readonly dt: tf.Tensor;
  /** `[H]`. */
  readonly a: tf.Tensor;
  /** `[B, C, S, N]`, as c. */
  readonly b: tf.Tensor;
  readonly c: tf.Tensor;
  /** `[H]`. */
  readonly d: tf.Tensor;
}

/** Number and size of the chunks that cover a length. */
export function chunksOf(length: number, chunk: number): { chunks: number; size: number } {
  const size = Math.min(chunk || CHUNK, length);
  return { chunks: Math.ceil(length / size), size };
}

/** The chunk to use when the caller leaves it open (0). */
const CHUNK = 64;

/**
 * Mamba-2's scan by chunks (Dao and Gu 2024, section 6): `[B, C, S, H, P]`. Chunks exchange states by one product with
 * the decays between them, heads share the products with b and c, and `reverse` only turns the triangles around.
 */
export function scanChunks(inputs: ChunkedInputs, reverse: boolean): tf.Tensor {
  const { x, c, d } = inputs;
  const { weights, decays, enter, steps } = describeScan(inputs, reverse);
  const within = headsLast(tf.matMul(weights, headsFirst(steps)));
  const carried = tf.mul(tf.reshape(tf.matMul(c, enter, false, true), x.shape), perHead(tf.exp(decays)));
  return tf.add(tf.add(within, carried), tf.mul(x, perHead(d)));
}

/** Gradients of {@linkcode scanChunks} by its inputs, from its result `y` and the gradient `dy` by that. */
export function scanChunksGradient(
  inputs: ChunkedInputs,
  { reverse, y, dy }: { reverse: boolean; y: tf.Tensor; dy: tf.Tensor },
): ChunkedInputs {
  const { x, dt, a, b, c, d } = inputs;
  const { weights, decayed, decays, enter, added, between, toEnd, steps, inner, outer } = describeScan(
    inputs,
    reverse,
  );
  const states = [...x.shape.slice(0, 3), -1];
  const leaving = tf.reshape(tf.mul(dy, perHead(tf.exp(decays))), states); // [B, C, S, H P]
  const dEnter = tf.matMul(leaving, c, true); // [B, C, H P, N]
  const dAdded = acrossChunks(dEnter, between, true);

  const [dyHeads, stepsHeads] = [headsFirst(dy), headsFirst(steps)];
  const dShared = tf.tidy(() => { // [B, C, S, S]
    const dWeights = tf.matMul(dyHeads, stepsHeads, false, true); // [B, C, H, S, S]
    return tf.mul(tf.sum(tf.mul(dWeights, decayed), 2), inner);
  });
  const ended = tf.reshape(tf.mul(steps, toEnd), states);
  const dEnded = tf.reshape(tf.matMul(b, dAdded, false, true), x.shape);
  const dSteps = tf.add(headsLast(tf.matMul(weights, dyHeads, true)), tf.mul(dEnded, toEnd));

  // Every decay stands in an exponential, so its slope is a product of a factor with its own gradient.
  const dStepsX = tf.sum(tf.mul(dSteps, x), 4); // [B, C, S, H]
  const dyX = tf.sum(tf.mul(dy, x), 4);
  const dDecays = tf.sub(tf.sub(tf.sum(tf.mul(dy, y), 4), tf.mul(dyX, d)), tf.mul(dStepsX, dt));
  const slopes = tf.sub(perChunk(dEnter, enter, x.shape), perChunk(dAdded, added, x.shape)); // [B, C, H]
  const dTotals = tf.expandDims(tf.matMul(outer, slopes, true), 2);
  const dLogs = tf.add(tf.matMul(inner, dDecays, true), dTotals); // by dt a

  return {
    x: tf.add(tf.mul(dSteps, perHead(dt)), tf.mul(dy, perHead(d))),
    dt: tf.add(tf.mul(dLogs, a), dStepsX),
    a: tf.sum(tf.mul(dLogs, dt), [0, 1, 2]),
    b: tf.add(tf.matMul(ended, dAdded), tf.matMul(dShared, c, true)),
    c: tf.add(tf.matMul(leaving, enter), tf.matMul(dShared, b)),
    d: tf.sum(dyX, [0, 1, 2]),
  };
}

/** Values that both passes need: step by step as in the reference, with the triangles of the direction. */
function describeScan({ x, dt, a, b, c }: ChunkedInputs, reverse: boolean) {
  const [, chunks, size] = x.shape;
  const inner = triangle(size, { reverse, strict: false }); // from which positions a position hears
  const outer = triangle(chunks, { reverse, strict: true });
  const logs = tf.mul(dt, a);
  const decays = tf.matMul(inner, logs); // [B, C, S, H]
  const totals = tf.sum(logs, 2); // [B, C, H]
  const decayed = tf.tidy(() => { // the largest tensors here: [B, C, H, S, S]
    const heads = tf.transpose(decays, [0, 1, 3, 2]);
    return tf.exp(tf.minimum(tf.sub(tf.expandDims(heads, 4), tf.expandDims(heads, 3)), 0));
  });
  const shared = tf.mul(tf.matMul(c, b, false, true), inner); // [B, C, S, S]
  const steps = tf.mul(x, perHead(dt));
  const toEnd = perHead(tf.exp(tf.sub(tf.expandDims(totals, 2), decays)));
  const added = tf.matMul(tf.reshape(tf.mul(steps, toEnd), [...x.shape.slice(0, 3), -1]), b, true);
  const between = chunkDecays(totals, outer);
  return {
    inner,
    outer,
    decays,
    decayed,
    weights: tf.mul(tf.expandDims(shared, 2), decayed),
    steps,
    toEnd,
    added, // [B, C, H P, N]
    between,
    enter: acrossChunks(added, between, false),
  };
}

/** Ones where a row's position hears a column's: below the diagonal, or above it in reverse. */
function triangle(size: number, { reverse, strict }: { reverse: boolean; strict: boolean }): tf.Tensor2D {
  const positions = tf.range(0, size);
  const [row, column] = [tf.expandDims(positions, 1), tf.expandDims(positions, 0)];
  const [later, earlier] = reverse ? [column, row] : [row, column];
  const hears = strict ? tf.greater(later, earlier) : tf.greaterEqual(later, earlier);
  return tf.cast(hears, "float32") as tf.Tensor2D;
}

/** Decay of the state that one chunk adds, until another begins: `[B, H, C, C]`. */
function chunkDecays(totals: tf.Tensor, outer: tf.Tensor2D): tf.Tensor {
  const before = tf.matMul(outer, totals); // [B, C, H]
  const ends = tf.transpose(tf.add(before, totals), [0, 2, 1]);
  const starts = tf.transpose(before, [0, 2, 1]);
  const logs = tf.sub(tf.expandDims(starts, 3), tf.expandDims(ends, 2));
  return tf.mul(tf.exp(tf.minimum(logs, 0)), outer);
}

/** States `[B, C, H P, N]` carried from chunk to chunk, or gradients carried back. */
function acrossChunks(states: tf.Tensor, between: tf.Tensor, back: boolean): tf.Tensor {
  const [batch, chunks] = states.shape;
  const heads = between.shape[1]!;
  const apart = tf.transpose(tf.reshape(states, [batch, chunks, heads, -1]), [0, 2, 1, 3]);
  const carried = tf.matMul(between, apart, back);
  return tf.reshape(tf.transpose(carried, [0, 2, 1, 3]), states.shape);
}

/** Sums of products of two states `[B, C, H P, N]` by chunk and head: `[B, C, H]`. */
const perChunk = (left: tf.Tensor, right: tf.Tensor, [batch, chunks, , heads]: number[]): tf.Tensor =>
  tf.sum(tf.reshape(tf.mul(left, right), [batch, chunks, heads, -1]), 3);

/** One number a head against a head's width. */
const perHead = (t: tf.Tensor): tf.Tensor => tf.expandDims(t, -1);
/** `[B, C, S, H, P]` to `[B, C, H, S, P]`, and back. */
const headsFirst = (t: tf.Tensor): tf.Tensor => tf.transpose(t, [0, 1, 3, 2, 4]);
const headsLast = headsFirst;

/** The operator's inputs in chunks, padded to whole ones, with no steps at padding. */
function inChunks(inputs: Record<string, tf.Tensor>, chunk: number) {
  const { x, dt, a, b, c, d, lengths } = inputs as unknown as SsdInputs & { lengths: tf.Tensor1D };
  const [rows, length] = x.shape;
  const { chunks, size } = chunksOf(length, chunk);
  const mask = lengthMask(lengths, length);
  const cut = (t: tf.Tensor): tf.Tensor => {
    const padding = t.shape.map((_, axis): [number, number] => [
      0,
      axis === 1 ? chunks * size - length : 0,
    ]);
    return tf.reshape(tf.pad(t, padding), [rows, chunks, size, ...t.shape.slice(2)]);
  };
  const join = (t: tf.Tensor): tf.Tensor => {
    const whole = tf.reshape(t, [rows, chunks * size, ...t.shape.slice(3)]);
    return tf.slice(whole, whole.shape.map(() => 0), [rows, length, ...whole.shape.slice(2)]);
  };
  const unpadded = (t: tf.Tensor): tf.Tensor => tf.mul(t, tf.reshape(mask, [rows, length, 1, 1]));
  const steps = tf.mul(dt, tf.expandDims(mask, 2));
  const chunked = { x: cut(x), dt: cut(steps), a, b: cut(b), c: cut(c), d };
  return { chunked, cut, join, unpadded, mask };
}

registerTensorflow<ScanAttributes>(SSD_SCAN, (inputs, { reverse, chunk }) => {
  const { chunked, join, unpadded } = inChunks(inputs, chunk);
  return unpadded(join(scanChunks(chunked, reverse)));
});

registerTensorflow<ScanAttributes>(SSD_SCAN_GRADIENT, (inputs, { reverse, chunk }) => {
  const { chunked, cut, join, unpadded, mask } = inChunks(inputs, chunk);
  const y = scanChunks(chunked, reverse);
  const { x, dt, a, b, c, d } = scanChunksGradient(chunked, { reverse, y, dy: cut(unpadded(inputs.dy)) });
  return [join(x), tf.mul(join(dt), tf.expandDims(mask, 2)), a, join(b), join(c), d];
});
