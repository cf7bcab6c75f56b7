import { join } from "node:path";
import { fileSha256 } from "../data/fetch/mod.ts";
import { engineLine, engineName } from "../kernels/mod.ts";
import { startRun, writeResult } from "../metrics/mod.ts";
import { loadOntology } from "../ontology/mod.ts";
import { checkpointsDir, startBackend } from "../runtime/mod.ts";
import { modelEmbedder, openCellModel, startEmbedWorkers } from "../cell/mod.ts";
import { type HoldOutRun, runHoldOutTypes, toNoveltyResult } from "../annotate/mod.ts";
import { usualWorkers } from "../train/mod.ts";
import type { AnnotateFlags } from "./annotate_flags.ts";
import { progressByStep } from "./progress.ts";
import { interruptSignal } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task annotate FILE --hold-out-types`: how well the novelty score finds cells of types that the reference lacks. */
export async function holdOutTypes(file: string, flags: AnnotateFlags): Promise<void> {
  const { reference, labelKey, preset, seed } = flags;
  const finish = startRun();
  const backend = await startBackend(flags.backend);
  const ontology = await loadOntology(flags.ontology ?? null);
  const checkpoint = flags.checkpoint ?? join(checkpointsDir(), preset);
  const model = await openCellModel(checkpoint, { text: flags.text });
  const workers = await startEmbedWorkers(model, { count: flags.workers ?? usualWorkers() });
  const run = await runHoldOutTypes({ input: file, labelKey, reference }, {
    embedder: modelEmbedder(model, { workers }),
    ontology,
    seed,
    signal: interruptSignal(),
    onProgress: progressByStep(),
  }).finally(() => workers?.close());
  const facts = { ...finish(run.cells), backend: engineName(backend), preset: model.config.preset, seed };
  const path = await writeResult(toNoveltyResult(run, { ...facts, sha256: await fileSha256(file) }));
  console.log(`${engineLine(backend)}\n${noveltyTable(run)}\nWritten: ${path}`);
}

/** A row for each held-out type with the AUROC of every method, and their means. */
function noveltyTable({ input, reference, types, cells }: HoldOutRun): string {
  const methods = Object.keys(types[0].scores);
  const mean = (method: string, score: string) =>
    types.reduce((sum, { scores }) => sum + scores[method][score], 0) / types.length;
  const rows = types.map(({ name, cells, scores }) => [
    name,
    String(cells),
    ...methods.map((method) => scores[method].auroc.toFixed(3)),
  ]);
  const means = ["auroc", "aupr", "fpr_at_95"].map((score) => [
    `mean ${score}`,
    "",
    ...methods.map((method) => mean(method, score).toFixed(3)),
  ]);
  const learned = reference ? `learning from ${reference.name}` : "learning from half of it";
  const rule = ["seen_accuracy", "unseen_detected", "h_score"].map((score) =>
    `${score} ${mean("kcellfm", score).toFixed(3)}`
  );
  const table = terminalTable({
    title: `${input.name}: AUROC of novelty on each held-out type, ${learned} (${cells} cells)`,
    columns: ["type", "cells", ...methods],
    rows: [...rows, ...means],
  });
  return `${table}\nCalling cells above 0.5 unknown: ${rule.join(", ")}`;
}
