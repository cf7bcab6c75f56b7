import assert from "node:assert/strict";
import { join } from "node:path";
import { cellPreset, parseCellConfig } from "../../lib/cell/mod.ts";
import { openCells, openH5ad, writeH5ad, writeZarr } from "../../lib/data/mod.ts";
import { parseRegistry } from "../../lib/data/fetch/mod.ts";
import { Hdf5File } from "../../lib/data/hdf5/file.ts";
import { loadTokenizer, wordPieceJson } from "../../lib/text/mod.ts";
import { peakMemoryMb, statOrNull } from "../../lib/runtime/mod.ts";
import { SPECIAL_TOKENS } from "../../lib/text/wordpiece.ts";
import { inFolder } from "../folder.ts";
import { fixture, oneLine } from "./helpers.ts";

// What fuzzing found (deno task fuzz), each as the smallest file that showed it.

Deno.test("openH5ad refuses a heap of texts that would keep the library walking for ever", () =>
  inFolder(async (folder) => {
    const bytes = Deno.readFileSync(fixture("latest.h5ad"));
    assert.equal(bytes[3120], 43);
    bytes[3120] = 0; // the size of what is free in the global heap at 2048
    const path = join(folder, "heap.h5ad");
    Deno.writeFileSync(path, bytes);
    await assert.rejects(
      openH5ad(path),
      oneLine("file", /heap\.h5ad: HDF5 says "bad global heap/),
    );
    (await openH5ad(fixture("modern.h5ad"))).close(); // and the library goes on working
  }));

Deno.test("openH5ad refuses a matrix that has fewer indices than values", () =>
  inFolder(async (folder) => {
    const path = join(folder, "short.h5ad");
    const x = { rows: 2, cols: 3, indptr: Int32Array.of(0, 1, 3), indices: Int32Array.of(0, 1, 2) };
    await writeH5ad(path, {
      x: { ...x, data: Float32Array.of(1, 2, 3) },
      obsNames: ["a", "b"],
      varNames: ["x", "y", "z"],
    });
    const file = await Hdf5File.open(path, "a");
    file.resize("X/indices", [1]);
    file.close();
    await assert.rejects(openH5ad(path), oneLine("data", /X of .*short\.h5ad: its indptr does not fit/));
  }));

Deno.test("openCells leaves out a column whose name leads back to its own table, and says so", () =>
  inFolder(async (folder) => {
    const content = {
      x: {
        rows: 1,
        cols: 1,
        indptr: Int32Array.of(0, 1),
        indices: Int32Array.of(0),
        data: Float32Array.of(1),
      },
      obsNames: ["a"],
      varNames: ["x"],
      obs: { depth: Float32Array.of(1) },
    };
    const [h5ad, zarr] = [join(folder, "loop.h5ad"), join(folder, "loop.zarr")];
    await writeH5ad(h5ad, content);
    const file = await Hdf5File.open(h5ad, "a");
    file.setAttribute("obs", "column-order", ["depth", ""]);
    file.close();
    await writeZarr(zarr, content);
    for (const name of [".zattrs", "../.zmetadata"]) {
      const path = join(zarr, "obs", name);
      if (statOrNull(path)) {
        Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace('"depth"', '"depth",""'));
      }
    }
    for (const path of [h5ad, zarr]) {
      const { obs, notes = [], close } = await openCells(path);
      assert.deepEqual([...obs.columns], ["depth"], path);
      assert.match(notes.join(), /holds itself/, path);
      close();
    }
  }));

Deno.test("openCells refuses a MatrixMarket file that announces more entries than its bytes can hold", () =>
  inFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFileSync(join(folder, name), text);
    write("barcodes.tsv", "a\nb\n");
    write("genes.tsv", "E1\tG1\nE2\tG2\n");
    write("matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n2 2 2000000000\n1 1 1\n");
    await assert.rejects(
      openCells(folder),
      oneLine("file", /announces 2000000000 entries, more than its \d+ bytes can hold/),
    );
  }));

Deno.test("loadTokenizer refuses parts it does not know and ids that are not 0, 1, 2, ...", () =>
  inFolder((folder) => {
    const json = wordPieceJson([...SPECIAL_TOKENS, "t", "cell"]);
    const path = join(folder, "tokenizer.json");
    const load = (changed: unknown) => {
      Deno.writeTextFileSync(path, JSON.stringify(changed));
      return () => loadTokenizer(path);
    };
    assert.throws(
      load({ ...json, decoder: { type: "Nothing" } }),
      oneLine("file", /tokenizer\.json: Unknown/),
    );
    const vocab = { ...json.model.vocab, cell: 900 };
    assert.throws(
      load({ ...json, model: { ...json.model, vocab } }),
      oneLine("file", /ids of its vocabulary are not/),
    );
  }));

Deno.test("parseCellConfig refuses sizes beyond reason before memory is taken", () => {
  assert.throws(
    () => parseCellConfig({ ...cellPreset("nano"), width: 2 ** 30 }, "config.json"),
    oneLine("model", /config\.json: width: Too big/),
  );
});

Deno.test("parseRegistry names the first field that is wrong", () => {
  assert.throws(() => parseRegistry("{", "registry.json"), oneLine("file", /registry\.json: it is not JSON/));
  assert.throws(
    () => parseRegistry('{"version": 1, "datasets": [{"name": 1}]}', "registry.json"),
    oneLine("data", /registry registry\.json: datasets\.0\.name/),
  );
});

Deno.test("openCells refuses a matrix without line breaks, and texts that unpack to more than a string holds", () =>
  inFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFileSync(join(folder, name), text);
    const before = peakMemoryMb(); // of all tests of this process so far
    write("barcodes.tsv", "c1\n");
    write("features.tsv", "g1\tG1\n");
    write("matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n1 1 1\n");
    Deno.truncateSync(join(folder, "matrix.mtx"), 2 ** 33); // a hole of 8 GiB: no bytes on the disk, zeros to read
    await assert.rejects(
      openCells(folder),
      oneLine("file", /matrix\.mtx: a line does not end within 16 MiB/),
    );
    Deno.truncateSync(join(folder, "features.tsv"), 2 ** 33);
    await assert.rejects(
      openCells(folder),
      oneLine("file", /features\.tsv: it is larger than 512 MB of text/),
    );
    assert.ok(peakMemoryMb() < Math.max(before + 500, 2000), `${before} MB, then ${peakMemoryMb()} MB`);
  }));
