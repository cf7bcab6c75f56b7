import assert from "node:assert/strict";
import { leftOpenFigure } from "../../lib/chapters/finetune.ts";

Deno.test("leftOpenFigure parts the cells of each class into named rightly, named wrongly and left open", () => {
  const probabilities = Float32Array.of(0.9, 0.1, 0.3, 0.7, 0.55, 0.45, 0.05, 0.95);
  const answers = { kcellfm: { labels: ["a", "b", "a", "b"], probabilities } };
  const fold = { truth: ["a", "a", "a", "b"], classes: ["a", "b"], answers };
  const { data, layout } = leftOpenFigure({ folds: [fold] }, 0.6);
  const shares = data.map((trace) => ({ name: trace.name, x: "x" in trace ? trace.x : null }));
  assert.deepEqual(shares, [
    { name: "named, right", x: [1 / 3, 1] },
    { name: "named, wrong", x: [1 / 3, 0] },
    { name: "left open", x: [1 / 3, 0] },
  ]);
  assert.match(JSON.stringify(layout.title), /75 % of the cells get a name, 67 % of these names are right/);
});
