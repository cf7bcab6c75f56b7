import { deepStrictEqual, equal } from "node:assert/strict";
import { openCells } from "../../lib/data/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { sampled } from "../../web/worker/sample.ts";
import { denseRows, fixture } from "../data/helpers.ts";

Deno.test("sampled gives rows of the file from its beginning to its end, the same in any slices", async () => {
  const source = await openCells(fixture("modern.h5ad"));
  const rng = createRng("sample");
  const cells = Math.min(20, source.nObs - 1);
  const sample = sampled(source, cells);
  equal(sample.nObs, cells);
  const all = denseRows(source);
  const rows = sample.obsNames.map((name) => source.obsNames.indexOf(name));
  deepStrictEqual(denseRows(sample), rows.map((row) => all[row]));
  for (let i = 0; i < 10; i++) {
    const [a, b] = [rng.int(cells + 1), rng.int(cells + 1)].sort((x, y) => x - y);
    deepStrictEqual(denseRows(sample, [a, b]), rows.slice(a, b).map((row) => all[row]));
  }
  source.close();
});

Deno.test("sampled is the source itself where it has no more cells", async () => {
  const source = await openCells(fixture("modern.h5ad"));
  equal(sampled(source, source.nObs), source);
  source.close();
});
