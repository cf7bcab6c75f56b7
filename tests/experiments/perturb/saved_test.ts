import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeModel } from "../../../lib/cell/mod.ts";
import { startBackend } from "../../../lib/runtime/mod.ts";
import {
  baselinesFor,
  byGenes,
  type FitPerturbation,
  gearsFits,
  type GeneFeatures,
  geneFeatures,
  loadPerturbationModel,
  savePerturbationModel,
  simulatedSet,
  splitConditions,
  termFeatures,
  typeFeatures,
  withoutTest,
} from "../../../lib/experiments/perturb/mod.ts";
import { inFolder } from "../../folder.ts";
import { TOY_SPLIT, TOY_TERMS, toyCellModel, toySet } from "./gears_fixture.ts";
import { SMALL_SCREEN } from "./small_screen.ts";

await startBackend();

const set = simulatedSet({ seed: 3 }, SMALL_SCREEN);
const terms = set.terms!;
const { features } = await geneFeatures(set, { terms });
const [split] = splitConditions(set, "simulation", { seed: 3 });
const FACTS = { scores: {}, split: "test", tested: [], cell_model: null as string | null, made: {} };

/** What a model says of the test conditions before and after it was on the disk. */
async function roundTrip(
  fit: FitPerturbation,
  own = { set, split, terms, features: features as readonly GeneFeatures[] },
  facts = FACTS,
  cell?: ReturnType<typeof toyCellModel>,
) {
  const visible = withoutTest(own.set, own.split);
  const model = await fit(visible, own.split, { seed: 3, terms: own.terms });
  const targets = own.set.conditions.filter(({ name }) => own.split.test.includes(name));
  const before = targets.map((target) => model.predict(target));
  return await inFolder(async (folder) => {
    const path = join(folder, "model");
    await savePerturbationModel(path, { set: visible, model }, {
      split: own.split,
      seed: 3,
      features: own.features,
      facts,
    });
    const saved = await loadPerturbationModel(path, { cell });
    return { before, after: targets.map((target) => saved.model.predict(target)), saved, model };
  });
}

Deno.test("every baseline predicts the very same after it was saved and loaded", async () => {
  for (const { name, fit } of baselinesFor(set, { features })) {
    const { before, after, saved, model } = await roundTrip(fit);
    assert.deepEqual(after, before, name);
    assert.deepEqual([...saved.heldOut.keys()], [...model.heldOut!.keys()], name);
    assert.equal(saved.halfWidths.length, set.genes.length);
  }
});

Deno.test("a model of backgrounds predicts the same after it was saved and loaded", async () => {
  const [first] = set.controls;
  const contexts = ["B cell", "T cell", "monocyte", "NK cell"].map((context, i) => ({
    ...first,
    context,
    mean: first.mean.map((value, gene) => value + ((gene + i) % 4) / 4),
  }));
  const conditions = contexts.map((control) => ({
    ...set.conditions[0],
    name: `A+ctrl in ${control.context}`,
    perturbed: ["A"],
    control,
    mean: control.mean.map((value, gene) => value + (gene % 3) * control.mean[0]),
  }));
  const several = { ...set, controls: contexts, conditions, perturbable: ["A"] };
  const [own] = splitConditions(several, "leave-type-out", { seed: 1 });
  const texts = typeFeatures({
    ids: ["CL:1", "CL:2", "CL:3", "CL:4"],
    names: contexts.map(({ context }) => context),
    data: Float32Array.of(1, 0, 0, 1, 1, 1, 1, -1),
    rows: 4,
    cols: 2,
  });
  const named = baselinesFor(several, { features: [], types: texts });
  for (const name of ["linear_control", "knn_type_text", "kriging_type_text"]) {
    const { fit } = named.find((model) => model.name === name)!;
    const { before, after } = await roundTrip(fit, { set: several, split: own, terms, features: [texts] });
    assert.deepEqual(after, before, name);
  }
});

/** Products of matrices differ in the last digit with where their memory is aligned. */
function near(after: readonly Float32Array[], before: readonly Float32Array[], name: string): void {
  after.forEach((values, at) =>
    values.forEach((value, gene) =>
      assert.ok(Math.abs(value - before[at][gene]) < 1e-6, `${name} ${gene}: ${value} ${before[at][gene]}`)
    )
  );
}

Deno.test("every kind of GEARS predicts the same after it was saved and loaded", async () => {
  const cell = toyCellModel();
  const toy = toySet();
  const go = termFeatures("go", TOY_TERMS);
  const other = { ...go, name: "other" };
  const settings = { hidden: 8, epochs: 1, pairsPerEpoch: 80 };
  const fits = gearsFits(toy, { cell, features: [go, other], settings });
  assert.equal(fits.length, 6);
  for (const { name, fit } of fits) {
    const own = { set: toy, split: TOY_SPLIT, terms: TOY_TERMS, features: [go, other] };
    const { before, after } = await roundTrip(fit, own, { ...FACTS, cell_model: cell.hash }, cell);
    near(after, before, name);
  }
  const vectors = fits.find(({ name }) => name === "gears_kcellfm")!;
  await assert.rejects(
    roundTrip(vectors.fit, { set: toy, split: TOY_SPLIT, terms: TOY_TERMS, features: [go] }, {
      ...FACTS,
      cell_model: "another",
    }, cell),
    /Cannot make gears_kcellfm again: it reads the cell model with weights of sha256 another; .*--checkpoint/,
  );
  disposeModel(cell);
});

Deno.test("loadPerturbationModel refuses files that do not belong together, and folders without a model", async () => {
  const { fit } = baselinesFor(set, { features }).find(({ name }) => name === "kriging_go")!;
  await inFolder(async (folder) => {
    const model = await fit(set, split, { seed: 3, terms });
    const path = join(folder, "model");
    await savePerturbationModel(path, { set, model }, { split, seed: 3, features, facts: FACTS });
    await Deno.writeFile(join(path, "model.safetensors"), new Uint8Array(8), { append: true });
    await assert.rejects(
      loadPerturbationModel(path),
      /is not the file that its model\.json was written with/,
    );
    await Deno.writeTextFile(join(path, "model.json"), "{}");
    await assert.rejects(
      loadPerturbationModel(path),
      /Cannot use .*model\.json as a perturbation model: format/,
    );
    await assert.rejects(loadPerturbationModel(folder), /model\.json is missing .* perturb train --save/);
  });
});

Deno.test("savePerturbationModel stores a gene that no table knows under the name that the screen gives it", async () => {
  const own = byGenes(termFeatures("go", terms));
  assert.ok(own.knows!(set.perturbable[0]));
  const { fit } = baselinesFor(set, { features }).find(({ name }) => name === "linear_go")!;
  const { saved } = await roundTrip(fit);
  const [stored] = saved.features;
  assert.ok(set.perturbable.every((gene) => stored.has(gene)));
});
