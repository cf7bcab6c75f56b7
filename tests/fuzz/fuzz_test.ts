import assert from "node:assert/strict";
import { createRng } from "../../lib/runtime/mod.ts";
import { mutate, mutateJson } from "./mutate.ts";
import { fuzz } from "./run.ts";
import { TARGETS } from "./targets.ts";

Deno.test("fuzz reads or refuses changed files of every kind, and nothing else happens", async () => {
  const to = 4 * TARGETS.length; // the whole is `deno task fuzz`
  const verdicts = await fuzz({ seed: 1, from: 0, to, limit: 60 });
  assert.deepEqual(verdicts.map(({ input }) => input), Array.from({ length: to }, (_, i) => i));
  const kinds = new Set(verdicts.map(({ kind }) => kind));
  assert.deepEqual(kinds, new Set(["read", "refused"]));
});

Deno.test("fuzz notes an input that takes too long as a hang and goes on with the next", async () => {
  const verdicts = await fuzz({ seed: 1, from: 0, to: 2, limit: 0.001 });
  assert.deepEqual(verdicts.map(({ input }) => input), [0, 1]);
  assert.ok(verdicts.some(({ kind }) => kind === "hang"), JSON.stringify(verdicts));
});

Deno.test("mutate changes bytes the same way for the same seed", () => {
  const bytes = Uint8Array.from({ length: 2000 }, (_, i) => i);
  const changed = (seed: number) => mutate(bytes, createRng(seed));
  assert.deepEqual(changed(1), changed(1));
  assert.notDeepEqual(changed(1), changed(2));
  const json = new TextEncoder().encode('{"a": {"b": [1, 2]}}');
  for (let seed = 0; seed < 50; seed++) {
    JSON.parse(new TextDecoder().decode(mutateJson(json, createRng(seed))));
  }
});
