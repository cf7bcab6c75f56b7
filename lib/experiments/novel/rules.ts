import { averageRanks } from "../../metrics/mod.ts";
import type { Rng } from "../../runtime/mod.ts";
import { argmax, cosines, rowAt, type Table, takeRows } from "../../matrix/mod.ts";

/** Evidence for naming cells of unseen types among candidate terms. */
export interface Evidence {
  /** Embeddings of the cells, `[cells, width]`. */
  readonly cells: Table;
  /** One row a type met in training: the mean direction of its cells, `[seen, width]`. */
  readonly prototypes: Table;
  /** Text vectors of the candidate terms, `[candidates, width]`. */
  readonly text: Table;
  /** PageRank of each seen type from each candidate, `[candidates, seen]`. */
  readonly similarity: Table;
}

/** Says how well each candidate fits each cell: `[cells, candidates]`, row-major, higher is likelier. */
export type Rule = (evidence: Evidence) => Float32Array;

/** The paper's rule: the cosine of the cell with the term's text vector (ORIGINAL section 5). */
export const textRule: Rule = ({ cells, text }) => cosines(cells, text).data;

/**
 * scCello's rule: Spearman's rho, over the seen types, between the cell's cosines with their prototypes and the
 * candidate's PageRank similarities to them (arXiv 2408.12373); 0 where either is constant.
 */
export const prototypeRule: Rule = ({ cells, prototypes, similarity }) =>
  cosines(centredRanks(cosines(cells, prototypes)), centredRanks(similarity)).data;

/** The PageRank similarity of each candidate to the one seen type whose prototype is nearest to the cell. */
export const nearestRule: Rule = ({ cells, prototypes, similarity }) => {
  const near = cosines(cells, prototypes);
  const scores = new Float32Array(cells.rows * similarity.rows);
  for (let cell = 0, at = 0; cell < cells.rows; cell++) {
    const nearest = argmax(rowAt(near, cell));
    for (let c = 0; c < similarity.rows; c++) scores[at++] = rowAt(similarity, c)[nearest];
  }
  return scores;
};

/** Looks at no cell: the mean PageRank similarity of a candidate to the seen types, the same for every cell. */
export const priorRule: Rule = ({ cells, similarity }) => {
  const { rows, cols } = similarity;
  const prior = Float32Array.from(
    { length: rows },
    (_, c) => rowAt(similarity, c).reduce((sum, value) => sum + value / cols, 0),
  );
  return Float32Array.from({ length: cells.rows * rows }, (_, i) => prior[i % rows]);
};

/** Guesses: every score is drawn. */
export const chanceRule = (rng: Rng): Rule => ({ cells, text }) =>
  Float32Array.from({ length: cells.rows * text.rows }, () => rng.uniform());

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
  const order = rng.shuffle(Int32Array.from({ length: text.rows }, (_, i) => i));
  return { ...evidence, text: takeRows(text, order), similarity: takeRows(similarity, order) };
}

/** Average ranks of each row, their mean taken away: the cosine of two such rows is Spearman's rho. */
function centredRanks(table: Table): Table {
  const centred = { ...table, data: new Float32Array(table.data.length) };
  for (let i = 0; i < table.rows; i++) {
    rowAt(centred, i).set(averageRanks(rowAt(table, i)).map((rank) => rank - (table.cols + 1) / 2));
  }
  return centred;
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
