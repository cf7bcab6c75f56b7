import { join } from "node:path";
import type { Baseline } from "./cells.ts";
import { denseOf, type Form, matrixOf, type Rows, save } from "./form.ts";
import { geneStats, scaledRows, zScores } from "./values.ts";

const refused = (name: string, kept: RegExp, write: Form["write"]): Form => ({
  group: "refused",
  name,
  kept,
  write,
});
const spoil = (b: Baseline, value: number): Rows =>
  b.cells.map(({ counts }, row) => row === 41 ? counts.with(0, value) : counts);
const spoiled = (value: number): Form["write"] => (b, folder) =>
  save(b, folder, { x: matrixOf(b.cells, b.genes.length, spoil(b, value)) });

/** What cannot be undone, and what cannot be. */
export const REFUSED: readonly Form[] = [
  refused(
    "z-scores",
    /they are scaled \(there are negative values/,
    (b, folder) => save(b, folder, { x: { shape: [b.cells.length, b.genes.length], data: zScores(b) } }),
  ),
  refused(
    "scaled without centring",
    /genes have a standard deviation near 1/,
    (b, folder) => save(b, folder, { x: matrixOf(b.cells, b.genes.length, scaledRows(b)) }),
  ),
  refused("centred log ratios by gene", /normalised gene by gene/, (b, folder) => {
    const { means } = geneStats(b, b.cells.map(({ counts }) => counts.map(Math.log1p)));
    const rows = b.cells.map(({ columns, counts }) =>
      counts.map((c, i) => Math.log1p(c / Math.exp(means[columns[i]])))
    );
    return save(b, folder, { x: matrixOf(b.cells, b.genes.length, rows) });
  }),
  refused("a value that is NaN", /row 42 .*is NaN, not a finite number/, spoiled(NaN)),
  refused("a value that is infinite", /row 42 .*is Infinity, not a finite number/, spoiled(Infinity)),
  refused("a negative count", /row 42 .*is negative \(-3\)/, spoiled(-3)),
  refused(
    "no count in any cell",
    /all of its sampled values are zero/,
    (b, folder) =>
      save(b, folder, {
        x: matrixOf(b.cells.map(({ name }) => ({ name, columns: [], counts: [] })), b.genes.length),
      }),
  ),
  refused("three known genes", /3 of its genes are known to the model, at least 20/, (b, folder) => {
    const cells = b.cells.map(({ name, counts }) => ({
      name,
      columns: [0, 1, 2],
      counts: [1 + counts[0], 1, 1],
    }));
    return save({ ...b, cells, genes: b.genes.slice(0, 3) }, folder);
  }),
  refused(
    "ids of rat",
    /its genes are of rat/,
    (b, folder) =>
      save(b, folder, { varNames: b.genes.map((_, i) => `ENSRNOG${String(i).padStart(11, "0")}`) }),
  ),
  refused("a gap in a table", /row 43, column \S+ is "", not a number/, (b, folder) => {
    const rows = denseOf(b.cells, b.genes.length).map((row, i) => [b.cells[i].name, ...row.map(String)]);
    rows[41][3] = "";
    const path = join(folder, "cells.csv");
    Deno.writeTextFileSync(path, [["", ...b.genes], ...rows].map((row) => row.join(",")).join("\n") + "\n");
    return path;
  }),
];
