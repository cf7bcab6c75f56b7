import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { measureCells, openCells, writeH5ad } from "../../lib/data/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { inFolder } from "../folder.ts";
import { fixture, oneLine } from "./helpers.ts";

for (const name of ["modern.h5ad", "v06.h5ad", "v07.h5ad", "latest.h5ad", "tenx_v2.h5", "tenx_v3.h5"]) {
  Deno.test(`measureCells reads the size of ${name} from its head`, async () => {
    const source = await openCells(fixture(name));
    const { nObs: cells, nVars: genes } = source;
    const found = await measureCells(fixture(name));
    deepStrictEqual(found?.cells, cells);
    ok(found.genes >= genes); // other features of 10x are counted, too
    const stored = source.rows(0, cells).data.length;
    ok(
      found.values >= stored && found.values <= cells * found.genes,
      `${found.values} values, ${stored} stored`,
    );
    source.close();
  });
}

Deno.test("measureCells says null of forms without a head", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/cells.csv`;
    await Deno.writeTextFile(path, "cell,CD3D\na,1\n");
    deepStrictEqual(await measureCells(path), null);
  });
});

Deno.test("measureCells refuses a file that is cut off", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/cut.h5ad`;
    await writeH5ad(path, { x: [csrFromDense([1], 1, 1)], obsNames: ["a"], varNames: ["g"] });
    await Deno.truncate(path, 1000);
    await rejects(measureCells(path), oneLine("file", /cut.h5ad/));
  });
});
