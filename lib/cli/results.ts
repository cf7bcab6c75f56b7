import { type BenchRow, readBench, readResults, type Result } from "../metrics/mod.ts";
import { writeFileAtomically } from "../runtime/mod.ts";
import { createCommand } from "./flags.ts";
import { runCommand } from "./run.ts";
import { type Cell, markdownTable, type Table, terminalTable } from "./table.ts";

/** `deno task results`: every result file as one table a task, ours beside baselines and published numbers. */
export const command = createCommand("results", "Prints all results beside the published numbers.", {
  out: "also write the tables as Markdown to this file",
}).option("--from <folder>", "the folder of the results (default: data/results)").action(
  async ({ from, out }) => {
    const tables = [...resultTables(readResults(from)), ...benchTables(readBench(from))];
    if (out) await writeFileAtomically(out, tables.map(markdownTable).join("\n"));
    console.log(
      tables.length
        ? tables.map(terminalTable).join("\n")
        : "No results yet: run a task, such as deno task annotate.",
    );
  },
);

/** One table a task: a row a set and method, a column a metric. */
export function resultTables(results: readonly Result[]): Table[] {
  const tasks = Map.groupBy(results, ({ task }) => task);
  return [...tasks].map(([task, ofTask]) => {
    const metrics = [...new Set(ofTask.flatMap((result) => Object.keys(result.metrics)))];
    return {
      title: task,
      columns: ["set", "method", ...metrics],
      rows: ofTask.flatMap((result) => resultRows(result, metrics)),
    };
  });
}

function resultRows(result: Result, metrics: readonly string[]): Cell[][] {
  const { source, ...published } = result.published;
  const named = (
    method: string,
    values: Record<string, unknown>,
  ) => [method, ...metrics.map((m) => figure(values[m]))];
  const rows = [
    [`kcellfm (${result.preset})`, ...metrics.map((m) => figure(result.metrics[m], result.sd[m]))],
    ...Object.entries(result.baselines).map(([method, values]) => named(method, values)),
  ];
  if (Object.values(published).some((value) => value !== null)) {
    rows.push(named(source ? `published (${source})` : "published", published));
  }
  const about = `${result.set}${result.data.real ? "" : " (simulated)"}`;
  const notes = [about, result.split, `${result.repeats} x, seed ${result.seed}, ${result.backend}`];
  while (rows.length < notes.length) rows.push(["", ...metrics.map(() => "")]);
  return rows.map((row, i) => [notes[i] ?? "", ...row]);
}

function benchTables(rows: readonly BenchRow[]): Table[] {
  if (rows.length === 0) return [];
  const columns = ["name", "scale", "backend", "ours ms", "PyTorch ms", "ratio"];
  const cells = rows.map((row) => [
    row.name,
    row.scale,
    row.blas ? `${row.backend}+${row.blas}` : row.backend,
    figure(row.ours_ms),
    figure(row.torch_ms),
    figure(row.ratio),
  ]);
  return [{ title: "bench", columns, rows: cells }];
}

function figure(value: unknown, sd?: number | null): string {
  if (typeof value !== "number") return typeof value === "string" ? value : "-";
  const digits = Math.abs(value) >= 100 ? 0 : 3;
  return value.toFixed(digits) + (sd ? ` ± ${sd.toFixed(digits)}` : "");
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
