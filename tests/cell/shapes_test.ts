import assert from "node:assert/strict";
import { cellPreset, cellShapes, countScalars, initCellParams } from "../../lib/cell/mod.ts";
import { disposeParams, flattenParams } from "../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";

await startBackend();

/** The original's vocabulary: ORIGINAL section 2. */
const GENES = 60_694;
const paper = (classes: number) => cellShapes({ config: cellPreset("paper"), genes: GENES, classes });
const layerOf = (name: string) => Number(name.match(/^layers\.(\d+)\./)?.[1] ?? NaN);

Deno.test("cellShapes names and shapes exactly what initCellParams draws", () => {
  const sizes = { config: cellPreset("nano"), genes: 5, classes: 3 };
  const params = initCellParams(createRng(1), sizes);
  const drawn = [...flattenParams(params)].map(([name, variable]) => [name, variable.shape]);
  assert.deepEqual([...cellShapes(sizes)], drawn);
  disposeParams(params);
});

Deno.test("cellShapes of the paper preset has 42,842,341 parameters at 164 classes", () => {
  // times 4 bytes this is the published checkpoint (171,413,175 bytes) less 44 kB of names and zip records
  assert.equal(countScalars(paper(164)), 42_842_341);
});

Deno.test("cellShapes of the paper preset counts each part as the authors print it", () => {
  const under = (prefix: string) => countScalars(paper(7), (name) => name.startsWith(prefix));
  assert.equal(under("genes."), 31_076_864 + 1_024);
  assert.equal(under("values."), 264_704);
  assert.equal(under("layers.3."), 1_727_072);
  assert.equal(under("expression."), 525_825);
  assert.equal(under("classifier."), 527_360 + 513 * 7);
});

Deno.test("countScalars gives the two trainable counts that the authors print", () => {
  // 7 classes with layers 0-3 frozen; 3 classes with only layers 3-5 and the classifier learning
  assert.equal(countScalars(paper(7), (name) => !(layerOf(name) <= 3)), 35_853_512);
  const tuned = (name: string) => layerOf(name) >= 3 || name.startsWith("classifier.");
  assert.equal(countScalars(paper(3), tuned), 5_710_115);
});
