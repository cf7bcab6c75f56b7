import { createRng } from "../runtime/mod.ts";
import { type CellTables, type LearningCells, takeCells, withoutTypes } from "./experts.ts";
import { fitSigns, type Signs } from "./novelty_signs.ts";
import { withoutShift } from "./novelty_shift.ts";
import { type Evidence, fitNoveltyWeights, noveltyScores, type NoveltyWeights } from "./novelty_weights.ts";

/** The novelty of cells, in [0, 1]. */
export interface Novelty extends NoveltyWeights {
  /** The signs of novelty of each cell, measured by the reference's own held-out cells. */
  signs(cells: CellTables): Signs;
  /** The score of each cell of one file, given what each was called: less what all its called types have in common. */
  score(signs: Signs, called: readonly string[]): Float32Array;
  /** Types that the weights were learned from, each left out in turn. */
  readonly leftOut: number;
}

/** Types that are left out at most, and cells of each type then: enough for five numbers. */
const MOST = { types: 6, known: 100, novel: 150 };
/** Fewer cells than this of a type say nothing. */
const LEAST = 5;

/**
 * A score in [0, 1] of how little a cell resembles any type of a reference, by four signs: the energy of a linear map of
 * genes (Liu et al. 2020), the relative Mahalanobis distance (Ren et al. 2021) in the genes that tell types apart,
 * and the plain one (Lee et al. 2018) in all genes and among the model's vectors. It is calibrated by left-out types: each
 * type of the reference is in turn taken away, its cells are novel then and the held-out cells of the others known,
 * and the signs are weighed so that 0.5 is where a cell is as likely one as the other, if both are as frequent.
 */
export function fitNovelty(cells: LearningCells, { seed }: { seed: number }): Novelty {
  const rng = createRng(seed).split("novelty");
  const groups = Map.groupBy(cells.keys, (key) => key);
  const types = [...groups.keys()].filter((key) => (groups.get(key)?.length ?? 0) >= LEAST);
  const few = thin(cells, seed);
  const chosen = types.length > MOST.types
    ? Array.from(rng.sample(types.length, MOST.types), (at) => types[at])
    : types;
  const evidence = groups.size < 2 ? [] : chosen.map((key) => leaveOut(few, key, seed));
  const weights = fitNoveltyWeights(evidence);
  return {
    ...weights,
    signs: fitSigns(cells, { seed }),
    score: (signs, called) => noveltyScores(withoutShift(signs, called), weights),
    leftOut: evidence.length,
  };
}

/** The signs of a left-out type's cells, and of held-out cells of the others. */
function leaveOut(cells: LearningCells, key: string, seed: number): Evidence {
  const signs = fitSigns(withoutTypes(cells, new Set([key])), { seed });
  const novel = [...cells.keys.keys()].filter((row) => cells.keys[row] === key).slice(0, MOST.novel);
  const known = cells.validation.filter((row) => cells.keys[row] !== key);
  return { novel: signs(takeCells(cells, novel)), known: signs(takeCells(cells, known)) };
}

/** Some learned cells of each type, and all held-out ones. */
function thin(cells: LearningCells, seed: number): LearningCells {
  const held = new Set(cells.validation);
  const taken = new Map<string, number>();
  const shuffled = createRng(seed).split("thin").shuffle([...cells.keys.keys()]);
  const kept = shuffled.filter((row) => {
    if (held.has(row)) return true;
    const count = (taken.get(cells.keys[row]) ?? 0) + 1;
    taken.set(cells.keys[row], count);
    return count <= MOST.known;
  }).sort((a, b) => a - b);
  return {
    ...takeCells(cells, kept),
    keys: kept.map((row) => cells.keys[row]),
    validation: Int32Array.from(kept.keys().filter((i) => held.has(kept[i]))),
  };
}
