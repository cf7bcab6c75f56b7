import assert from "node:assert/strict";
import { humanOrthologues, readCycleGenes } from "../../lib/genes/mod.ts";

Deno.test("humanOrthologues takes upper case, and the table's word where that would be wrong", () => {
  const human = humanOrthologues();
  assert.equal(human("Gnai3"), "GNAI3");
  assert.equal(human("Trp53"), "TP53");
  assert.equal(human("Cdc2a"), "CDK1");
  assert.equal(human("2810417H13Rik"), "PCLAF");
  assert.equal(human("Arf2"), ""); // upper case is an old name of human ARF4
});

Deno.test("readCycleGenes gives 43 genes of S and 54 of G2M, none in both", () => {
  const { s, g2m } = readCycleGenes();
  assert.deepEqual([s.length, g2m.length], [43, 54]);
  assert.equal(new Set([...s, ...g2m]).size, 97);
  assert.ok(s.includes("PCNA") && g2m.includes("TOP2A"));
});
