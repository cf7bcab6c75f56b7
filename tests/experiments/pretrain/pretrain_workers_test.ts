import assert from "node:assert/strict";
import * as tf from "../../../lib/tensor/mod.ts";
import { cellPreset, disposeModel } from "../../../lib/cell/mod.ts";
import { symbolVocabulary } from "../../../lib/genes/mod.ts";
import { flattenParams } from "../../../lib/nn/mod.ts";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import {
  preparePretraining,
  pretrain,
  type PretrainingOptions,
  simulatedStudy,
} from "../../../lib/experiments/pretrain/mod.ts";
import type { TypeVectors } from "../../../lib/text/mod.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

await startBackend();
const ontology = await loadOntology(null);

const symbols = [...new Set([...ontology.terms.values()].flatMap(({ markers = [] }) => markers))].sort();
const vocabulary = symbolVocabulary(symbols);
const study = simulatedStudy(ontology, { vocabulary, cells: 100, types: 3, rng: createRng(1) });
const data = preparePretraining([study], { vocabulary, rng: createRng(1) });

function drawTypes(dim: number): TypeVectors {
  const terms = [...ontology.terms.values()];
  const rng = createRng("types");
  const vectors = Float32Array.from({ length: terms.length * dim }, () => rng.normal());
  return { ids: terms.map(({ id }) => id), names: terms.map(({ name }) => name), ...tableOf(vectors, dim) };
}

const settings: PretrainingOptions = {
  config: { ...cellPreset("nano"), layers: 1 },
  ontology,
  types: drawTypes(32),
  epochs: 2,
  batchSize: 32,
  peak: 3e-3,
  seed: 1,
};

async function run(overrides: Partial<PretrainingOptions>) {
  const { model, training } = await pretrain(data, { ...settings, ...overrides });
  const values = [...flattenParams(model.params).values()].flatMap((it) => [...it.dataSync()]);
  disposeModel(model);
  return { values, training };
}

const shared = await run({ workers: 2 });

Deno.test("pretrain with two workers gives the losses and parameters of one, and leaves no tensors", async () => {
  assert.equal(tf.memory().numTensors, 0);
  const alone = await run({});
  shared.training.log.forEach(({ scores }, i) => {
    for (const [name, score] of Object.entries(scores)) {
      const expected = alone.training.log[i].scores[name];
      assert.ok(Math.abs(score - expected) < 1e-4 * Math.abs(expected), `${name} ${score} ${expected}`);
    }
  });
  // Adam moves a parameter by about the rate a step whatever its gradient's size, so that where a gradient is nearly
  // zero its rounding decides; a few steps of at most 3e-3 would differ by 1e-2 if the workers did not agree
  const worst = shared.values.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - alone.values[i])),
    0,
  );
  assert.ok(worst < 1e-3, `${worst}`);
});

Deno.test("pretrain with two workers, stopped and started again, ends with the same parameters to the bit", async () => {
  const directory = await Deno.makeTempDir();
  const controller = new AbortController();
  const onStep = ({ step }: { step: number }) => void (step === 2 && controller.abort());
  const first = run({ workers: 2, directory, onStep, signal: controller.signal });
  await assert.rejects(first, {
    name: "AbortError",
    message: `Stopped; the same command goes on from ${directory}`,
  });
  assert.equal(tf.memory().numTensors, 0);
  const second = await run({ workers: 2, directory });
  assert.equal(second.training.stopped, "finished");
  assert.deepEqual(second.values, shared.values);
  await assert.rejects(
    run({ workers: 2, directory, hide: 0.1 }),
    { name: "KcellfmError", message: /written by a run of other settings/ },
  );
  await Deno.remove(directory, { recursive: true });
});
