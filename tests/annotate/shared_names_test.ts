import assert from "node:assert/strict";
import { withSharedNames } from "../../lib/annotate/shared_names.ts";
import { memorySource } from "lib/data/mod.ts";
import { type ModelCells, readModelCells } from "lib/genes/mod.ts";
import { csrFromDense } from "lib/matrix/mod.ts";

/** One cell whose genes the vocabulary of three knows by these tokens. */
const file = (varNames: string[], tokenOf: number[], values: number[]): ModelCells => ({
  source: memorySource({
    name: "file",
    matrix: csrFromDense(values, 1, varNames.length),
    obsNames: ["cell"],
    varNames,
  }),
  values: { kind: "log1p", evidence: "made so" },
  tokenOf: Int32Array.from(tokenOf),
  genes: 3,
});

Deno.test("withSharedNames gives genes that both files name and the vocabulary lacks a token, and no others", () => {
  const a = file(["CD3E", "LINC2", "only_a", "LINC1", "ERCC-00002"], [0, -1, -1, -1, -1], [1, 2, 3, 4, 5]);
  const b = file(["LINC1", "ERCC-00002", "LINC2", "only_b"], [-1, -1, -1, -1], [6, 7, 8, 9]);
  const [first, second] = withSharedNames(a, b);
  assert.deepEqual([...first.tokenOf], [0, 4, -1, 3, -1]);
  assert.deepEqual([...second.tokenOf], [3, -1, 4, -1]);
  assert.deepEqual([first.genes, second.genes], [5, 5]);
  const { indices, data } = readModelCells(second, 0, 1);
  assert.deepEqual(new Map([...indices].map((gene, i) => [gene, data[i]])), new Map([[3, 6], [4, 8]]));
});
