import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as tf from "lib/tensor/mod.ts";
import {
  cellPreset,
  cellShapes,
  type CheckpointTensor,
  classifyCells,
  decodeExpression,
  encodeCells,
  fromOriginal,
  initCellParams,
  originalShapes,
} from "../../lib/cell/mod.ts";
import { readTorchCheckpoint } from "../../lib/data/tensors/mod.ts";
import { disposeParams, loadParams } from "../../lib/nn/mod.ts";
import { startBackend, zeroRng } from "../../lib/runtime/mod.ts";
import golden from "../fixtures/cell/original.json" with { type: "json" };
import { assertClose } from "../close.ts";

await startBackend();

const PATH = fileURLToPath(import.meta.resolve("../fixtures/cell/original.pth"));

// float32 here against float64 there; issue 4 asks for 1e-4
const TOLERANCE = 1e-4;

const readFixture = async (): Promise<Map<string, CheckpointTensor>> =>
  (await readTorchCheckpoint(PATH)).flatten();

const batch = {
  cells: golden.ids.length,
  length: golden.ids[0].length,
  ids: Int32Array.from(golden.ids.flat()),
  values: Float32Array.from(golden.values.flat()),
  lengths: Int32Array.from(golden.lengths),
};

const close = (actual: ArrayLike<number>, expected: readonly number[], what: string) =>
  assertClose(actual, expected, TOLERANCE, what);

Deno.test(`fromOriginal reads a .pth and the model says what PyTorch says (${golden.made_by})`, async () => {
  const { sizes, tensors } = fromOriginal(await readFixture(), "original.pth");
  const { config } = sizes;
  const { genes, classes, ...shape } = golden.sizes;
  assert.deepEqual(sizes, { config: { ...cellPreset("paper"), ...shape }, genes, classes });
  const params = initCellParams(zeroRng(), sizes);
  loadParams(params, tensors, PATH);
  tf.tidy(() => {
    const { tokens, cells } = encodeCells(params, batch, { config });
    const logits = classifyCells(params.classifier, cells);
    close(cells.dataSync(), golden.cells.flat(), "cells");
    close(logits.dataSync(), golden.logits.flat(), "logits");
    const flat = tf.reshape(tokens, [-1, config.width]) as tf.Tensor2D;
    const predicted = decodeExpression(params, flat).dataSync<"float32">();
    golden.mlm.forEach((row, cell) => { // predictions at padding mean nothing
      close(predicted.subarray(cell * batch.length, cell * batch.length + row.length), row, "mlm");
    });
  });
  disposeParams(params);
});

Deno.test("fromOriginal names missing, unexpected and mis-shaped tensors at once", async () => {
  const stored = await readFixture();
  const bias = stored.get("decoder.fc.2.bias")!;
  stored.delete("decoder.fc.2.bias");
  stored.set("decoder.fc.2.offset", bias);
  stored.set("value_encoder.norm.weight", { ...bias, shape: [8] });
  assert.throws(
    () => fromOriginal(stored, "x.pth"),
    /missing decoder\.fc\.2\.bias; unexpected decoder\.fc\.2\.offset; mis-shaped value_encoder\.norm\.weight \[8\] for \[32\]/,
  );
  assert.throws(() => fromOriginal(new Map(), "x.pth"), /missing encoder\.embedding\.weight, .*cls_decoder/);
});

Deno.test("fromOriginal reads names as DistributedDataParallel saves them", async () => {
  const stored = await readFixture();
  const wrapped = new Map([...stored].map(([name, tensor]) => [`module.${name}`, tensor]));
  assert.deepEqual(fromOriginal(wrapped, "wrapped.pth"), fromOriginal(stored, "original.pth"));
});

Deno.test("fromOriginal refuses directions that do not share their projections", async () => {
  const stored = await readFixture();
  const name = "mamba_encoder.1.mamba_rev.out_proj.weight";
  const { shape, read } = stored.get(name)!;
  const untied = () => ({ ...read(), data: Float32Array.from(read().data, (value) => value + 1) });
  stored.set(name, { shape, read: untied });
  assert.throws(() => fromOriginal(stored, "x.pth"), /mamba_fwd\.out_proj\.weight and .*differ/);
});

Deno.test("originalShapes names each tensor of the published checkpoint once, tied ones under both names", () => {
  const shapes = cellShapes({ config: cellPreset("paper"), genes: 60_694, classes: 164 });
  const names = originalShapes(shapes);
  assert.equal(names.size, 3 + 6 + 6 * 16 + 6 + 10); // gene encoder, value encoder, layers, two heads
  assert.deepEqual(names.get("encoder.embedding.weight"), [60_697, 512]);
  assert.deepEqual(names.get("mamba_encoder.5.mamba_rev.in_proj.weight"), [2320, 512]);
  assert.deepEqual(names.get("mamba_encoder.0.mamba_fwd.conv1d.weight"), [1280, 1, 4]);
  assert.deepEqual(names.get("cls_decoder._decoder.5.bias"), [512]);
});
