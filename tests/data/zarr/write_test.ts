import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { get, open, root } from "zarrita";
import { annotateZarr, categoricalOf, openZarr, writeZarr } from "../../../lib/data/mod.ts";
import { csrFromDense } from "../../../lib/matrix/mod.ts";
import { inFolder } from "../../folder.ts";
import { denseRows, expected, oneLine } from "../helpers.ts";
import { unpackedFixture, zarrFixture } from "./helpers.ts";

const { cells, dense } = expected;
const additions = {
  obs: {
    kcellfm_cell_type: categoricalOf(cells.map((_, i) => i % 2 ? "T cell" : "B cell")),
    kcellfm_confidence: Float32Array.from(cells.keys(), (i) => i / 10),
    text: cells.map((name) => name.toUpperCase()), // replaces a column
  },
  obsm: { X_kcellfm: { shape: [9, 2], data: Float32Array.from({ length: 18 }, (_, i) => i / 2) } },
  uns: { kcellfm: { seed: 42, versions: { a: "1" } } },
};

/** Bytes of every file below a folder, by its key. */
function filesOf(folder: string, at = ""): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { name, isDirectory } of Deno.readDirSync(join(folder, at))) {
    const key = at === "" ? name : `${at}/${name}`;
    if (isDirectory) { for (const [inner, bytes] of filesOf(folder, key)) files.set(inner, bytes); }
    else files.set(key, Deno.readFileSync(join(folder, key)));
  }
  return files;
}

/** An array as zarrita reads it, which knows nothing of us. */
async function byZarrita(folder: string, path: string): Promise<unknown[]> {
  const store = {
    get: (key: string) => Promise.resolve(filesOf(folder).get(key.slice(1))),
  };
  const array = await open(root(store).resolve(path), { kind: "array" });
  return Array.from(
    (await get(array)).data as ArrayLike<unknown>,
    (value) => typeof value === "bigint" ? Number(value) : value,
  );
}

for (const name of ["v2.zarr.zip", "v3.zarr.zip"]) {
  Deno.test(`annotateZarr adds to ${name} and keeps the bytes of everything else`, () =>
    inFolder(async (folder) => {
      const input = await unpackedFixture(name, join(folder, "in"));
      const out = join(folder, "out.zarr");
      await annotateZarr(input, out, { additions });
      const [before, after] = [filesOf(input), filesOf(out)];
      const changed = [...before].filter(([key, bytes]) =>
        !after.has(key) || Buffer.compare(after.get(key)!, bytes) !== 0
      );
      ok(
        changed.every(([key]) =>
          /^obs\/(text\/.*|\.zattrs|zarr\.json)$|^(\.zmetadata|zarr\.json)$/.test(key)
        ),
        `${changed.map(([key]) => key)}`,
      );
      const answer = await openZarr(out);
      equal(denseRows(answer), dense);
      equal(answer.obs.values("text"), additions.obs.text);
      equal(answer.obs.values("kcellfm_cell_type").slice(0, 3), ["B cell", "T cell", "B cell"]);
      equal(answer.obs.values("kcellfm_confidence"), [...additions.obs.kcellfm_confidence]);
      equal(answer.obsm("X_kcellfm").data, additions.obsm.X_kcellfm.data);
      equal(answer.element("uns/kcellfm"), { seed: 42, versions: { a: "1" } });
      equal(await byZarrita(out, "obs/kcellfm_cell_type/codes"), [0, 1, 0, 1, 0, 1, 0, 1, 0]);
      equal(await byZarrita(out, "obs/kcellfm_cell_type/categories"), ["B cell", "T cell"]);
      equal(await byZarrita(out, "obs/text"), additions.obs.text);
      equal(await byZarrita(out, "obsm/X_kcellfm"), [...additions.obsm.X_kcellfm.data]);
    }));
}

Deno.test("annotateZarr writes the same bytes twice, reads a zip and writes one", () =>
  inFolder(async (folder) => {
    const paths = ["a.zarr.zip", "b.zarr.zip"].map((name) => join(folder, name));
    for (const path of paths) await annotateZarr(zarrFixture("v2.zarr.zip"), path, { additions });
    equal(Deno.readFileSync(paths[0]), Deno.readFileSync(paths[1]));
    const answer = await openZarr(paths[0]);
    equal([denseRows(answer), answer.obs.columns.at(-1)], [dense, "kcellfm_confidence"]);
    await annotateZarr(paths[0], join(folder, "again.zarr"), { additions });
    await annotateZarr(paths[0], join(folder, "again.zarr"), { additions }); // takes the place of the first
    equal([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "a.zarr.zip",
      "again.zarr",
      "b.zarr.zip",
    ]);
    equal(denseRows(await openZarr(join(folder, "again.zarr"))), dense);
  }));

Deno.test("annotateZarr tells consolidated metadata what it wrote", () =>
  inFolder(async (folder) => {
    const input = await unpackedFixture("spatial.zarr.zip", join(folder, "in"));
    Deno.writeTextFileSync(
      join(input, ".zmetadata"),
      JSON.stringify({ metadata: { ".zgroup": { zarr_format: 2 } }, zarr_consolidated_format: 1 }),
    );
    const out = join(folder, "out.zarr");
    await annotateZarr(input, out, {
      additions: { obs: { x: Int32Array.of(1, 2, 3, 4) } },
      choice: { object: "nuclei" },
    });
    const { metadata } = JSON.parse(Deno.readTextFileSync(join(out, ".zmetadata")));
    equal(Object.keys(metadata), [
      ".zgroup",
      "tables/nuclei/obs/x/.zarray",
      "tables/nuclei/obs/x/.zattrs",
      "tables/nuclei/obs/.zattrs",
    ]);
    equal(metadata["tables/nuclei/obs/.zattrs"]["column-order"], ["label", "x"]);
    equal((await openZarr(out, { object: "nuclei" })).obs.values("x"), [1, 2, 3, 4]);
  }));

Deno.test("writeZarr writes all that a new AnnData holds, many chunks too, and nothing when it fails", () =>
  inFolder(async (folder) => {
    const width = 50_000;
    const values = Float32Array.from({ length: 3 * width }, (_, i) => i % 97 + 1);
    const varNames = Array.from({ length: width }, (_, i) => `g${i}`);
    const path = join(folder, "new.zarr");
    await writeZarr(path, {
      x: csrFromDense(values, 3, width),
      obsNames: ["a", "b", "c"],
      varNames,
      obs: {
        flag: [true, false, null],
        maybe: [1, null, 3],
        note: ["é", null, "x"],
        yes: [true, true, false],
      },
      var: { rank: Int32Array.from({ length: width }, (_, i) => i) },
      uns: { title: "t", list: ["a"], deep: { n: 1.5 } },
    });
    const file = await openZarr(path);
    equal(file.rows(0, 3).data, values);
    equal(file.rows(1, 2).data, values.slice(width, 2 * width));
    equal(file.varNames, varNames);
    equal(["flag", "maybe", "note", "yes"].map((name) => file.obs.values(name)), [
      [true, false, null],
      [1, null, 3],
      ["é", null, "x"],
      [true, true, false],
    ]);
    equal([file.element("uns/title"), file.element("uns/list"), file.element("uns/deep")], ["t", ["a"], {
      n: 1.5,
    }]);
    equal((await byZarrita(path, "X/data")).length, 3 * width);
    const wrong = { x: csrFromDense([1], 1, 1), obsNames: ["a", "b"], varNames: ["g"] };
    await rejects(writeZarr(join(folder, "bad.zarr"), wrong), oneLine("data", /its shape does not fit/));
    await rejects(writeZarr(join(folder, "no", "bad.zarr"), wrong), oneLine("file", /does not exist/));
    equal([...Deno.readDirSync(folder)].map(({ name }) => name), ["new.zarr"]);
  }));
