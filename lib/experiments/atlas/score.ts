import type { Ontology } from "../../ontology/mod.ts";
import { readPart } from "./parts.ts";
import { addToTally, emptyTally, subtypeRule, type Tally } from "./tally.ts";

/** Holds the names in part files against the labels beside them, one file at a time; cells without a label take no part. */
export async function scoreParts(paths: readonly string[], ontology: Ontology): Promise<Tally> {
  const [tally, rule] = [emptyTally(), subtypeRule(ontology)];
  for (const path of paths) {
    for (const row of await readPart(path)) {
      if (row.true_cl_id === "") continue;
      const confidence = Number(row.kcellfm_confidence);
      addToTally(tally, { truth: row.true_cl_id, called: row.kcellfm_cl_id, confidence }, rule);
    }
  }
  return tally;
}
