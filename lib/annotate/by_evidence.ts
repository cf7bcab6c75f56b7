import type { Ontology } from "../ontology/mod.ts";
import { bestOf } from "./by_text.ts";
import type { Calls } from "./types.ts";
import { weighEvidence, type ZeroShotEvidence } from "./zero_shot.ts";
import { zeroShotNovelty } from "./zero_shot_novelty.ts";

/** The calls of {@linkcode weighEvidence}, with how novel each cell is. */
export function callByEvidence(evidence: ZeroShotEvidence, ontology: Ontology): Calls {
  const { types } = evidence;
  const found = weighEvidence(evidence);
  return {
    types,
    ...bestOf(found.probabilities, types.length),
    probabilities: found.probabilities,
    novelty: zeroShotNovelty(evidence, found, ontology),
  };
}
