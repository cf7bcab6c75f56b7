import assert from "node:assert/strict";
import type { CellSource, H5ad } from "../../lib/data/mod.ts";
import { detectValues, readLog1p } from "../../lib/genes/mod.ts";
import { elementsOf, type LazyTensor } from "../../lib/data/tensors/mod.ts";
import { KcellfmError } from "../../lib/runtime/mod.ts";

/** Reads everything of a source and fails when its parts do not fit each other; closes it. */
export function checkCells(source: CellSource): void {
  try {
    assert.equal(source.obsNames.length, source.nObs);
    assert.equal(source.varNames.length, source.nVars);
    for (const [frame, rows] of [[source.obs, source.nObs], [source.var, source.nVars]] as const) {
      assert.equal(frame.length, rows);
    }
    const { rows, cols, indptr, indices, data } = source.rows(0, source.nObs);
    assert.deepEqual([rows, cols, indptr.length], [source.nObs, source.nVars, source.nObs + 1]);
    assert.deepEqual([indices.length, data.length], [indptr[rows], indptr[rows]]);
    assert.ok(indptr.every((at, i) => i === 0 ? at === 0 : at >= indptr[i - 1]));
    assert.ok(indices.every((column) => column >= 0 && column < cols));
    orRefused(() => checkValues(source));
  } finally {
    source.close();
  }
}

/** Values that were told what they are come back as numbers that a model can read. */
function checkValues(source: CellSource): void {
  const found = detectValues(source);
  if (found.kind === "scaled") return;
  const { data } = readLog1p(source, found, { start: 0, end: source.nObs });
  assert.ok(data.every((value) => value >= 0 && value < 100), found.evidence);
}

/** Reads every element that the groups of an `.h5ad` name. */
export function checkElements(file: H5ad): void {
  for (const group of ["obsm", "varm", "obsp", "layers", "uns"]) {
    for (const key of file.keys(group)) orRefused(() => file.element(`${group}/${key}`));
  }
}

/** Runs `read`; what is refused in our own words does not keep the rest from being read. */
function orRefused(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof KcellfmError)) throw error;
  }
}

export function checkTensors(tensors: ReadonlyMap<string, LazyTensor>): void {
  for (const [name, tensor] of tensors) {
    const { data, shape } = tensor.read();
    assert.equal(data.length, elementsOf(shape), name);
  }
}
