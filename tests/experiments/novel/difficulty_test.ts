import assert from "node:assert/strict";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  chanceRanks,
  drawCandidates,
  meanRanks,
  nameCells,
  ranksOfTruth,
  RATIOS,
  scoreLevels,
  shuffleColumns,
  summariseRanks,
} from "../../../lib/experiments/novel/mod.ts";

/** 300 cells of 30 types; a cell's own type scores `gap` higher than noise. */
function cellsOf(gap: number) {
  const rng = createRng("difficulty");
  const truth = Int32Array.from({ length: 300 }, (_, i) => i % 30);
  const scores = Float32Array.from(
    { length: 300 * 30 },
    (_, i) => rng.uniform() + (i % 30 === truth[Math.floor(i / 30)] ? gap : 0),
  );
  return {
    scores,
    test: { truth, candidates: 30, draws: drawCandidates(30, createRng(1)), rng: createRng(2) },
  };
}

Deno.test("drawCandidates draws 20 sets of each share, one of all, without repetition, the same each time", () => {
  const draws = drawCandidates(72, createRng(3));
  const sizes = RATIOS.map((ratio) =>
    draws.filter((draw) => draw.ratio === ratio).map((it) => it.candidates.length)
  );
  assert.deepEqual(sizes.map((of) => [of.length, of[0]]), [[20, 7], [20, 18], [20, 36], [20, 54], [1, 72]]);
  for (const { candidates } of draws) assert.equal(new Set(candidates).size, candidates.length);
  assert.deepEqual(draws, drawCandidates(72, createRng(3)));
  assert.notDeepEqual(draws[0].candidates, draws[1].candidates);
});

Deno.test("drawCandidates keeps two candidates at least, and all where there are only two", () => {
  assert.ok(drawCandidates(5, createRng(1)).every(({ candidates }) => candidates.length >= 2));
  assert.equal(drawCandidates(2, createRng(1)).length, 5);
});

Deno.test("nameCells scores only cells of the drawn types and calls only drawn types", () => {
  const truth = Int32Array.of(0, 1, 2, 2);
  const scores = Float32Array.of(...[1, 2, 9], ...[1, 2, 9], ...[5, 0, 4], ...[0, 0, 1]);
  const named = nameCells(scores, { truth, candidates: 3 }, Int32Array.of(0, 2));
  assert.deepEqual(named, { truth: [0, 2, 2], called: [2, 0, 2] });
});

Deno.test("scoreLevels is 1 for a rule that knows, about chance for one that guesses, and falls with the candidates", () => {
  const knowing = cellsOf(2), guessing = cellsOf(0), hinting = cellsOf(0.4);
  for (const { mean } of scoreLevels(knowing.scores, knowing.test)) {
    assert.deepEqual(mean, { accuracy: 1, macro_f1: 1 });
  }
  for (const { mean, types } of scoreLevels(guessing.scores, guessing.test)) {
    // at ratio 1 the standard error of 300 guesses among 30 is 0.01, elsewhere less over 20 draws
    assert.ok(Math.abs(mean.accuracy - 1 / types) < 0.05, `${mean.accuracy} of ${types}`);
  }
  const levels = scoreLevels(hinting.scores, hinting.test);
  levels.slice(1).forEach(({ mean, sd }, i) => {
    assert.ok(mean.accuracy < levels[i].mean.accuracy);
    assert.ok(sd.accuracy > 0);
  });
});

Deno.test("ranksOfTruth counts what scores higher, and ties by half", () => {
  const scores = Float32Array.of(...[0.1, 0.9, 0.5], ...[0.7, 0.7, 0.7], ...[3, 2, 1]);
  assert.deepEqual([...ranksOfTruth(scores, Int32Array.of(2, 1, 0))], [2, 2, 1]);
});

Deno.test("shuffled columns and equal scores rank the truth as chanceRanks says", () => {
  const { scores, test } = cellsOf(2);
  const all = Array.from(
    { length: 60 },
    (_, i) => ranksOfTruth(shuffleColumns(scores, 30, createRng(i)), test.truth),
  );
  const shuffled = summariseRanks(all.flatMap((of) => [...of]));
  const chance = chanceRanks(30);
  assert.deepEqual(chance, { mean_rank: 15.5, top1: 1 / 30, top5: 5 / 30 });
  // 60 deals of 30 columns: the standard error of the mean rank is at most 8.7 / sqrt(60)
  assert.ok(Math.abs(shuffled.mean_rank - chance.mean_rank) < 3.5, `${shuffled.mean_rank}`);
  assert.equal(summariseRanks(ranksOfTruth(new Float32Array(300 * 30), test.truth)).mean_rank, 15.5);
  assert.deepEqual(meanRanks([summariseRanks([1]), summariseRanks([9])]), {
    mean_rank: 5,
    top1: 0.5,
    top5: 0.5,
  });
});
