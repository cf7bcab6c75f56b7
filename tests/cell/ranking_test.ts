import assert from "node:assert/strict";
import * as tf from "../../lib/tensor/mod.ts";
import { hierarchicalRanking, NEGATIVE_MARGIN, SELF_MARGIN, typeSimilarities } from "../../lib/cell/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";

await startBackend();

const [CELLS, TYPES, WIDTH] = [5, 9, 4];
const CLOSE = [[1, 2], [], [3]];
const TYPE_OF = Int32Array.of(0, 4, -1);

function problem() {
  const rng = createRng(3);
  const draw = (n: number) => Float32Array.from({ length: n }, () => rng.normal());
  const vectors = tf.tidy(() => {
    const raw = tf.tensor2d(draw(TYPES * WIDTH), [TYPES, WIDTH]);
    return tf.div(raw, tf.norm(raw, 2, 1, true)) as tf.Tensor2D;
  });
  return {
    cells: tf.tensor2d(draw(CELLS * WIDTH), [CELLS, WIDTH]),
    space: { vectors, typeOf: TYPE_OF, close: CLOSE },
  };
}

/** The loss by its words, a cell at a time. */
function slowTwin(similarity: number[][], classes: number[]): number {
  const losses: number[] = [];
  classes.forEach((label, row) => {
    const type = label < 0 ? -1 : TYPE_OF[label];
    if (type < 0) return;
    const s = similarity[row];
    const close = CLOSE[label];
    const anchor = close.length > 0 ? Math.max(...close.map((c) => s[c])) : s[type];
    const order = close.length > 0 ? Math.max(0, anchor - s[type] + SELF_MARGIN) : 0;
    const excess = s.map((value, t) =>
      t === type || close.includes(t) ? 0 : Math.max(0, value - anchor + NEGATIVE_MARGIN)
    );
    const violations = excess.filter((value) => value > 0);
    losses.push(order + violations.reduce((a, b) => a + b, 0) / Math.max(1, violations.length));
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

Deno.test("hierarchicalRanking equals its definition cell by cell, with unlabelled and unknown cells left out", () => {
  const { cells, space } = problem();
  const classes = Int32Array.of(0, 1, -1, 2, 0);
  tf.tidy(() => {
    const similarity = typeSimilarities(cells, space.vectors).arraySync();
    const loss = hierarchicalRanking(cells, { space, classes }).dataSync()[0];
    assert.ok(Math.abs(loss - slowTwin(similarity, [...classes])) < 1e-5, `${loss}`);
  });
});

Deno.test("hierarchicalRanking has the gradient that central differences give", () => {
  const { cells, space } = problem();
  const classes = Int32Array.of(0, 1, 0, 1, 0);
  const value = (x: tf.Tensor) => hierarchicalRanking(x as tf.Tensor2D, { space, classes });
  const gradient = tf.grad(value)(cells).dataSync();
  const base = cells.dataSync();
  const step = 1e-2; // float32: rounding / step stays near 1e-5, curvature x step^2 near 1e-4
  for (let i = 0; i < base.length; i += 3) {
    const at = (delta: number) => {
      const moved = base.slice();
      moved[i] += delta;
      return tf.tidy(() => value(tf.tensor2d(moved, [CELLS, WIDTH])).dataSync()[0]);
    };
    const numeric = (at(step) - at(-step)) / (2 * step);
    assert.ok(Math.abs(numeric - gradient[i]) < 5e-3, `${i}: ${gradient[i]} is not ${numeric}`);
  }
});

Deno.test("hierarchicalRanking is 0 when no cell is labelled", () => {
  const { cells, space } = problem();
  const loss = hierarchicalRanking(cells, { space, classes: new Int32Array(CELLS).fill(-1) });
  assert.equal(loss.dataSync()[0], 0);
});

Deno.test("hierarchicalRanking as published draws one negative a cell, and a stand-in for close types", () => {
  const { cells, space } = problem();
  const lossesOf = (label: number, seeds: number) =>
    Array.from({ length: seeds }, (_, seed) =>
      tf.tidy(() => {
        const first = tf.slice(cells, [0, 0], [1, WIDTH]);
        const options = { space, classes: Int32Array.of(label), rngOf: () => createRng(seed) };
        return hierarchicalRanking(first, options).dataSync()[0];
      }));
  const s = tf.tidy(() => typeSimilarities(cells, space.vectors).arraySync())[0];
  const hinges = (self: number, anchor: number, negative: number) =>
    Math.max(0, anchor - s[self] + SELF_MARGIN) + Math.max(0, s[negative] - anchor + NEGATIVE_MARGIN);
  const types = Array.from({ length: TYPES }, (_, type) => type);
  const anchor = Math.max(s[1], s[2]);
  assertDrawn(lossesOf(0, 60), types.slice(3).map((negative) => hinges(0, anchor, negative)));
  const others = types.filter((type) => type !== 4); // class 1 has no close types: any other stands in
  const pairs = others.flatMap((close) => others.map((negative) => hinges(4, s[close], negative)));
  assertDrawn(lossesOf(1, 60), pairs);
});

/** Every loss is one of the possible ones, and at least two kinds of them were drawn. */
function assertDrawn(losses: number[], possible: number[]): void {
  const kinds = losses.map((loss) => possible.findIndex((value) => Math.abs(value - loss) < 1e-5));
  assert.ok(!kinds.includes(-1), `${losses} of ${possible}`);
  assert.ok(new Set(kinds).size > 1, `${losses}`);
}
