import assert from "node:assert/strict";
import {
  baselinesFor,
  chooseModels,
  comparePerturbations,
  fitChosen,
  geneFeatures,
  INTERFERON_GAMMA,
  leagueTable,
  openPerturbationSet,
  reporterCalls,
  splitConditions,
  termsFor,
  TRAIN_MEAN,
  withoutTest,
} from "../../../lib/experiments/perturb/mod.ts";
import { onRealData } from "../../mirror.ts";

const small = { seed: 1, cells: 60 };

Deno.test("openPerturbationSet refuses a name that it does not know", async () => {
  await assert.rejects(
    openPerturbationSet("nowhere", { seed: 1 }),
    /Cannot find the set "nowhere".*eccite_thp1/,
  );
});

onRealData("eccite_thp1: 25 knock-outs, and losing the interferon pathway lowers PSMB9 most", async () => {
  const set = await openPerturbationSet("eccite_thp1", small);
  assert.deepEqual([set.genes.length, set.conditions.length, set.total], [299, 25, 186]);
  assert.ok(set.notes.some((note) => /^16 of 25 perturbed genes are not measured/.test(note)));
  const reporter = set.genes.indexOf("PSMB9");
  for (const { name, mean, control, differential } of set.conditions) {
    if (!/^(IFNGR1|IFNGR2|JAK2|STAT1)\+/.test(name)) continue;
    assert.ok(mean[reporter] - control.mean[reporter] < -0.5, name);
    assert.ok(differential.slice(0, 6).includes(reporter), name);
  }
});

onRealData(
  "eccite_thp1: losses held out are predicted better than by the mean, and within their intervals",
  async () => {
    const set = await openPerturbationSet("eccite_thp1", { seed: 42 });
    const { terms } = await termsFor(set);
    const { features } = await geneFeatures(set, { terms, only: ["go"] });
    const models = chooseModels(baselinesFor(set, { features }), ["linear_go", "train_mean"]);
    const splits = splitConditions(set, "leave-genes-out", { seed: 42 });
    const scored = await comparePerturbations(set, { splits, models, terms, seed: 42 });
    const [own, mean] = leagueTable(scored, { seed: 42 }).toSorted((a, b) =>
      b.interval.mean - a.interval.mean
    );
    assert.deepEqual([own.model, mean.model], ["linear_go", "train_mean"]);
    assert.ok(own.interval.mean >= 0.311, `${own.interval.mean}`);
    assert.ok(own.gain!.mean > 2 * own.gainError!, `${own.gain!.mean} +- ${own.gainError}`);
    assert.ok(own.means.coverage! > 0.8 && own.means.coverage! < 0.97, `${own.means.coverage}`);
    const calls = reporterCalls(scored, set.genes, INTERFERON_GAMMA).filter(({ model }) =>
      model === own.model
    );
    assert.equal(calls.length, 4);
    for (const { condition, predicted, half, rank } of calls) {
      assert.ok(predicted < 0 && rank <= 10, `${condition} ${predicted} ${rank}`);
      assert.ok(half! > 0 && half! < 2, `${condition} ${half}`);
    }
  },
);

onRealData("kang_ifnb_832: interferon in six types, each left out once", async () => {
  const set = await openPerturbationSet("kang_ifnb_832", { ...small, genes: 300 });
  assert.deepEqual([set.controls.length, set.conditions.length, set.perturbable], [6, 6, ["IFNB1"]]);
  const splits = splitConditions(set, "leave-type-out", { seed: 1 });
  assert.equal(splits.length, 6);
  const [split] = splits;
  const model = await fitChosen(TRAIN_MEAN)(withoutTest(set, split), split, { seed: 1, terms: new Map() });
  const held = set.conditions.find(({ name }) => name === split.test[0])!;
  const called = model.predict(held);
  const right = held.differential.filter((gene) =>
    (called[gene] - held.control.mean[gene]) * (held.mean[gene] - held.control.mean[gene]) > 0
  );
  assert.ok(right.length >= 15, `${right.length} of 20 genes change as in other types`);
});
