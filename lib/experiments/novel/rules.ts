import { argmax, takeRows as takeTableRows } from "../../baselines/mod.ts";
import { cosines, type Rows } from "../../cell/mod.ts";
import { averageRanks } from "../../metrics/mod.ts";
import type { Rng } from "../../runtime/mod.ts";

/** What is known when cells of unseen types are named among candidate terms. */
export interface Evidence {
  /** Embeddings of the cells, `[cells, width]`. */
  readonly cells: Rows;
  /** One row a type met in training: the mean direction of its cells, `[seen, width]`. */
  readonly prototypes: Rows;
  /** Text vectors of the candidate terms, `[candidates, width]`. */
  readonly text: Rows;
  /** PageRank of each seen type from each candidate, `[candidates, seen]`. */
  readonly similarity: Float32Array;
}

/** Says how well each candidate fits each cell: `[cells, candidates]`, row-major, higher is likelier. */
export type Rule = (evidence: Evidence) => Float32Array;

export const countRows = ({ vectors, width }: Rows): number => vectors.length / width;

/** The paper's rule: the cosine of the cell with the term's text vector (ORIGINAL section 5). */
export const textRule: Rule = ({ cells, text }) => cosines(cells, text);

/**
 * scCello's rule: Spearman's rho, over the seen types, between the cell's cosines with their prototypes and the
 * candidate's PageRank similarities to them (arXiv 2408.12373); 0 where either is constant.
 */
export const prototypeRule: Rule = ({ cells, prototypes, similarity }) => {
  const width = countRows(prototypes);
  const near = { vectors: cosines(cells, prototypes), width };
  return cosines(centredRanks(near), centredRanks({ vectors: similarity, width }));
};

/** The PageRank similarity of each candidate to the one seen type whose prototype is nearest to the cell. */
export const nearestRule: Rule = ({ cells, prototypes, similarity }) => {
  const seen = countRows(prototypes);
  const near = cosines(cells, prototypes);
  const candidates = similarity.length / seen;
  const scores = new Float32Array(countRows(cells) * candidates);
  for (let cell = 0; cell < countRows(cells); cell++) {
    const nearest = argmax(near.subarray(cell * seen, (cell + 1) * seen));
    for (let c = 0; c < candidates; c++) scores[cell * candidates + c] = similarity[c * seen + nearest];
  }
  return scores;
};

/** Looks at no cell: the mean PageRank similarity of a candidate to the seen types, the same for every cell. */
export const priorRule: Rule = ({ cells, prototypes, similarity }) => {
  const seen = countRows(prototypes);
  const prior = Float32Array.from(
    { length: similarity.length / seen },
    (_, c) => similarity.subarray(c * seen, (c + 1) * seen).reduce((sum, value) => sum + value / seen, 0),
  );
  return Float32Array.from({ length: countRows(cells) * prior.length }, (_, i) => prior[i % prior.length]);
};

/** Guesses: every score is drawn. */
export const chanceRule = (rng: Rng): Rule => ({ cells, text }) =>
  Float32Array.from({ length: countRows(cells) * countRows(text) }, () => rng.uniform());

/** Two rules as one: `(1 - weight) z(a) + weight z(b)`, each z-scored over the candidates of a cell. */
export function combine(
  [a, b]: readonly [Float32Array, Float32Array],
  { candidates, weight }: { candidates: number; weight: number },
): Float32Array {
  const [first, second] = [zScores(a, candidates), zScores(b, candidates)];
  return first.map((value, i) => (1 - weight) * value + weight * second[i]);
}

/** The control: the same evidence with the candidates' vectors and similarities dealt out anew among them. */
export function shuffleCandidates(evidence: Evidence, rng: Rng): Evidence {
  const { text, similarity } = evidence;
  const order = rng.shuffle(Int32Array.from({ length: countRows(text) }, (_, i) => i));
  const dealt = (vectors: Float32Array, width: number) => takeRows({ vectors, width }, order).vectors;
  return {
    ...evidence,
    text: { ...text, vectors: dealt(text.vectors, text.width) },
    similarity: dealt(similarity, countRows(evidence.prototypes)),
  };
}

/** The named rows, in that order. */
export function takeRows(table: Rows, rows: ArrayLike<number>): Rows {
  const { vectors, width } = table;
  return {
    vectors: takeTableRows({ features: vectors, rows: countRows(table), cols: width }, rows).features,
    width,
  };
}

/** Average ranks of each row, their mean taken away: the cosine of two such rows is Spearman's rho. */
function centredRanks({ vectors, width }: Rows): Rows {
  const ranks = new Float32Array(vectors.length);
  for (let at = 0; at < vectors.length; at += width) {
    ranks.set(averageRanks(vectors.subarray(at, at + width)).map((rank) => rank - (width + 1) / 2), at);
  }
  return { vectors: ranks, width };
}

/** Each row with mean 0 and standard deviation 1; a constant row becomes zeros. */
function zScores(scores: Float32Array, width: number): Float32Array {
  const scaled = new Float32Array(scores.length);
  for (let at = 0; at < scores.length; at += width) {
    const row = scores.subarray(at, at + width);
    const mean = row.reduce((sum, value) => sum + value / width, 0);
    const sd = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2 / width, 0)) || 1;
    row.forEach((value, i) => scaled[at + i] = (value - mean) / sd);
  }
  return scaled;
}
