import assert from "node:assert/strict";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { fitFusion, fitLinearPath, fuse, rareShift } from "../../../lib/baselines/mod.ts";
import {
  prepareSet,
  tableSource,
  unseenCheckpoint,
  valuesOf,
} from "../../../lib/experiments/finetune/mod.ts";
import { scoreLabels } from "../../../lib/ontology/mod.ts";
import { nanoStart, ontology, simulatedSet } from "./fixture.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

await startBackend();

/** Answers on two classes that are right with probability `right`, as `[cells, 2]`. */
function answers(truth: Int32Array, { right, seed }: { right: number; seed: number }): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from(
    Array.from(truth).flatMap((code) => {
      const p = rng.uniform() < right ? 0.9 : 0.1;
      return code === 0 ? [p, 1 - p] : [1 - p, p];
    }),
  );
}

Deno.test("fitFusion trusts the path that is right on the validation cells", () => {
  const truth = Int32Array.from({ length: 300 }, (_, i) => i % 2);
  const [good, noise] = [answers(truth, { right: 0.95, seed: 1 }), answers(truth, { right: 0.5, seed: 2 })];
  const linear = fitFusion({ encoder: noise, linear: good }, truth);
  assert.ok(linear.linear > 5 * linear.encoder, JSON.stringify(linear));
  const encoder = fitFusion({ encoder: good, linear: noise }, truth);
  assert.ok(encoder.encoder > 3 * encoder.linear, JSON.stringify(encoder));
  const [few, said] = [truth.slice(0, 20), { encoder: good.slice(0, 40), linear: noise.slice(0, 40) }];
  const [firm, loose] = [fitFusion(said, few), fitFusion(said, few, { strength: 1 })];
  assert.ok(loose.encoder > firm.encoder, "a weaker prior gives way to fewer cells");
  assert.deepEqual(
    fitFusion({ encoder: new Float32Array(), linear: new Float32Array() }, new Int32Array()),
    { encoder: 0.1, linear: 1 },
    "without validation cells the prior holds",
  );
});

Deno.test("fuse multiplies the two answers by their weights and gives rows that sum to one", () => {
  const fused = fuse(
    { encoder: Float32Array.of(0.8, 0.2), linear: Float32Array.of(0.5, 0.5) },
    { encoder: 1, linear: 3 },
    2,
  );
  assert.ok(Math.abs(fused[0] - 0.8) < 1e-6 && Math.abs(fused[1] - 0.2) < 1e-6, `${fused}`);
});

Deno.test("rareShift takes a fifth of the imbalance back: a tie goes to the rarer class", () => {
  const half = Float32Array.of(0.5, 0.5);
  const shift = rareShift([400, 4]);
  const [common, rare] = fuse({ encoder: half, linear: half }, { encoder: 0.1, linear: 1, shift }, 2);
  assert.ok(Math.abs(rare / common - 100 ** 0.2) < 1e-5, `${rare / common}`);
  assert.deepEqual([...rareShift([7, 7])].map((value, _, [first]) => value - first), [0, 0]);
});

Deno.test("fitLinearPath hears markers over noise: one gene in two hundred decides", () => {
  const rng = createRng(5);
  const [rows, cols] = [120, 200];
  const labels = Array.from({ length: rows }, (_, row) => row % 2 === 0 ? "a" : "b");
  const features = Float32Array.from({ length: rows * cols }, (_, at) => {
    const signal = at % cols === 7 && labels[Math.floor(at / cols)] === "a" ? 1.5 : 0;
    return signal + rng.normal();
  });
  const draw = (from: number, to: number) => ({
    table: tableOf(features.slice(from * cols, to * cols), cols),
    labels: labels.slice(from, to),
  });
  const [known, unseen] = [draw(0, 80), draw(80, rows)];
  const validation = Int32Array.from({ length: 16 }, (_, i) => 64 + i);
  const { final } = fitLinearPath({ ...known, validation }, { seed: 1 });
  const { labels: called } = final.predict(unseen.table);
  const hits = called.filter((label, i) => label === unseen.labels[i]).length;
  assert.ok(hits >= 28, `${hits} of 40`); // the best there is, the gene itself, is right in 77 %; chance gives 20
});

Deno.test("scoreLabels counts a subtype as right and measures how far errors are", () => {
  const terms = new Map([["T cell", "CL:0000084"], ["CD8 T cell", "CL:0000625"], ["B cell", "CL:0000236"]]);
  const truth = ["T cell", "T cell", "CD8 T cell", "B cell"];
  const called = ["CD8 T cell", "T cell", "T cell", "B cell"];
  const scores = scoreLabels(truth, called, { terms, ontology });
  assert.equal(scores.accuracy, 0.5);
  assert.equal(scores.ontology_accuracy, 0.75);
  const up = ontology.terms.get("CL:0000625")!.isA.length;
  assert.ok(up > 0 && scores.error_distance >= 1 && scores.error_distance < 6, `${scores.error_distance}`);
  assert.ok(!("ontology_accuracy" in scoreLabels(truth, called, null)));
});

Deno.test("tableSource keeps zeros and negative values and refuses what is no number", () => {
  const panel = { name: "panel", symbols: ["CD4", "CD8A"] };
  const source = tableSource(tableOf(Float32Array.of(0, -1.5, 2, 0), 2), panel);
  assert.deepEqual([...source.rows(0, 2).data], [0, -1.5, 2, 0]);
  assert.match(valuesOf(source).evidence, /negative values.*used as they are/);
  const broken = tableOf(Float32Array.of(0, 1, 2, NaN), 2);
  assert.throws(
    () => tableSource(broken, panel),
    /1 values are not finite numbers \(the first: CD8A of cell 2\)/,
  );
});

Deno.test("prepareSet numbers labels in order and leaves cells without one out", () => {
  const set = simulatedSet({ cells: 60, genes: 60 });
  const labels = set.labels.map((label, row) => row === 0 ? null : label);
  const { vocabulary } = nanoStart(set).model;
  const { classes, codes, genes } = prepareSet({ ...set, labels }, vocabulary);
  assert.deepEqual(classes, [...new Set(labels.slice(1))].sort());
  assert.equal(codes[0], -1);
  assert.equal(classes[codes[5]], labels[5]);
  assert.equal(genes.length, 60);
  assert.throws(() => prepareSet({ ...set, labels: [] }, vocabulary), /0 labels for 60 cells/);
});

Deno.test("unseenCheckpoint refuses one that was trained on the set, and knows when none is shipped", async () => {
  await assert.rejects(
    unseenCheckpoint("pbmc3k", { preset: "walkthrough", folder: await folderWith(["pbmc3k.h5ad"]) }),
    /walkthrough: trained on pbmc3k.*--without pbmc3k/,
  );
  assert.equal(await unseenCheckpoint("pbmc3k", { preset: "nano" }), null);
});

/** A folder with a checkpoint of which only the list of studies is there. */
async function folderWith(studies: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/walkthrough`);
  const config = JSON.stringify({ made: { studies: studies.map((name) => ({ name })) } });
  await Deno.writeTextFile(`${folder}/walkthrough/config.json`, config);
  return folder;
}
