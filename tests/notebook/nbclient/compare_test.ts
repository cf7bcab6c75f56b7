import { deepStrictEqual } from "node:assert/strict";
import type { CellOutput, Notebook } from "../../../lib/notebook/format.ts";
import { differencesOf } from "./compare.ts";

const notebook = (...cells: CellOutput[][]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: cells.map((outputs) => ({
    cell_type: "code",
    metadata: {},
    source: "1",
    execution_count: 1,
    outputs,
  })),
});
const stdout = { output_type: "stream", name: "stdout", text: "a" };
const figure = { output_type: "display_data", data: { "image/svg+xml": "<svg/>", "text/plain": "f" } };
const table = { output_type: "display_data", data: { "text/html": "<table>", "text/plain": "t" } };

Deno.test("differencesOf takes a stream in pieces for the same stream", () => {
  deepStrictEqual(differencesOf(notebook([stdout, figure]), notebook([stdout, stdout, figure])), []);
});

Deno.test("differencesOf names the cell that lost an output, or has it in another order", () => {
  const ours = notebook([table], [figure, table]);
  deepStrictEqual(differencesOf(ours, notebook([table], [table])), [
    "cell 2: [table or box] in place of [figure, table or box]",
  ]);
  deepStrictEqual(differencesOf(ours, notebook([table], [table, figure])).length, 1);
});

Deno.test("differencesOf names errors, also where both runs have them", () => {
  const failed = notebook([{ output_type: "error", ename: "RangeError", evalue: "gone", traceback: [] }]);
  deepStrictEqual(differencesOf(failed, failed), ["cell 1: error RangeError: gone"]);
});

Deno.test("differencesOf refuses notebooks of other cells", () => {
  deepStrictEqual(differencesOf(notebook([table]), notebook()), ["0 code cells in place of 1"]);
});
