import { type Result, resultOf, type RunFacts } from "../../metrics/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import type { TrialScores } from "./run.ts";

/** The results file of a trial on held-out terms. */
export function textResult(
  { source, version }: Ontology,
  { scores, baselines, terms, heldOut }: TrialScores,
  { sha256, facts, ...run }: Pick<Result, "preset" | "seed" | "backend"> & {
    /** Of the ontology's file; null for the embedded table. */
    readonly sha256: string | null;
    readonly facts: RunFacts;
  },
): Result {
  return resultOf({
    task: "text",
    set: source.replace(/\.obo(\.gz)?$/, "").replaceAll(/[^A-Za-z0-9_.+-]+/g, "-"),
    split: `${heldOut} of ${terms} terms held out at random`,
    ...run,
    data: { real: true, cells: 0, genes: 0, sha256, terms, held_out: heldOut, ontology: version },
    metrics: scores,
    baselines,
    published: {},
    facts: { ...facts, cells_per_second: null },
  });
}
