import { fileSha256 } from "../data/fetch/mod.ts";
import { engineLine } from "../kernels/mod.ts";
import { writeResult } from "../metrics/mod.ts";
import { makeFolder, resultsDir } from "../runtime/mod.ts";
import {
  annotateFile,
  type Annotation,
  checkOutputs,
  type ClusterCalls,
  defaultOutputs,
  type OutputPaths,
  toResult,
} from "../annotate/mod.ts";
import { type AnnotateFlags, annotateFlags } from "./annotate_flags.ts";
import { holdOutTypes } from "./annotate_hold_out.ts";
import { openNaming } from "./annotate_open.ts";
import { progressByStep } from "./progress.ts";
import { runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task annotate FILE`: names the type of every cell of a file in terms of the Cell Ontology. */
export const command = annotateFlags.action(async (file, options) => {
  if (options.holdOutTypes) return await holdOutTypes(file, options);
  const paths = outputPaths(file, options);
  await prepare(paths);
  const { backend, ...naming } = await openNaming(options);
  const bars = progressByStep();
  const { layer, useRaw, object, modality, values, species } = options;
  const { facts, written, ...annotation } = await annotateFile(file, {
    ...naming,
    ...paths,
    ...pickFlags(options),
    choice: { layer, useRaw, object, modality, values, species },
    onProgress: (name, done, total) => bars(`Reading ${name}`, done, total),
  });
  const result = toResult(annotation, { ...facts, sha256: await fileSha256(file) });
  const resultPath = result && await writeResult(result);
  console.log(
    `${engineLine(backend)}\n${summary(annotation, [...written, ...(resultPath ? [resultPath] : [])])}`,
  );
});

function outputPaths(input: string, { out, report, cas }: AnnotateFlags): OutputPaths {
  const usual = defaultOutputs(input, resultsDir());
  const beside = out?.replace(/(\.zarr)?\.[^.\\/]*$/, "") + ".html";
  return { input, out: out ?? usual.out, report: report ?? (out ? beside : usual.report), cas };
}

/** Makes our own results folder, never one that the user named. */
async function prepare(paths: OutputPaths): Promise<void> {
  if ([paths.out, paths.report].some((path) => path.startsWith(resultsDir()))) {
    await makeFolder(resultsDir());
  }
  checkOutputs(paths);
}

/** The flags that {@linkcode annotateFile} takes as they are. */
const pickFlags = (
  { reference, labelKey, truthKey, candidates, confidence, clusters, types, exclude, markers, neighbours }:
    AnnotateFlags,
) => ({
  reference,
  labelKey,
  truthKey: truthKey === "none" ? null : truthKey,
  candidates,
  confidence,
  clusterKey: clusters,
  among: { types, exclude },
  helps: { markers, neighbours },
});

function summary(annotation: Annotation, written: readonly string[]): string {
  const { input, calls, evaluation } = annotation;
  const counts = Map.groupBy(calls.best, (type) => type);
  const largest = [...counts].sort((a, b) => b[1].length - a[1].length).slice(0, 12);
  const width = Math.max(...largest.map(([type]) => calls.types[type].name.length));
  const lines = [
    `${input.name}: ${input.cells} cells; values: ${input.values.kind} (${input.values.evidence}); ${input.overlap.summary}`,
    ...[...input.values.doubts ?? [], ...input.overlap.notes, ...annotation.notes].map((note) =>
      `Check: ${note}`
    ),
    "",
    ...largest.map(([type, cells]) => `  ${calls.types[type].name.padEnd(width)}  ${cells.length}`),
    ...(counts.size > largest.length ? [`  and ${counts.size - largest.length} more types`] : []),
    "",
    ...(annotation.clusters ? [clusterTable(annotation.clusters)] : []),
    ...(evaluation ? scoreLines(evaluation) : []),
    `Written: ${written.join(", ")}`,
  ];
  return lines.join("\n");
}

function clusterTable({ key, calls }: ClusterCalls): string {
  return terminalTable({
    title: `One name a cluster of obs "${key}"`,
    columns: ["cluster", "cells", "type", "agree", "next best"],
    rows: calls.map(({ cluster, cells, type, agreement, runnerUp, mixed }) => [
      cluster,
      `${cells}`,
      type.name,
      `${Math.round(100 * agreement)} %`,
      (mixed ? "mixed: " : "") + (runnerUp?.type.name ?? "-"),
    ]),
  });
}

function scoreLines(
  { truthKey, cells, metrics, baselines }: NonNullable<Annotation["evaluation"]>,
): string[] {
  const methods = Object.entries({ kcellfm: metrics, ...baselines });
  const rows = methods.map(([method, scores]) => [
    method,
    ...["accuracy", "macro_f1", "ontology_accuracy"].map((name) => scores[name]?.toFixed(3) ?? "-"),
  ]);
  const columns = ["method", "accuracy", "macro_f1", "ontology_accuracy"];
  const rolled = ["hierarchical_accuracy", "information", "flat_information", "rolled_up", "unknown"]
    .map((name) => `${name} ${metrics[name].toFixed(3)}`);
  const table = terminalTable({ title: `Against obs "${truthKey}" (${cells} cells)`, columns, rows });
  return [table, `Rolled up the ontology: ${rolled.join(", ")}`];
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
