import type { Rng } from "../../runtime/mod.ts";

/** Rank scores of the true term among the candidates. */
export interface RankScores {
  /** 1 is the top; (candidates + 1) / 2 by chance. */
  readonly mean_rank: number;
  /** Share of cells whose true term is first, and among the first five. */
  readonly top1: number;
  readonly top5: number;
}

/**
 * Rank of each cell's true term: 1 + the candidates that score higher + half of the others that score the same.
 *
 * @param scores `[cells, candidates]`
 */
export function ranksOfTruth(scores: Float32Array, truth: Int32Array): Float64Array {
  const candidates = scores.length / truth.length;
  return Float64Array.from(truth, (column, cell) => {
    const row = scores.subarray(cell * candidates, (cell + 1) * candidates);
    const own = row[column];
    let rank = 1;
    row.forEach((score, other) => {
      if (score > own) rank++;
      else if (score === own && other !== column) rank += 0.5;
    });
    return rank;
  });
}

/** Mean rank, top-1 and top-5 of some ranks. */
export function summariseRanks(ranks: ArrayLike<number>): RankScores {
  const all = Array.from(ranks);
  const share = (most: number) => all.filter((rank) => rank <= most).length / all.length;
  return { mean_rank: all.reduce((sum, rank) => sum + rank, 0) / all.length, top1: share(1), top5: share(5) };
}

/** Rank scores of guessing among this number of candidates. */
export const chanceRanks = (candidates: number): RankScores => ({
  mean_rank: (candidates + 1) / 2,
  top1: 1 / candidates,
  top5: Math.min(1, 5 / candidates),
});

/** The unweighted mean over types. */
export function meanRanks(all: readonly RankScores[]): RankScores {
  const mean = (of: (it: RankScores) => number) => all.reduce((sum, it) => sum + of(it), 0) / all.length;
  return { mean_rank: mean((it) => it.mean_rank), top1: mean((it) => it.top1), top5: mean((it) => it.top5) };
}

/** The columns of scores dealt out anew: what the candidates' own places are worth. */
export function shuffleColumns(scores: Float32Array, candidates: number, rng: Rng): Float32Array {
  const order = rng.shuffle(Int32Array.from({ length: candidates }, (_, i) => i));
  return scores.map((_, i) => scores[i - i % candidates + order[i % candidates]]);
}
