import { callByEvidence, rollUp } from "../../annotate/mod.ts";
import { ancestors, type Ontology } from "../../ontology/mod.ts";
import type { Evidence } from "./methods.ts";

/** Shares of a file's cells that are called unknown, by whether the model has their type. */
export interface UnknownShares {
  /** Labelled cells whose type, or one below it, is a class. */
  readonly known_cells: number;
  /** Share of them that is unknown. */
  readonly known_unknown: number;
  /** Labelled cells of no class. */
  readonly foreign_cells: number;
  /** Share of them that is unknown. */
  readonly foreign_unknown: number;
  /** Share of them that is unknown or called by a term above the truth. */
  readonly foreign_unknown_or_above: number;
}

/** Scores the answers that `annotate` would give: rolled up, and unknown above a novelty of 0.5. */
export function scoreUnknown(
  { set, types, embeddings, markers, scores }: Evidence,
  ontology: Ontology,
): UnknownShares {
  const calls = callByEvidence({ types, scores: scores.kcellfm, embeddings, markers }, ontology);
  const rolled = rollUp(calls, { ontology });
  const aboveOf = aboveIn(ontology);
  const covered = coveredTerms(types, ontology);
  const answers = [...set.truth].flatMap((truth, row) =>
    truth === null ? [] : [{ truth, called: rolled.types[rolled.place[row]].id }]
  );
  const [known, foreign] = [true, false].map((is) =>
    answers.filter(({ truth }) => covered.has(truth) === is)
  );
  const isUnknown = ({ called }: typeof answers[number]) => called === "";
  return {
    known_cells: known.length,
    known_unknown: shareOf(known, isUnknown),
    foreign_cells: foreign.length,
    foreign_unknown: shareOf(foreign, isUnknown),
    foreign_unknown_or_above: shareOf(
      foreign,
      (answer) => isUnknown(answer) || aboveOf(answer.truth).has(answer.called),
    ),
  };
}

/** Ids of the types and of all terms above them: a cell with such a label can be named. */
export function coveredTerms(types: Evidence["types"], ontology: Ontology): Set<string> {
  const aboveOf = aboveIn(ontology);
  return new Set(types.flatMap(({ id }) => [id, ...aboveOf(id)]));
}

const shareOf = <T>(all: readonly T[], test: (one: T) => boolean): number =>
  all.length === 0 ? 0 : all.filter(test).length / all.length;

/** Ids above a term, looked up once each. */
function aboveIn(ontology: Ontology): (id: string) => ReadonlySet<string> {
  const found = new Map<string, ReadonlySet<string>>();
  return (id) => {
    const above = found.get(id) ??
      new Set(
        ontology.terms.has(id) ? [...ancestors(ontology, id).keys()].filter((other) => other !== id) : [],
      );
    found.set(id, above);
    return above;
  };
}
