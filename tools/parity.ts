import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import {
  cellPreset,
  cellShapes,
  countScalars,
  ORIGINAL_CLASSES,
  ORIGINAL_TOKENS,
  originalNames,
} from "../lib/cell/mod.ts";
import { isOwnRow, readResults, type Result } from "../lib/metrics/mod.ts";
import { dataError, ROOT, writeFileAtomically } from "../lib/runtime/mod.ts";
import { PUBLISHED_NUMBERS, type PublishedNumber } from "./parity_numbers.ts";
import { type Cell, markdownTable, runCommand } from "../lib/cli/mod.ts";

/** Tokens that are genes in the original's vocabulary. */
const GENES = ORIGINAL_TOKENS - 3;

/** The tables of docs/PARITY.md by the name of their markers: from the code, and from results files. */
export function parityTables(results: readonly Result[]): Map<string, string> {
  return new Map([
    ["tensors", tensorTable()],
    ["counts", countTable()],
    ["forward", forwardTable(results)],
    ["numbers", numberTable(results)],
    ["results", resultTable(results)],
  ]);
}

/**
 * The document with each table between its markers `<!-- parity:NAME -->` and `<!-- /parity:NAME -->` replaced.
 *
 * @throws {KcellfmError} tag "data", when a table has no markers there.
 */
export function fillTables(document: string, tables: ReadonlyMap<string, string>): string {
  for (const [name, table] of tables) {
    const [start, end] = [`<!-- parity:${name} -->`, `<!-- /parity:${name} -->`];
    const [from, to] = [document.indexOf(start), document.indexOf(end)];
    if (from < 0 || to < from) {
      throw dataError(`Cannot write the table ${name}: ${start} or ${end} is missing`);
    }
    document = `${document.slice(0, from + start.length)}\n\n${table}\n${document.slice(to)}`;
  }
  return document;
}

/** Tables in the document stand under headings of its own. */
const table = (columns: readonly Cell[], rows: readonly (readonly Cell[])[]) =>
  markdownTable({ title: "", columns, rows }).split("\n").slice(2).join("\n");

/** Every tensor of the paper's model under both names; one line for all layers. */
function tensorTable(): string {
  const shapes = cellShapes({ config: cellPreset("paper"), genes: GENES, classes: ORIGINAL_CLASSES });
  const rows = [...shapes].filter(([name]) => !/^layers\.[1-9]/.test(name)).map(([name, shape]) => {
    const inAll = (text: string) => text.replace(/^(layers|mamba_encoder)\.0\./, "$1.{0-5}.");
    const theirs = originalNames(name).map((it) => `\`${inAll(it)}\``).join(" and ");
    const note = name.endsWith("convWeight") ? "same; theirs has an axis of 1 in the middle" : "same";
    return [`\`${inAll(name)}\``, theirs, shape.join(" x "), note];
  });
  return table(["ours", "the original's", "shape", ""], rows);
}

function countTable(): string {
  const count = (classes: number, counts?: (name: string) => boolean) =>
    countScalars(cellShapes({ config: cellPreset("paper"), genes: GENES, classes }), counts);
  const layerOf = (name: string) => Number(name.match(/^layers\.(\d+)/)?.[1] ?? NaN);
  const rows: [string, number, number][] = [
    ["all, 164 classes (the checkpoint's 171,413,175 bytes less names)", 42_842_341, count(164)],
    ["trainable, 7 classes, layers 0-3 frozen", 35_853_512, count(7, (name) => !(layerOf(name) <= 3))],
    [
      "trainable, 3 classes, layers 3-5 and the classifier",
      5_710_115,
      count(3, (name) => layerOf(name) >= 3 || name.startsWith("classifier.")),
    ],
  ];
  const written = (value: number) => value.toLocaleString("en");
  return table(
    ["parameters", "the original's", "ours", ""],
    rows.map(([what, theirs, ours]) => [
      what,
      written(theirs),
      written(ours),
      theirs === ours ? "same" : "different",
    ]),
  );
}

const figure = (value: number | null | undefined, sd?: number | null): string =>
  value === null || value === undefined
    ? "-"
    : value.toFixed(value < 100 ? 3 : 0) + (sd ? ` ± ${sd.toFixed(3)}` : "");

/** Published numbers beside ours on the same real set, where someone has run it. */
function numberTable(results: readonly Result[]): string {
  const ours = ({ ours }: PublishedNumber): string => {
    const found = ours &&
      results.find(({ task, set, data }) => task === ours.task && set === ours.set && data.real);
    return found ? figure(found.metrics[ours.metric], found.sd[ours.metric]) : "-";
  };
  const rows = PUBLISHED_NUMBERS.map((it) => [it.experiment, it.metric, it.value.toFixed(4), ours(it)]);
  return table(["experiment", "metric", "published", "ours, same set"], rows);
}

/** Seconds, CPU seconds and peak memory of the paper's forward (bench/paper_forward.ts). */
function forwardTable(results: readonly Result[]): string {
  const found = results.find(({ task }) => task === "paper_forward");
  const rows = ["dynamic", "padded"].flatMap((padding) =>
    [["ours", "KCellFM"], ["torch", "PyTorch"]].map(([side, name]) => {
      const of = (metric: string) => figure(found?.metrics[`${side}_${padding}_${metric}`]);
      return [padding, name, of("seconds"), of("cpu_seconds"), of("peak_mb")];
    })
  );
  return table(["padding", "", "seconds a cell", "CPU seconds a cell", "peak MB"], rows);
}

/** What we have run, each beside the best of its baselines. */
function resultTable(results: readonly Result[]): string {
  const rows = results.filter(({ metrics }) => metrics.accuracy !== undefined).map((it) => {
    const scored = Object.entries(it.baselines).filter(([name, { accuracy }]) =>
      typeof accuracy === "number" && !isOwnRow(name)
    );
    const [name, best] = scored.sort((a, b) => b[1].accuracy! - a[1].accuracy!)[0] ?? ["-", {}];
    return [
      it.task,
      it.data.real ? it.set : `${it.set} (simulated)`,
      it.preset,
      `${it.split}, ${it.repeats} x`,
      figure(it.metrics.accuracy, it.sd.accuracy),
      figure(it.metrics.macro_f1, it.sd.macro_f1),
      `${name} ${figure(best.accuracy)}`,
    ];
  });
  return table(["task", "set", "preset", "split", "accuracy", "macro-F1", "best baseline"], rows);
}

/** `deno task parity`: refreshes the tables of docs/PARITY.md from the code and from results files. */
export const command = new Command("deno task parity")
  .description("Refreshes the tables of docs/PARITY.md from the code and from results files.")
  .option("--from <folder>", "the folder of the results (default: data/results)")
  .option("--debug", "print the stack of an error")
  .action(async ({ from }) => {
    const path = join(ROOT, "docs/PARITY.md");
    const tables = parityTables(readResults(from));
    await writeFileAtomically(path, fillTables(await Deno.readTextFile(path), tables));
    console.log(`Refreshed ${tables.size} tables of docs/PARITY.md`);
  });

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
