import { fileSha256 } from "../data/fetch/mod.ts";
import { engineLine, engineName } from "../kernels/mod.ts";
import { startRun, writeResult } from "../metrics/mod.ts";
import { modelEmbedder, startEmbedWorkers } from "../cell/mod.ts";
import { type HoldOutRun, runHoldOutTypes, toNoveltyResult } from "../annotate/mod.ts";
import type { AnnotateFlags } from "./annotate_flags.ts";
import { openNaming } from "./annotate_open.ts";
import { progressByStep } from "./progress.ts";
import { terminalTable } from "./table.ts";

/** `deno task annotate FILE --hold-out-types`: how well the novelty score finds cells of types that the reference lacks. */
export async function holdOutTypes(file: string, flags: AnnotateFlags): Promise<void> {
  const { reference, labelKey } = flags;
  const finish = startRun();
  const { backend, model, workers: count, ...context } = await openNaming(flags);
  const workers = await startEmbedWorkers(model, { count });
  const run = await runHoldOutTypes({ input: file, labelKey, reference }, {
    ...context,
    embedder: modelEmbedder(model, { workers }),
    onProgress: progressByStep(),
  }).finally(() => workers?.close());
  const { seed } = context;
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
