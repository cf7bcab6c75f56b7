import { accuracy, type ExperimentScores, macroF1, ontologyAccuracy } from "../metrics/mod.ts";
import { ancestors } from "./graph.ts";
import type { Ontology } from "./types.ts";

/** Makes errors of labels comparable: the Cell Ontology id of each label, and the ontology. */
export interface LabelTerms {
  readonly terms: ReadonlyMap<string, string>;
  readonly ontology: Ontology;
}

/**
 * Accuracy and macro-F1; where labels have Cell Ontology ids also `ontology_accuracy` (a subtype of the true type
 * counts as right) and `error_distance`, the mean number of is_a edges between true and called type of the wrong
 * calls: errors between siblings count 2. A true label that training never met is one more class that is always wrong.
 */
export function scoreLabels(
  truth: readonly string[],
  called: readonly string[],
  labelTerms: LabelTerms | null,
): ExperimentScores {
  const plain = { accuracy: accuracy(truth, called), macro_f1: macroF1(truth, called) };
  return labelTerms ? { ...plain, ...ontologyScores(truth, called, labelTerms) } : plain;
}

function ontologyScores(
  truth: readonly string[],
  called: readonly string[],
  { terms, ontology }: LabelTerms,
) {
  const idOf = (label: string) => terms.get(label) ?? label;
  const above = new Map(
    [...new Set([...truth, ...called])].map(idOf).map((id) => [id, upwards(ontology, id)]),
  );
  const [a, b] = [truth.map(idOf), called.map(idOf)];
  const distances = a.flatMap((id, i) =>
    id === b[i] ? [] : distanceBetween(above.get(id), above.get(b[i])) ?? []
  );
  return {
    ontology_accuracy: ontologyAccuracy(a, b, { ancestorsOf: (id) => above.get(id) ?? new Map() }),
    ...(distances.length > 0 && {
      error_distance: distances.reduce((sum, steps) => sum + steps, 0) / distances.length,
    }),
  };
}

/** A term and all above it, with the number of edges up. */
const upwards = (ontology: Ontology, id: string): Map<string, number> =>
  new Map([[id, 0], ...(ontology.terms.has(id) ? ancestors(ontology, id) : [])]);

/** Fewest is_a edges from one term up to a common ancestor and down to the other; null without one. */
function distanceBetween(a = new Map<string, number>(), b = new Map<string, number>()): number | null {
  const ways = [...a].flatMap(([id, up]) => b.has(id) ? up + (b.get(id) ?? 0) : []);
  return ways.length > 0 ? Math.min(...ways) : null;
}
