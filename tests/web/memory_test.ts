import { ok, throws } from "node:assert/strict";
import { estimateMemory, requireRoom, roomInTab } from "../../web/worker/memory.ts";
import { fixture, oneLine } from "../data/helpers.ts";
import { inFolder } from "../folder.ts";

Deno.test("requireRoom refuses what would not fit, and says how much it is and what to do", () => {
  requireRoom("a.h5ad", 2e9, 2e9);
  throws(
    () => requireRoom("a.h5ad", 3.2e9, 2e9),
    oneLine("data", /Cannot read a.h5ad in this browser: .* 3.2 GB .* 2.0 GB; run deno task annotate/),
  );
});

Deno.test("roomInTab is half of the memory that the browser tells, and at most what a tab can address", () => {
  ok(roomInTab(4) === 2 ** 31 && roomInTab(undefined) === roomInTab(4));
  ok(roomInTab(64) === 8e9);
});

Deno.test("estimateMemory grows with a file of text, and with the cells of a matrix", async () => {
  await inFolder(async (folder) => {
    const csv = (rows: number) => "cell,CD3D\n" + "a,1\n".repeat(rows);
    await Deno.writeTextFile(`${folder}/small.csv`, csv(10));
    await Deno.writeTextFile(`${folder}/large.csv`, csv(100_000));
    const [small, large] = [
      await estimateMemory(`${folder}/small.csv`),
      await estimateMemory(`${folder}/large.csv`),
    ];
    ok(large - small > csv(100_000).length, `${small}, ${large}`);
  });
  const matrix = await estimateMemory(fixture("modern.h5ad"));
  ok(matrix > 350e6 && matrix < 351e6, `${matrix}`); // a few cells take no more than the code itself
});
