import type { CellOutput, CodeCell, Notebook } from "../../../lib/notebook/format.ts";

/** What kinds of outputs a cell has, in order: "figure", "table or box", "markdown", "stdout", "error RangeError". */
export function kindsOf({ outputs }: CodeCell): string[] {
  const kinds = outputs.map(kindOf);
  // pieces of one stream are one output to a reader, and where they are cut is chance
  return kinds.filter((kind, k) => !STREAMS.includes(kind) || kind !== kinds[k - 1]);
}

const STREAMS = ["stdout", "stderr"];

function kindOf(output: CellOutput): string {
  if (output.output_type === "stream") return String(output.name);
  if (output.output_type === "error") return `error ${output.ename}: ${output.evalue}`;
  const types = Object.keys(output.data ?? {});
  if (types.includes("application/vnd.plotly.v1+json") || types.includes("image/svg+xml")) return "figure";
  if (types.includes("text/html")) return "table or box";
  return types.includes("text/markdown") ? "markdown" : "text";
}

/** Where two runs of one notebook differ in their outputs, and errors of the second, in words. */
export function differencesOf(ours: Notebook, theirs: Notebook): string[] {
  const [expected, found] = [codeCells(ours), codeCells(theirs)];
  if (expected.length !== found.length) return [`${found.length} code cells in place of ${expected.length}`];
  return expected.flatMap((cell, k) => {
    const [want, have] = [kindsOf(cell), kindsOf(found[k])];
    const errors = have.filter((kind) => kind.startsWith("error"));
    const same = want.join() === have.join();
    return [
      ...errors.map((error) => `cell ${k + 1}: ${error}`),
      ...same ? [] : [`cell ${k + 1}: [${have.join(", ")}] in place of [${want.join(", ")}]`],
    ];
  });
}

export const codeCells = ({ cells }: Notebook): CodeCell[] =>
  cells.filter((cell) => cell.cell_type === "code");
