import { join } from "node:path";
import { openCellModel } from "../cell/mod.ts";
import { loadOntology } from "../ontology/mod.ts";
import { checkpointsDir, startBackend } from "../runtime/mod.ts";
import { usualWorkers } from "../train/mod.ts";
import type { AnnotateFlags } from "./annotate_flags.ts";
import { interruptSignal } from "./run.ts";

/** Starts and opens what naming cells takes: backend, ontology, model, and how many threads share the cells. */
export async function openNaming(
  { backend, ontology, checkpoint, preset, text, workers, seed }: AnnotateFlags,
) {
  return {
    backend: await startBackend(backend),
    ontology: await loadOntology(ontology ?? null),
    model: await openCellModel(checkpoint ?? join(checkpointsDir(), preset), { text }),
    workers: workers ?? usualWorkers(),
    seed,
    signal: interruptSignal(),
  };
}
