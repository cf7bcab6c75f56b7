import assert from "node:assert/strict";
import {
  centreByStudy,
  centreProfiles,
  isEverywhere,
  meanProfile,
  profileCells,
  profileGenes,
} from "lib/genes/mod.ts";
import { csrFromDense } from "lib/matrix/mod.ts";

const close = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i] - b[i]) < 1e-5, `${i}: ${a[i]} and ${b[i]}`);
};

Deno.test("profileGenes takes the most informative genes in order of gene, and none that says nothing", () => {
  assert.deepEqual([...profileGenes(Float32Array.of(0.1, 0, 0.9, 0.5), 2)], [2, 3]);
  assert.deepEqual([...profileGenes(Float32Array.of(0.1, 0, 0.9, 0.5), 9)], [0, 2, 3]);
});

Deno.test("profileCells standardises each cell over the genes that its file has; missing ones are 0", () => {
  const cells = csrFromDense([3, 9, 1, 2, 0, 9, 4, 2], 2, 4);
  const has = Uint8Array.of(1, 1, 0, 1);
  const profiles = profileCells(cells, { genes: Int32Array.of(0, 2, 3), measured: () => has });
  close(profiles, [1, 0, -1, -1, 0, 1]);
});

Deno.test("profileCells does not see the base of a logarithm", () => {
  const values = [3, 0, 1, 2];
  const read = (factor: number) =>
    profileCells(csrFromDense(values.map((value) => value * factor), 1, 4), {
      genes: Int32Array.of(0, 1, 2, 3),
      measured: () => null,
    });
  close(read(1), read(1 / Math.LN2));
});

Deno.test("centreByStudy takes each study's mean off, as centreProfiles does for one file", () => {
  const profiles = [1, 2, 5, 0, 3, 4, 7, 8];
  const studies = Int32Array.of(0, 1, 0, 1);
  close(centreByStudy(Float32Array.from(profiles), studies), [-1, -1, -1, -4, 1, 1, 1, 4]);
  const one = Float32Array.of(1, 2, 3, 4);
  close(centreProfiles(one.slice(), meanProfile(one, 2)), [-1, -1, 1, 1]);
});

Deno.test("isEverywhere knows genes of the ribosome and mitochondria from those of types", () => {
  assert.ok(["RPL13", "RPS27A", "MT-CO1", "FTH1", "ACTB", "MALAT1"].every(isEverywhere));
  assert.ok(!["CD3D", "RPE65", "MTOR", "FTCD", "MS4A1", "HLA-DRA", "FOXP3"].some(isEverywhere));
});
