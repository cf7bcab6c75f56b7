import { type Result, resultOf, type RunFacts } from "../metrics/mod.ts";
import type { Annotation } from "./annotate.ts";
import { stemOf } from "../runtime/mod.ts";

/**
 * The result file of a scored run (DESIGN section 5), or null when the file has no labels to score against.
 *
 * @param facts.sha256 of the input file
 */
export function toResult(
  annotation: Annotation,
  facts: RunFacts & { readonly backend: string; readonly sha256: string | null },
): Result | null {
  const { evaluation, input, reference, model, seed } = annotation;
  if (!evaluation) return null;
  const { sha256, backend, ...run } = facts;
  return resultOf({
    task: reference ? "annotate" : "annotate_zero_shot",
    set: stemOf(input.path),
    split: reference ? `reference ${stemOf(reference.path)}` : "zero-shot",
    preset: model.preset,
    seed,
    data: {
      real: input.real,
      cells: evaluation.cells,
      genes: input.overlap.known,
      sha256,
      truth: evaluation.truthKey,
    },
    metrics: evaluation.metrics,
    baselines: evaluation.baselines,
    backend,
    facts: run,
  });
}
