import assert from "node:assert/strict";
import { rotations } from "../../../lib/experiments/perturb/learn/rotation.ts";
import { simulatedSet } from "../../../lib/experiments/perturb/mod.ts";
import { SMALL_SCREEN } from "./small_screen.ts";

const set = simulatedSet({ seed: 3 }, SMALL_SCREEN);
const singles = set.conditions.filter(({ perturbed }) => perturbed.length === 1);

Deno.test("rotations hold every single out once, and learn from all others", () => {
  const turns = rotations(singles, 1);
  assert.equal(turns.length, 5);
  const held = turns.flatMap((turn) => turn.held);
  assert.deepEqual(held.toSorted((a, b) => a - b), singles.map((_, at) => at));
  for (const turn of turns) assert.equal(turn.train.length + turn.held.length, singles.length);
});

Deno.test("rotations of pairs hold out genes that are then not learned from alone", () => {
  for (const { train, held } of rotations(set.conditions, 1)) {
    const alone = new Set(
      train.flatMap((at) => set.conditions[at].perturbed.length === 1 ? set.conditions[at].perturbed : []),
    );
    for (const at of held) {
      const { perturbed } = set.conditions[at];
      if (perturbed.length === 1) assert.ok(!alone.has(perturbed[0]), perturbed[0]);
    }
    assert.deepEqual(train.filter((at) => held.includes(at)), []);
  }
});

Deno.test("rotations leave backgrounds out one by one where one gene is perturbed", () => {
  const [{ control, ...condition }] = singles;
  const contexts = ["B cell", "T cell", "monocyte"];
  const own = contexts.map((context) => ({
    ...condition,
    name: `A+ctrl in ${context}`,
    control: { ...control, context },
  }));
  assert.deepEqual(rotations(own, 1).map(({ held }) => own[held[0]].control.context), contexts);
});

Deno.test("rotations are none where nothing can be held out, and the same for a seed", () => {
  assert.deepEqual(rotations(singles.slice(0, 1), 1), []);
  assert.deepEqual(rotations(singles, 2), rotations(singles, 2));
  assert.notDeepEqual(rotations(singles, 2), rotations(singles, 3));
});
