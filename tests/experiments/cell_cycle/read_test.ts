import assert from "node:assert/strict";
import { join } from "node:path";
import { readCycleGenes } from "../../../lib/genes/mod.ts";
import {
  openCycleSet,
  phaseOfAngle,
  readCycleSet,
  repeatsOf,
  scorePhases,
} from "../../../lib/experiments/cell_cycle/mod.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";
import { denseFromCsr } from "../../matrix/dense.ts";

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
Deno.env.set("KCELLFM_CACHE", folder);

const facts = { name: "file", real: true, sha256: null };
const counts = (labels: readonly (string | null)[]) =>
  Object.fromEntries([...Map.groupBy(labels, String)].map(([label, cells]) => [label, cells.length]));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await Deno.writeTextFile(path, text);
  return path;
}

Deno.test("readCycleSet reads the form of GSE64016: genes by cells, phases in the cells' names, H1 left out", async () => {
  const path = await file(
    "gse.csv",
    `"","H1_Exp1.001","G1_Exp1.001","S_Exp1.001","G2_Exp1.001"\n"ACTB",3.5,2,1,1\n"CCNB1",0,1.25,0,7\n"CD44",1,2,3,4\n`,
  );
  const { source, labels } = await readCycleSet(path, facts);
  assert.deepEqual(labels, [null, "G1", "S", "G2M"]);
  assert.deepEqual([...source.varNames], ["ACTB", "CCNB1", "CD44"]);
  assert.deepEqual([...source.rows(3, 4).data], [1, 7, 4]);
});

Deno.test("readCycleSet reads the form of Buettner: rows named 1 to 3, mouse symbols become human", async () => {
  const path = await file(
    "mesc.csv",
    `"Gnai3","Trp53","Cdc2a"\n"1",1.5,0,0.2\n"2",0,2.25,0.1\n"3",0.5,1,0\n"3",0.5,1.5,0\n`,
  );
  const { source, labels, values } = await readCycleSet(path, facts);
  assert.deepEqual(labels, ["G1", "S", "G2M", "G2M"]);
  assert.deepEqual([...source.varNames], ["GNAI3", "TP53", "CDK1"]);
  assert.equal(values.kind, "log1p");
});

Deno.test("readCycleSet reads a column of phases and leaves out cells that are named otherwise", async () => {
  const path = await file(
    "own.csv",
    "cell,phase,ACTB,CCNB1\na,G1,1,0\nb,G2/M,0,3\nc,unsorted,2,2\nd,s,1,1\n",
  );
  assert.deepEqual((await readCycleSet(path, facts)).labels, ["G1", "G2M", null, "S"]);
});

Deno.test("readCycleSet says what it looked for when a file names no phase, or only one", async () => {
  const none = await file("none.csv", "cell,ACTB,CCNB1\na,1,0\nb,0,3\n");
  await assert.rejects(
    readCycleSet(none, facts),
    /Cannot tell the phases of .*none.csv: expected a column phase/,
  );
  const one = await file("one.csv", "cell,phase,ACTB,CCNB1\na,S,1,0\nb,S,0,3\n");
  await assert.rejects(readCycleSet(one, facts), /of 1 phases \(S\), at least two/);
  await assert.rejects(openCycleSet("mesc", { seed: 1 }), /"mesc": give a file .* mesc_buettner/);
});

Deno.test("phaseOfAngle follows the reporters around the circle", () => {
  assert.deepEqual([0, 1, 3.83, 3.85, 5.52, 6.2, 2 * Math.PI + 2, -1].map(phaseOfAngle), [
    ...["G2M", "G1", "G1", "S", "G2M", "G2M", "G1", "S"],
  ]);
});

for (const name of ["mesc_buettner", "gse64016", "ipsc_fucci"]) {
  Deno.test(`openCycleSet simulates ${name} in its own file form, the same for the same seed`, async () => {
    const set = await openCycleSet(name, { seed: 3, simulated: true });
    const { G1, S, G2M, null: unsorted = 0 } = counts(set.labels);
    assert.ok(Math.min(G1, S, G2M) > 0.15 * (G1 + S + G2M), JSON.stringify({ G1, S, G2M }));
    assert.equal(unsorted > 0, name === "gse64016");
    assert.equal(set.real, false);
    assert.ok(repeatsOf(name) > 1);
    const again = await openCycleSet(name, { seed: 3, simulated: true });
    assert.deepEqual(again.labels, set.labels);
    assert.deepEqual(again.source.rows(0, 2), set.source.rows(0, 2));
    set.source.close();
    again.source.close();
  });
}

Deno.test("scorePhases is highest where the genes of a phase are, and zero without such genes", async () => {
  const { source, labels } = await openCycleSet("mesc_buettner", { seed: 3, simulated: true });
  const expression = tableOf(denseFromCsr(source.rows(0, source.nObs)), source.nVars);
  const symbols = source.varNames;
  const scores = scorePhases(expression, { symbols, ...readCycleGenes(), seed: 1 });
  const meanIn = (phase: string, of: Float32Array) => {
    const cells = [...of].filter((_, cell) => labels[cell] === phase);
    return cells.reduce((sum, score) => sum + score, 0) / cells.length;
  };
  for (const other of ["G1", "S", "G2M"]) {
    if (other !== "S") assert.ok(meanIn("S", scores.s) > meanIn(other, scores.s) + 0.2, other);
    if (other !== "G2M") assert.ok(meanIn("G2M", scores.g2m) > meanIn(other, scores.g2m) + 0.2, other);
  }
  const nothing = scorePhases(expression, { symbols, s: ["NOT_A_GENE"], g2m: [], seed: 1 });
  assert.ok(nothing.phases.every((phase) => phase === "G1") && nothing.s.every((score) => score === 0));
});
