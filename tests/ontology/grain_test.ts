import assert from "node:assert/strict";
import { loadOntology, meaningOf, sameLineIn } from "../../lib/ontology/mod.ts";

const ontology = await loadOntology(null);
const T = "CL:0000084";
const CD8 = "CL:0000625";
const CD4 = "CL:0000624";
const NAIVE_CD8 = "CL:0000900";
const B = "CL:0000236";

Deno.test("sameLineIn takes a term, what is above it and what is below it for one line", () => {
  const sameLine = sameLineIn(ontology);
  assert.ok(sameLine(T, T) && sameLine(T, NAIVE_CD8) && sameLine(NAIVE_CD8, T));
  assert.ok(!sameLine(CD4, CD8) && !sameLine(T, B));
  assert.ok(sameLine("own label", "own label") && !sameLine("own label", T));
});

Deno.test("meaningOf lets a coarse label mean every finer class", () => {
  const classes = [B, T, CD4, CD8, NAIVE_CD8];
  const means = meaningOf([T], { ontology, classes });
  assert.deepEqual(means[1], [1, 2, 3, 4]);
});

Deno.test("meaningOf leaves out what the same study tells apart, with all that is below it", () => {
  const classes = [B, T, CD4, CD8, NAIVE_CD8];
  const means = meaningOf([T, CD8], { ontology, classes });
  assert.deepEqual(means[1], [1, 2]);
  assert.deepEqual(means[3], [3, 4]);
});

Deno.test("meaningOf gives a class that is no label of the study its own place alone", () => {
  const classes = [B, T, CD4, CD8, NAIVE_CD8];
  assert.deepEqual(meaningOf([B], { ontology, classes })[1], [1]);
});
