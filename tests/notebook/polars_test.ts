import assert from "node:assert/strict";
import { Frame } from "../../lib/matrix/mod.ts";
import { toPolars } from "../../lib/notebook/mod.ts";

Deno.test("toPolars keeps row names, text of categories, numbers and what is missing", async () => {
  const frame = new Frame(["a", "b"], {
    type: { codes: Int32Array.of(0, -1), categories: ["B"], ordered: false },
    area: Float32Array.of(1.5, NaN),
    count: [7, null],
  });
  const shown = await toPolars(frame);
  assert.deepEqual(shown.columns, ["index", "type", "area", "count"]);
  assert.deepEqual(shown.rows(), [["a", "B", 1.5, 7], ["b", null, NaN, null]]);
});

Deno.test("toPolars leaves a column named index as it is", async () => {
  assert.deepEqual((await toPolars(new Frame(["a"], { index: [5] }))).rows(), [[5]]);
});
