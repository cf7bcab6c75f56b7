import { join } from "node:path";
import { markdownRows } from "../lib/cli/mod.ts";
import { renderSvg, roofline } from "../lib/figures/mod.ts";
import type { BenchRow } from "../lib/metrics/mod.ts";
import { dataError, ROOT, writeFileAtomically } from "../lib/runtime/mod.ts";

const DOCUMENT = join(ROOT, "docs/PERFORMANCE.md");
const FIGURE = join(ROOT, "docs/images/roofline.svg");

/**
 * Writes the tables of docs/PERFORMANCE.md between their markers, and its figure, from rows of the bench.
 *
 * @throws {KcellfmError} tag "data", when the rows lack what the document shows.
 */
export async function writeDocument(rows: readonly BenchRow[]): Promise<void> {
  const ceilings = rows.filter(({ name }) => name === "matMul ceiling");
  const main = ceilings.find(({ blas }) => blas?.startsWith("lib")) ?? ceilings[0];
  if (!main) throw dataError("Cannot write the tables: there is no bench.json; run deno task bench first");
  const own = rows.filter((row) => isSameEngine(row, main));
  const text = await Deno.readTextFile(DOCUMENT);
  const tables = { engines: engineTable(rows), models: modelTable(rows), operators: operatorTable(own) };
  await writeFileAtomically(DOCUMENT, Object.entries(tables).reduce(fill, text));
  await writeFileAtomically(FIGURE, await renderSvg(drawRoofline(own)));
  console.log(`tables written to ${DOCUMENT}, figure to ${FIGURE}`);
}

const isSameEngine = (a: BenchRow, b: BenchRow) =>
  a.backend === b.backend && a.blas === b.blas && a.relaxed_simd === b.relaxed_simd;

/** Replaces what stands between the markers of a table. */
function fill(text: string, [name, table]: [string, string]): string {
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw dataError(`Cannot write ${DOCUMENT}: it lacks the markers ${start} and ${end}`);
  }
  return `${text.slice(0, from + start.length)}\n${table}${text.slice(to)}`;
}

/** How matrix products run, in words. */
const engineOf = ({ backend, blas, relaxed_simd }: BenchRow): string =>
  [backend, blas === "off" ? "own products" : blas, relaxed_simd === false ? "no relaxed SIMD" : ""].filter(
    Boolean,
  )
    .join(", ");

const number = (value: number | null | undefined, digits = 1): string => value?.toFixed(digits) ?? "-";
const percent = (share: number | undefined): string =>
  share === undefined ? "-" : `${Math.round(100 * share)} %`;

function engineTable(rows: readonly BenchRow[]): string {
  const ceilings = rows.filter(({ name }) => name === "matMul ceiling");
  return markdownRows(
    ["engine", "PyTorch", "threads", "product of 1024 x 1024, GFLOP/s", "PyTorch's", "copy, GB/s"],
    ceilings.map((row) => {
      const copy = rows.find((other) => other.name === "memory copy" && isSameEngine(other, row));
      const theirs = row.torch_ms === null ? null : (row.gflops ?? 0) * row.ours_ms / row.torch_ms;
      return [
        engineOf(row),
        row.torch ?? "-",
        String(row.threads ?? "-"),
        number(row.gflops, 0),
        number(theirs, 0),
        number(copy?.gbytes_per_second),
      ];
    }),
  );
}

function modelTable(rows: readonly BenchRow[]): string {
  const models = rows.filter(({ cells_per_second }) => cells_per_second !== undefined);
  return markdownRows(
    ["work", "scale", "engine", "ours, ms", "PyTorch, ms", "ratio", "rows a second", "of the ceiling"],
    models.map((row) => [
      row.name,
      row.scale,
      engineOf(row),
      number(row.ours_ms),
      number(row.torch_ms),
      number(row.ratio, 2),
      number(row.cells_per_second),
      percent(row.of_ceiling),
    ]),
  );
}

const isOperator = (row: BenchRow) => row.cells_per_second === undefined && row.shape !== undefined;

function operatorTable(rows: readonly BenchRow[]): string {
  return markdownRows(
    ["operator", "scale", "sizes", "ours, ms", "PyTorch, ms", "ratio", "GFLOP/s", "of the ceiling"],
    rows.filter(isOperator).map((row) => [
      row.name,
      row.scale,
      row.shape ?? "-",
      number(row.ours_ms, 2),
      number(row.torch_ms, 2),
      number(row.ratio, 2),
      number(row.gflops),
      percent(row.of_ceiling),
    ]),
  );
}

/** The operators' gradients at walkthrough size. */
function drawRoofline(rows: readonly BenchRow[]) {
  const ending = " + gradient";
  const [ceiling, copy] = ["matMul ceiling", "memory copy"].map((name) =>
    rows.find((row) => row.name === name)
  );
  const points = rows.filter((row) => row.scale === "walkthrough" && row.name.endsWith(ending)).flatMap((
    row,
  ) =>
    row.intensity === undefined ? [] : [{
      name: row.name.replace(ending, ""),
      intensity: row.intensity,
      gflops: row.gflops!,
      other: row.torch_ms === null ? undefined : row.gflops! * row.ours_ms / row.torch_ms,
    }]
  );
  if (points.length === 0) {
    throw dataError("Cannot draw the roofline: bench.json has no operators; run deno task bench");
  }
  return roofline({
    title: "Operators forward and backward under the machine's roof",
    subtitle: `walkthrough size, ${ceiling!.threads} threads, ${
      ceiling!.repeats
    } samples; the slope is one thread's copy rate`,
    points,
    peak: ceiling!.gflops!,
    bandwidth: copy!.gbytes_per_second!,
    engines: ["ours", "PyTorch"],
    height: 520,
  });
}
