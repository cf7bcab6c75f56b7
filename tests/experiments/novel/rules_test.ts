import assert from "node:assert/strict";
import { spearman } from "../../../lib/metrics/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import {
  chanceRule,
  combine,
  type Evidence,
  nearestRule,
  priorRule,
  prototypeRule,
  shuffleCandidates,
  textRule,
} from "../../../lib/experiments/novel/mod.ts";
import { argmax, rowAt, tableOf } from "../../../lib/matrix/mod.ts";
import { assertClose } from "../../close.ts";

await startBackend();

/** Two seen types at right angles; the first candidate is near the first of them, the second near the second. */
const EVIDENCE: Evidence = {
  cells: tableOf(Float32Array.of(3, 1, 0.5, 2), 2),
  prototypes: tableOf(Float32Array.of(1, 0, 0, 1, 1, 1), 2),
  text: tableOf(Float32Array.of(1, 0, 0, 5), 2),
  similarity: tableOf(Float32Array.of(0.5, 0.1, 0.2, 0.1, 0.6, 0.3), 3),
};

/** Random evidence of any size. */
function drawEvidence({ cells = 9, seen = 7, candidates = 5, width = 4 } = {}): Evidence {
  const rng = createRng("evidence");
  const draw = (rows: number, of: number) => Float32Array.from({ length: rows * of }, () => rng.normal());
  return {
    cells: tableOf(draw(cells, width), width),
    prototypes: tableOf(draw(seen, width), width),
    text: tableOf(draw(candidates, width), width),
    similarity: tableOf(draw(candidates, seen).map(Math.abs), seen),
  };
}

const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b));

/** Both in float32, so equal to about 1e-6. */
const close = (actual: number, expected: number) => assertClose(actual, expected, 1e-5);

Deno.test("textRule is the cosine of cell and text, whatever their lengths", () => {
  const scores = textRule(EVIDENCE);
  const { cells, text } = EVIDENCE;
  for (const [i, [cell, term]] of [[0, 0], [0, 1], [1, 0], [1, 1]].entries()) {
    close(scores[i], cosine(rowAt(cells, cell), rowAt(text, term)));
  }
});

Deno.test("prototypeRule is Spearman's rho of cosines to prototypes and PageRank, pair by pair", () => {
  const evidence = drawEvidence();
  const scores = prototypeRule(evidence);
  const { cells, prototypes, similarity } = evidence;
  for (let cell = 0; cell < 9; cell++) {
    const near = Array.from({ length: 7 }, (_, s) => cosine(rowAt(cells, cell), rowAt(prototypes, s)));
    for (let c = 0; c < 5; c++) {
      close(scores[cell * 5 + c], spearman(near, rowAt(similarity, c)));
    }
  }
});

Deno.test("prototypeRule scores a candidate that is alike to all seen types 0", () => {
  const evidence = {
    ...drawEvidence({ candidates: 1 }),
    similarity: tableOf(new Float32Array(7).fill(0.1), 7),
  };
  assert.deepEqual([...prototypeRule(evidence)], new Array(9).fill(0));
});

Deno.test("nearestRule gives the PageRank of the seen type that is nearest to the cell", () => {
  const far = { ...EVIDENCE, cells: tableOf(Float32Array.of(1, 0.1, 0.1, 1), 2) };
  assert.deepEqual([...nearestRule(far)], [0.5, 0.1, 0.1, 0.6].map(Math.fround));
});

Deno.test("priorRule says the same of every cell: the candidate that is most alike to the seen types", () => {
  const scores = priorRule(EVIDENCE);
  close(scores[0], 0.8 / 3);
  close(scores[1], 1 / 3);
  assert.deepEqual(scores.subarray(0, 2), scores.subarray(2, 4));
});

Deno.test("combine at weight 0 and 1 orders candidates as the one rule and as the other", () => {
  const evidence = drawEvidence();
  const rules = [textRule(evidence), prototypeRule(evidence)] as const;
  for (const weight of [0, 1]) {
    const both = combine(rules, { candidates: 5, weight });
    for (let at = 0; at < both.length; at += 5) {
      const best = (scores: Float32Array) => argmax(scores.subarray(at, at + 5));
      assert.equal(best(both), best(rules[weight]));
    }
  }
});

Deno.test("combine weighs rules by their spread over a cell's candidates, not by their units", () => {
  const [a, b] = [Float32Array.of(0, 1, 2), Float32Array.of(5, 4, 3)];
  const scaled = combine([a.map((v) => 1000 * v), b], { candidates: 3, weight: 0.5 });
  assert.deepEqual(scaled, combine([a, b], { candidates: 3, weight: 0.5 }));
  assert.deepEqual([...combine([Float32Array.of(7, 7), b.subarray(0, 2)], { candidates: 2, weight: 0 })], [
    0,
    0,
  ]);
});

Deno.test("shuffleCandidates deals text and PageRank out together and loses none", () => {
  const evidence = drawEvidence({ candidates: 20 });
  const { text, similarity } = shuffleCandidates(evidence, createRng(1));
  const rows = (from: Evidence) =>
    Array.from(
      { length: 20 },
      (_, c) => [...rowAt(from.text, c), ...rowAt(from.similarity, c)].join(),
    );
  const shuffled = rows({ ...evidence, text, similarity });
  assert.notDeepEqual(shuffled, rows(evidence));
  assert.deepEqual(shuffled.toSorted(), rows(evidence).toSorted());
});

Deno.test("chanceRule calls each candidate about as often", () => {
  const evidence = drawEvidence({ cells: 2000, candidates: 4 });
  const scores = chanceRule(createRng(1))(evidence);
  const called = new Int32Array(4);
  for (let at = 0; at < scores.length; at += 4) called[argmax(scores.subarray(at, at + 4))]++;
  // the standard error of a count is 19
  for (const count of called) assert.ok(Math.abs(count - 500) < 80, `${called}`);
});
