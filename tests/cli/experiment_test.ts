import assert from "node:assert/strict";
import { parseSplit } from "../../lib/cli/experiment.ts";
import { command } from "../../lib/cli/tcell.ts";
import { recipeNamed, RECIPES } from "../../lib/experiments/finetune/mod.ts";
import { capture } from "../capture.ts";
import { ontology } from "../experiments/finetune/fixture.ts";

Deno.test("parseSplit reads shares, shots and groups, and says what it knows", () => {
  assert.deepEqual(parseSplit("80/20"), { by: "cells", test: 0.2 });
  assert.deepEqual(parseSplit("5-shot"), { by: "shots", shots: 5 });
  assert.deepEqual(parseSplit("leave-one-out", { groups: "patient" }), { by: "groups", of: "patient" });
  assert.deepEqual(parseSplit("leave-one-patient-out", { groups: "patient" }), {
    by: "groups",
    of: "patient",
  });
  assert.throws(() => parseSplit("leave-one-out"), /expected shares such as 70\/30, 5-shot$/);
  assert.throws(() => parseSplit("0/100"), /Cannot split by "0\/100"/);
});

Deno.test("tcell ends with 2 and one line on a set that it does not know", async () => {
  const { code, errors } = await capture(command, "--set nosuch");
  assert.deepEqual([code, errors.length], [2, 1]);
  assert.match(errors[0], /Cannot find the set "nosuch".*melanoma_t_cells/);
});

Deno.test("every recipe belongs to a command and its twin has types of the built-in ontology", () => {
  for (const recipe of RECIPES) {
    assert.equal(recipeNamed(recipe.name, recipe.task), recipe);
    const missing = recipe.twin.types.filter((id) => !ontology.terms.has(id));
    assert.deepEqual(missing, [], recipe.name);
    assert.equal(new Set(recipe.twin.types).size, recipe.twin.types.length, recipe.name);
    if (recipe.split.by === "groups") {
      assert.ok(recipe.groups, `${recipe.name} is split by groups that it does not name`);
    }
  }
});
