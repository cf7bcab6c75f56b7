import assert from "node:assert/strict";
import { macroF1, ontologyAccuracy } from "../../../lib/metrics/mod.ts";
import { ancestors, loadOntology } from "../../../lib/ontology/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  addToTally,
  emptyTally,
  subtypeRule,
  tallyMetrics,
  typeScores,
} from "../../../lib/experiments/atlas/mod.ts";
import { assertClose } from "../../close.ts";

const ontology = await loadOntology(null);
const rule = subtypeRule(ontology);
const [T_CELL, CD4, CD8, B_CELL] = ["CL:0000084", "CL:0000624", "CL:0000625", "CL:0000236"];

/** Calls drawn so that some are right, some finer than the truth, some coarser and some wrong. */
function drawCalls(count: number) {
  const rng = createRng(4);
  return Array.from({ length: count }, () => ({
    truth: rng.choice([T_CELL, CD4, B_CELL]),
    called: rng.choice([T_CELL, CD4, CD8, B_CELL]),
    confidence: rng.uniform(),
  }));
}

function tallyOf(calls: ReturnType<typeof drawCalls>) {
  const tally = emptyTally();
  for (const call of calls) addToTally(tally, call, rule);
  return tally;
}

Deno.test("tallyMetrics equals the metrics of the whole lists, strictly and by scTab's rule", () => {
  const calls = drawCalls(300);
  const metrics = tallyMetrics(tallyOf(calls), rule);
  const [truth, called] = [calls.map((it) => it.truth), calls.map((it) => it.called)];
  // what scTab does: a call that is a subtype of the truth is replaced by it before scoring
  const corrected = calls.map((it) => rule(it.called, it.truth) ? it.truth : it.called);
  const ancestorsOf = (id: string) => ancestors(ontology, id);
  const close = (a: number, b: number) => assertClose(a, b, 1e-12);
  close(metrics.macro_f1, macroF1(truth, called));
  close(metrics.ontology_macro_f1, macroF1(truth, corrected));
  close(metrics.ontology_accuracy, ontologyAccuracy(truth, called, { ancestorsOf }));
  assert.ok(metrics.ontology_accuracy > metrics.accuracy);
});

Deno.test("subtypeRule takes a subtype for right and an ancestor for wrong", () => {
  assert.equal(rule(CD4, T_CELL), true);
  assert.equal(rule(T_CELL, CD4), false);
  assert.equal(rule(B_CELL, T_CELL), false);
  assert.equal(rule("no term", "no term"), true);
});

Deno.test("tallyMetrics measures calibration over tenths of confidence", () => {
  const call = (confidence: number, isRight: boolean) => ({
    truth: B_CELL,
    called: isRight ? B_CELL : T_CELL,
    confidence,
  });
  const tally = tallyOf([call(0.95, true), call(0.95, false), call(0.21, true), call(1, true)]);
  // bin 9: three cells, mean confidence .9667, two right; bin 2: one cell of .21, right
  const expected = 3 / 4 * Math.abs(2.9 / 3 - 2 / 3) + 1 / 4 * Math.abs(0.21 - 1);
  assert.ok(Math.abs(tallyMetrics(tally, rule).ece - expected) < 1e-12);
});

Deno.test("typeScores counts every cell once as true and once as called", () => {
  const calls = drawCalls(200);
  const scores = typeScores(tallyOf(calls), rule);
  assert.equal(scores.reduce((sum, { cells }) => sum + cells, 0), 200);
  assert.equal(scores.reduce((sum, { called }) => sum + called, 0), 200);
  assert.ok(scores.every(({ right, cells, called }) => right <= Math.min(cells, called)));
});
