import assert from "node:assert/strict";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { coexpressionGraph } from "../../../lib/experiments/perturb/gears/graphs.ts";

await startBackend();

/** Genes 0 and 1 go together, 2 against them, 3 with them by half, 4 by itself; 5 does not vary. */
function cells(rows: number, label: string) {
  const rng = createRng(label);
  const data = new Float32Array(rows * 6);
  for (let row = 0; row < rows; row++) {
    const [shared, half, own] = [rng.normal(), rng.normal(), rng.normal()];
    data.set([shared, 2 * shared + 5, -shared, shared + half, own, 3], row * 6);
  }
  return { data, rows, cols: 6 };
}

const edgesInto = (gene: number, graph: ReturnType<typeof coexpressionGraph>) =>
  Array.from(graph.target).flatMap((target, i) =>
    target === gene ? [{ source: graph.source[i], weight: graph.weight[i] }] : []
  );

Deno.test("coexpressionGraph finds genes that go together or against each other, not those that are constant", () => {
  const graph = coexpressionGraph([cells(3000, "a"), cells(2500, "b")]);
  const into = edgesInto(0, graph);
  assert.deepEqual(new Set(into.map(({ source }) => source)), new Set([1, 2, 3]));
  assert.ok(into.slice(0, 2).every(({ weight }) => weight > 0.999));
  assert.equal(into[2].source, 3);
  assert.ok(Math.abs(into[2].weight - Math.SQRT1_2) < 0.03); // three standard errors of a correlation over 5,500 cells
  assert.deepEqual(edgesInto(4, graph), []);
  assert.deepEqual(edgesInto(5, graph), []);
});

Deno.test("coexpressionGraph keeps the k strongest above the threshold", () => {
  const table = cells(2000, "c");
  assert.ok(coexpressionGraph([table], { k: 1 }).target.every((gene, i, all) => all.indexOf(gene) === i));
  assert.ok(coexpressionGraph([table], { above: 0.8 }).weight.every((weight) => weight > 0.8));
  assert.deepEqual(edgesInto(3, coexpressionGraph([table], { above: 0.8 })), []);
});
