import { deepStrictEqual as equal, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { openCells, openH5ad, writeH5ad } from "../../lib/data/mod.ts";
import { Hdf5File } from "../../lib/data/hdf5/file.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";
import { denseRows, expected, fixture, oneLine } from "./helpers.ts";

Deno.test("openCells says in one line what is wrong with a file", () =>
  inFolder(async (folder) => {
    const file = (name: string, bytes: Uint8Array | string) => {
      const path = join(folder, name);
      Deno.writeFileSync(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
      return path;
    };
    const whole = Deno.readFileSync(fixture("modern.h5ad"));
    const cases: [string, RegExp][] = [
      [join(folder, "nowhere.h5ad"), /nowhere\.h5ad: there is no such file/],
      [file("empty.h5ad", ""), /empty\.h5ad: the file is empty/],
      [file("text.h5ad", "cell,gene\n"), /text\.h5ad: it is not an HDF5 file/],
      [file("half.h5ad", whole.subarray(0, 100_000)), /truncated \(100000 of 158240 bytes\)/],
      [file("stub.h5ad", whole.subarray(0, 20)), /stub\.h5ad: /],
      [file("picture.png", "not cells"), /its form is not known \(known: \.h5ad/],
      [folder, /there is no matrix file/],
    ];
    for (const [path, words] of cases) await rejects(openCells(path), oneLine("file", words), path);
  }));

/** A small valid file, changed by `damage`. */
async function damaged(folder: string, damage: (file: Hdf5File) => void): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.h5ad`);
  const x = csrFromDense([1, 0, 0, 2], 2, 2);
  await writeH5ad(path, { x, obsNames: ["a", "b"], varNames: ["g", "h"], obs: { n: Int32Array.of(1, 2) } });
  const file = await Hdf5File.open(path, "a");
  damage(file);
  file.close();
  return path;
}

Deno.test("openH5ad says which element cannot be used, and why", () =>
  inFolder(async (folder) => {
    const cases: [(file: Hdf5File) => void, RegExp][] = [
      [
        (f) => f.setAttribute("X", "encoding-type", "coo_matrix"),
        /Cannot read X .*neither a dense, a CSR nor a CSC/,
      ],
      [
        (f) => f.writeNumbers("X/indices", Int32Array.of(0, 7)),
        /X .*column index 7 is outside \[0, 2\).*damaged/,
      ],
      [(f) => f.writeNumbers("X/indptr", BigInt64Array.of(0n, 9n, 2n)), /X .*indptr does not fit/],
      [(f) => f.setAttribute("obs", "column-order", ["n", "gone"]), /obs\/gone .*no such element/],
      [(f) => f.setAttribute("X", "shape", BigInt64Array.of(2n, 3n)), /var .*names 2 rows, the matrix has 3/],
    ];
    for (const [damage, words] of cases) {
      const path = await damaged(folder, damage);
      const read = async () => {
        const file = await openH5ad(path);
        try {
          file.rows(0, 2);
        } finally {
          file.close();
        }
      };
      await rejects(read, oneLine("data", words), String(words));
    }
  }));

Deno.test("openH5ad says that X is missing and what there is instead", () =>
  inFolder(async (folder) => {
    const path = join(folder, "no-x.h5ad");
    const file = await Hdf5File.open(path, "w");
    for (const group of ["obs", "var", "layers", "layers/counts"]) file.createGroup(group);
    file.close();
    await rejects(openH5ad(path), oneLine("data", /no X \(layers: counts; raw: no\)/));
  }));

Deno.test("openH5ad names a compression that is not known", async () => {
  const file = await openH5ad(fixture("v07.h5ad"), { layer: "packed" });
  throws(
    () => file.rows(0, 2),
    oneLine("file", /layers\/packed of .*compressed with lzf.*write it again with gzip/),
  );
  file.close();
});

Deno.test("openH5ad opens a whole file after any number of damaged ones", () =>
  inFolder(async (folder) => {
    const whole = Deno.readFileSync(fixture("modern.h5ad"));
    const [path, rng] = [join(folder, "damaged.h5ad"), createRng("damage")];
    let failures = 0;
    for (let round = 0; round < 20; round++) {
      const bytes = whole.slice();
      for (let i = 0; i < 20; i++) bytes[rng.int(bytes.length / 2)] = rng.int(256);
      Deno.writeFileSync(path, bytes);
      try {
        const file = await openH5ad(path);
        file.close();
      } catch (error) {
        ok(oneLine("file", /damaged\.h5ad/)(error) || oneLine("data", /damaged\.h5ad/)(error), String(error));
        failures++;
      }
    }
    ok(failures > 5, `${failures} of 20 damaged files were recognised`);
    Deno.writeFileSync(path, whole);
    const file = await openH5ad(path);
    equal(denseRows(file), expected.dense);
    file.close();
  }));

Deno.test("Hdf5File names the path of what HDF5 cannot do", async () => {
  const file = await Hdf5File.open(fixture("modern.h5ad"));
  throws(
    () => file.numbers("obs/text", Float32Array),
    oneLine("file", /obs\/text of .*numbers were expected/),
  );
  throws(() => file.strings("obs/f4"), oneLine("file", /obs\/f4 of .*strings were expected/));
  throws(() => file.numbers("obs/f4", Float32Array, { start: 5, count: 50 }), oneLine("file", /obs\/f4 of /));
  file.close();
});
