import { join } from "node:path";
import { fileSha256 } from "../data/fetch/mod.ts";
import { engineLine, engineName } from "../kernels/mod.ts";
import { startRun, writeResult } from "../metrics/mod.ts";
import { loadOntology } from "../ontology/mod.ts";
import { checkpointsDir, makeFolder, resultsDir, startBackend, writeFileAtomically } from "../runtime/mod.ts";
import {
  annotate,
  type AnnotateRequest,
  type Annotation,
  checkOutputs,
  defaultOutputs,
  type OutputPaths,
  toResult,
  writeAnnotation,
} from "../annotate/mod.ts";
import { modelEmbedder, openCellModel, startEmbedWorkers } from "../cell/mod.ts";
import { renderReport } from "../annotate/report/mod.ts";
import { usualWorkers } from "../train/mod.ts";
import { type AnnotateFlags, annotateFlags } from "./annotate_flags.ts";
import { holdOutTypes } from "./annotate_hold_out.ts";
import { progressByStep } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task annotate FILE`: names the type of every cell of a file in terms of the Cell Ontology. */
export const command = annotateFlags.action(async (file, options) => {
  if (options.holdOutTypes) return await holdOutTypes(file, options);
  const paths = outputPaths(file, options);
  await prepare(paths);
  const finish = startRun();
  const backend = await startBackend(options.backend);
  const ontology = await loadOntology(options.ontology ?? null);
  const checkpoint = options.checkpoint ?? join(checkpointsDir(), options.preset);
  const model = await openCellModel(checkpoint, { text: options.text });
  const bars = progressByStep();
  const workers = await startEmbedWorkers(model, { count: options.workers ?? usualWorkers() });
  const annotation = await annotate(requestOf(file, options), {
    embedder: modelEmbedder(model, { candidates: options.candidates, workers }),
    ontology,
    seed: options.seed,
    signal: interruptSignal(),
    onProgress: (name, done, total) => bars(`Reading ${name}`, done, total),
  }).finally(() => workers?.close());
  const facts = { ...finish(annotation.input.cells), backend: engineName(backend) };
  const report = await renderReport(annotation, facts);
  await writeAnnotation(annotation, { ...paths, choice: requestOf(file, options).choice }, facts.versions);
  await writeFileAtomically(paths.report, report);
  const result = toResult(annotation, { ...facts, sha256: await fileSha256(file) });
  const resultPath = result && await writeResult(result);
  console.log(`${engineLine(backend)}\n${summary(annotation, { ...paths, resultPath })}`);
});

function outputPaths(input: string, { out, report }: AnnotateFlags): OutputPaths {
  const usual = defaultOutputs(input, resultsDir());
  const beside = out?.replace(/\.[^.\\/]*$/, "") + ".html";
  return { input, out: out ?? usual.out, report: report ?? (out ? beside : usual.report) };
}

/** Makes our own results folder, never one that the user named. */
async function prepare(paths: OutputPaths): Promise<void> {
  if ([paths.out, paths.report].some((path) => path.startsWith(resultsDir()))) {
    await makeFolder(resultsDir());
  }
  checkOutputs(paths);
}

function requestOf(input: string, flags: AnnotateFlags): AnnotateRequest {
  const { reference, labelKey, truthKey, layer, useRaw, object, values, confidence } = flags;
  return {
    input,
    confidence,
    choice: { layer, useRaw, object, values },
    ...(reference ? { reference: { path: reference, labelKey } } : {}),
    ...(truthKey === undefined ? {} : { truthKey }),
  };
}

function summary(annotation: Annotation, paths: OutputPaths & { resultPath: string | null }): string {
  const { input, calls, evaluation } = annotation;
  const counts = Map.groupBy(calls.best, (type) => type);
  const largest = [...counts].sort((a, b) => b[1].length - a[1].length).slice(0, 12);
  const width = Math.max(...largest.map(([type]) => calls.types[type].name.length));
  const lines = [
    `${input.name}: ${input.cells} cells; values: ${input.values.kind} (${input.values.evidence}); ${input.overlap.summary}`,
    "",
    ...largest.map(([type, cells]) => `  ${calls.types[type].name.padEnd(width)}  ${cells.length}`),
    ...(counts.size > largest.length ? [`  and ${counts.size - largest.length} more types`] : []),
    "",
    ...(evaluation ? scoreLines(evaluation) : []),
    `Written: ${[paths.out, paths.report, paths.resultPath].filter(Boolean).join(", ")}`,
  ];
  return lines.join("\n");
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
