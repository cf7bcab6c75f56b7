import assert from "node:assert/strict";
import { drawView, seeThrough, throughPanel, type View, VIEW_RATES } from "lib/genes/mod.ts";
import { csrFromDense } from "lib/matrix/mod.ts";
import { createRng } from "lib/runtime/mod.ts";

const GENES = 6;
const WHOLE: View = { panel: null, gain: () => 1, depth: null };
/** log1p of counts scaled to 10,000. */
const logged = (counts: number[]) => {
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => Math.log1p(1e4 * count / sum));
};
const cells = csrFromDense([...logged([4, 0, 1, 5, 0, 0]), ...logged([0, 2, 2, 0, 6, 0])], 2, GENES);
const see = (view: View, seed = 1) => seeThrough(cells, { viewOf: () => view, rng: createRng(seed) });

Deno.test("seeThrough leaves cells as they are when nothing is drawn", () => {
  const seen = see(WHOLE);
  assert.deepEqual([...seen.indices], [...cells.indices]);
  seen.data.forEach((value, i) => assert.ok(Math.abs(value - cells.data[i]) < 1e-4));
});

Deno.test("seeThrough keeps the genes of the panel and scales each cell to 10,000 over them", () => {
  const seen = see({ ...WHOLE, panel: Uint8Array.of(1, 1, 1, 0, 0, 0) });
  assert.deepEqual([...seen.indices], [0, 2, 1, 2]);
  const expected = [...logged([4, 0, 1]), ...logged([0, 2, 2])].filter((value) => value > 0);
  seen.data.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-4));
});

Deno.test("seeThrough finds fewer molecules at a lower depth, always the same for the same stream", () => {
  const poor = { ...WHOLE, depth: 3 };
  const molecules = (seed: number) => {
    const { data, indptr } = see(poor, seed);
    const row = [...data.subarray(0, indptr[1])].map(Math.expm1);
    const least = Math.min(...row);
    return row.reduce((sum, value) => sum + Math.round(value / least), 0);
  };
  const drawn = Array.from({ length: 200 }, (_, seed) => molecules(seed)).filter(Number.isFinite);
  const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
  assert.ok(mean > 2 && mean < 4.5, `about 3 of 10 molecules, found ${mean}`);
  assert.deepEqual(see(poor, 7), see(poor, 7));
});

Deno.test("seeThrough multiplies genes by the gains of the technology", () => {
  const seen = see({ ...WHOLE, gain: (gene) => gene === 0 ? 0.5 : 1 });
  const expected = logged([2, 0, 1, 5, 0, 0])[0];
  assert.ok(Math.abs(seen.data[0] - expected) < 1e-4);
});

Deno.test("drawView draws panels of other files and shares of genes, and throughPanel what a file has left", () => {
  const own = Uint8Array.of(1, 1, 1, 1, 0, 0);
  const other = Uint8Array.of(0, 0, 1, 1, 1, 1);
  const options = { genes: GENES, panels: [other], rates: { ...VIEW_RATES, otherPanel: 1, shares: [1] } };
  const view = drawView(createRng(1), options);
  assert.deepEqual([...throughPanel(own, view)], [0, 0, 1, 1, 0, 0]);
  const rates = { ...VIEW_RATES, otherPanel: 0, shares: [0.5] };
  const half = drawView(createRng(2), { ...options, genes: 4000, rates });
  const kept = half.panel?.reduce((sum, one) => sum + one, 0) ?? 0;
  assert.ok(kept > 1850 && kept < 2150, `about half of 4,000 genes, kept ${kept}`);
});
