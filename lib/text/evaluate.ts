import { mean } from "simple-statistics";
import { cosines, rowAt, type Table, takeRows } from "../matrix/mod.ts";
import { averageRanks, pearson } from "../metrics/mod.ts";
import { childrenOf, liveTerms, type Ontology, pageRankSimilarity } from "../ontology/mod.ts";

/** Anything that turns texts into vectors: our encoder, or a baseline. */
export interface Vectoriser {
  /** `[texts, width]`. */
  encode(texts: readonly string[]): Table;
  /** Added to a term's vector before its parents are looked for; default none. */
  readonly isA?: Float32Array;
}

/** Scores on held-out terms, all in [0, 1] but the first, which is in [-1, 1]; more is better. */
export interface TextScores {
  /** Mean over held-out terms of Spearman's rho between cosine and PageRank similarity to every other term. */
  readonly spearman: number;
  /** Parents of held-out terms among all terms, other parents left out of the ranking. */
  readonly is_a_mrr: number;
  readonly is_a_hits_at_10: number;
  /** The term of an exact synonym of a held-out term among all terms. */
  readonly synonym_accuracy: number;
  readonly synonym_mrr: number;
  readonly [name: string]: number;
}

/** The exam for a vectoriser; made once, used for the model and each baseline. */
export interface TextExam {
  readonly names: readonly string[];
  /** Positions of the held-out terms in `names`. */
  readonly heldOut: readonly number[];
  /** Ranks of the PageRank similarity of each held-out term to every other term; null for a term without edges. */
  readonly ranks: readonly (readonly number[] | null)[];
  /** Positions of the parents of each held-out term. */
  readonly parents: readonly (readonly number[])[];
  readonly synonyms: readonly { readonly text: string; readonly term: number }[];
}

/** Sets the questions about `heldOut` terms, from the whole ontology. */
export function buildExam(ontology: Ontology, heldOut: ReadonlySet<string>): TextExam {
  const terms = liveTerms(ontology);
  const position = new Map(terms.map(({ id }, i) => [id, i]));
  const asked = terms.filter(({ id }) => heldOut.has(id));
  const { values } = pageRankSimilarity(ontology, { sources: asked.map(({ id }) => id) });
  const row = (i: number) => values.subarray(i * terms.length, (i + 1) * terms.length);
  return {
    names: terms.map(({ name }) => name),
    heldOut: asked.map(({ id }) => position.get(id)!),
    ranks: asked.map((
      { id, isA },
      i,
    ) => (isA.length > 0 || childrenOf(ontology, id).length > 0
      ? averageRanks(without(row(i), position.get(id)!))
      : null)
    ),
    parents: asked.map(({ isA }) => isA.flatMap((id) => position.get(id) ?? [])),
    synonyms: asked.flatMap(({ id, synonyms }) =>
      synonyms.filter(({ scope }) => scope === "exact").map(({ text }) => ({ text, term: position.get(id)! }))
    ),
  };
}

const without = (values: Float32Array, index: number): number[] => [...values].filter((_, i) => i !== index);

/** Puts a vectoriser through the exam. */
export function scoreVectors(exam: TextExam, vectoriser: Vectoriser): TextScores {
  const names = vectoriser.encode(exam.names);
  const queries = takeRows(names, exam.heldOut);
  const near = cosines(queries, names);
  const links = vectoriser.isA ? cosines(shifted(queries, vectoriser.isA), names) : near;
  const isA = exam.parents.flatMap((parents, i) =>
    parentRanks(rowAt(links, i), { parents, self: exam.heldOut[i] })
  );
  const asked = cosines(vectoriser.encode(exam.synonyms.map(({ text }) => text)), names);
  const synonyms = exam.synonyms.map(({ term }, i) => rankOf(rowAt(asked, i), term, new Set()));
  return {
    spearman: mean(
      exam.ranks.flatMap((ranks, i) =>
        ranks ? correlate(averageRanks(without(rowAt(near, i), exam.heldOut[i])), ranks) : []
      ),
    ),
    is_a_mrr: mean(isA.map((rank) => 1 / rank)),
    is_a_hits_at_10: mean(isA.map((rank) => Number(rank <= 10))),
    synonym_accuracy: mean(synonyms.map((rank) => Number(rank <= 1))),
    synonym_mrr: mean(synonyms.map((rank) => 1 / rank)),
  };
}

/** Pearson's correlation of ranks; 0 where all cosines are equal, as for a text of unknown words. */
const correlate = (a: readonly number[], b: readonly number[]): number => pearson(a, b) || 0;

/** The rank of each parent when the term itself and its other parents are left out ("filtered", Bordes et al. 2013). */
function parentRanks(
  scores: Float32Array,
  { parents, self }: { parents: readonly number[]; self: number },
): number[] {
  return parents.map((parent) =>
    rankOf(scores, parent, new Set([self, ...parents.filter((other) => other !== parent)]))
  );
}

/** The expected rank of `target` (1 is best) when ties are broken at random. */
function rankOf(scores: Float32Array, target: number, skip: ReadonlySet<number>): number {
  let [above, ties] = [0, 0];
  scores.forEach((score, i) => {
    if (i === target || skip.has(i)) return;
    if (score > scores[target]) above++;
    else if (score === scores[target]) ties++;
  });
  return 1 + above + ties / 2;
}

/** The same vector added to each row. */
const shifted = (table: Table, by: Float32Array): Table => ({
  ...table,
  data: table.data.map((value, at) => value + by[at % table.cols]),
});
