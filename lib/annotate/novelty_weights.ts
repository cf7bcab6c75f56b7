import { minimise } from "../baselines/mod.ts";
import { forSigns, type Sign, SIGNS, type Signs } from "./novelty_signs.ts";

/** Signs of cells of a type that was left out, and of known ones. */
export interface Evidence {
  readonly novel: Signs;
  readonly known: Signs;
}

/** novelty = 1 / (1 + exp(-(bias + sum_s weight_s sign_s))). */
export interface NoveltyWeights {
  readonly weights: Readonly<Record<Sign, number>>;
  readonly bias: number;
}

/** The prior used without evidence: every sign has the same weight. */
const PRIOR = { weight: 0.4, bias: -2 };
/** Weight of the prior beside the mean loss of the evidence, at a factor of e. */
const PRIOR_STRENGTH = 0.1;

/**
 * Weighs the signs by logistic regression: novel against known cells, each left-out type and its known cells counting the same
 * however many there are. Weights are logarithms in the search, so that no sign counts against itself.
 */
export function fitNoveltyWeights(evidence: readonly Evidence[]): NoveltyWeights {
  const cases = evidence.flatMap(({ novel, known }) => [casesOf(novel, 1), casesOf(known, -1)])
    .filter(({ rows }) => rows > 0);
  const start = Float64Array.of(...SIGNS.map(() => Math.log(PRIOR.weight)), PRIOR.bias);
  const point = cases.length === 0 ? start : minimise(start.slice(), (at) => evaluate(at, { cases, start }));
  const places = new Map(SIGNS.map((sign, i) => [sign, i]));
  return { weights: forSigns((sign) => Math.exp(point[places.get(sign) ?? 0])), bias: point[SIGNS.length] };
}

/** The score of each cell. */
export function noveltyScores(signs: Signs, { weights, bias }: NoveltyWeights): Float32Array {
  return signs.energy.map((_, cell) => {
    const logit = SIGNS.reduce((sum, sign) => sum + weights[sign] * signs[sign][cell], bias);
    return 1 / (1 + Math.exp(-logit));
  });
}

interface Cases {
  readonly signs: readonly Float32Array[];
  readonly rows: number;
  /** 1 for novel cells, -1 for known ones. */
  readonly side: 1 | -1;
}

const casesOf = (signs: Signs, side: 1 | -1): Cases => ({
  signs: SIGNS.map((sign) => signs[sign]),
  rows: signs.energy.length,
  side,
});

/** Mean of the groups' mean log-losses plus the prior, with its gradient. */
function evaluate(point: Float64Array, { cases, start }: { cases: readonly Cases[]; start: Float64Array }) {
  const bias = SIGNS.length;
  const weights = point.map((value, i) => i < bias ? Math.exp(value) : value);
  const gradient = new Float64Array(point.length);
  let value = 0;
  for (const { signs, rows, side } of cases) {
    const share = 1 / (rows * cases.length);
    for (let row = 0; row < rows; row++) {
      const logit = signs.reduce((sum, sign, i) => sum + weights[i] * sign[row], weights[bias]);
      const miss = 1 / (1 + Math.exp(side * logit));
      value -= share * Math.log(Math.max(1 - miss, 1e-30));
      signs.forEach((sign, i) => gradient[i] -= share * side * miss * sign[row] * weights[i]);
      gradient[bias] -= share * side * miss;
    }
  }
  point.forEach((at, i) => {
    value += PRIOR_STRENGTH * (at - start[i]) ** 2 / 2;
    gradient[i] += PRIOR_STRENGTH * (at - start[i]);
  });
  return { value, gradient };
}
