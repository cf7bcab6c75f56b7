import assert from "node:assert/strict";
import * as tf from "lib/tensor/mod.ts";
import {
  CELL_PRESETS,
  type CellConfig,
  classifyCells,
  decodeExpression,
  encodeCells,
  initCellParams,
} from "../../lib/cell/mod.ts";
import type { TokenBatch } from "../../lib/genes/tokenizer.ts";
import { disposeParams, loadParams } from "../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import golden from "../fixtures/cell/encoder.json" with { type: "json" };
import { assertClose } from "../close.ts";

await startBackend();

// float32 against float64 through two layers whose norms divide by small deviations
const TOLERANCE = 2e-4;

function configOf({ residual, readout }: { residual: boolean; readout: string }): CellConfig {
  const { width, layers, expand, headDim, stateDim, convWidth } = golden.sizes;
  const sizes = { width, layers, expand, headDim, stateDim, convWidth, chunk: 2 };
  return { ...CELL_PRESETS.nano, ...sizes, residual, readout: readout === "cls" ? "cls" : "mean" };
}

function paddedBatch(): TokenBatch {
  const cells = golden.cells as [number[], number[]][];
  const length = 6;
  const batch = {
    cells: cells.length,
    length,
    ids: new Int32Array(18).fill(12),
    values: new Float32Array(18).fill(-2),
  };
  cells.forEach(([ids, values], row) => {
    batch.ids.set(ids, row * length);
    batch.values.set(values, row * length);
  });
  return { ...batch, lengths: Int32Array.from(cells, ([ids]) => ids.length) };
}

function goldenParams(config: CellConfig) {
  const params = initCellParams(createRng(0), {
    config,
    genes: golden.sizes.genes,
    classes: golden.sizes.classes,
  });
  const stored = Object.entries(golden.params).map(([name, { shape, data }]) =>
    [name, { dtype: "F32", shape, data: Float32Array.from(data) }] as const
  );
  loadParams(params, new Map(stored), "the golden parameters");
  return params;
}

const close = (actual: Float32Array, expected: number[]) =>
  assertClose(actual, expected, { absolute: TOLERANCE, relative: TOLERANCE });

for (const expected of golden.cases) {
  const name = `residual ${expected.residual}, readout ${expected.readout}`;
  Deno.test(`encodeCells equals plain PyTorch (${name}; ${golden.made_by})`, () => {
    const config = configOf(expected);
    const params = goldenParams(config);
    tf.tidy(() => {
      const { tokens, cells } = encodeCells(params, paddedBatch(), { config });
      close(cells.dataSync<"float32">(), expected.cells);
      close(classifyCells(params.classifier, cells).dataSync<"float32">(), expected.logits);
      const first = tf.reshape(tf.slice(tokens, [0, 0, 0], [1, 5, -1]), [5, -1]) as tf.Tensor2D;
      close(decodeExpression(params, first).dataSync<"float32">(), expected.expression_of_first);
    });
    disposeParams(params);
  });
}

Deno.test("encodeCells does not see padding: longer rows give the same cells", () => {
  const config = { ...CELL_PRESETS.nano, layers: 1 };
  const params = initCellParams(createRng(1), { config, genes: 12, classes: 2 });
  const short: TokenBatch = {
    cells: 1,
    length: 3,
    ids: Int32Array.of(13, 4, 2),
    values: Float32Array.of(0, 1, 2),
    lengths: Int32Array.of(3),
  };
  const long: TokenBatch = {
    ...short,
    length: 70,
    ids: new Int32Array(70).fill(12),
    values: new Float32Array(70).fill(-2),
  };
  long.ids.set(short.ids);
  long.values.set(short.values);
  tf.tidy(() => {
    const [a, b] = [short, long].map((batch) => encodeCells(params, batch, { config }).cells.dataSync());
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 1e-5, `${value} is not ${b[i]}`));
  });
  disposeParams(params);
});
