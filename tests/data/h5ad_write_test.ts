import { deepStrictEqual as equal, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { annotateCopy, type Annotations, openH5ad, writeH5ad } from "../../lib/data/mod.ts";
import { csrFromDense, type CsrMatrix } from "../../lib/matrix/mod.ts";
import { cscReader } from "../../lib/data/h5ad/csc.ts";
import { Hdf5File } from "../../lib/data/hdf5/file.ts";
import { inFolder } from "../folder.ts";
import { denseRows, expected, fixture, oneLine } from "./helpers.ts";

const { cells, genes, dense } = expected;

function* blocks(size: number): Iterable<CsrMatrix> {
  for (let start = 0; start < cells.length; start += size) {
    const rows = dense.slice(start, start + size);
    yield csrFromDense(rows.flat(), rows.length, genes.length);
  }
}

Deno.test("writeH5ad gives the same file content for any block size", () =>
  inFolder(async (folder) => {
    for (const size of [1, 4, 100]) {
      const path = join(folder, `${size}.h5ad`);
      await writeH5ad(path, { x: blocks(size), obsNames: cells, varNames: genes });
      const file = await openH5ad(path);
      equal(denseRows(file), dense);
      file.close();
    }
  }));

Deno.test("writeH5ad writes more values than a chunk holds", () =>
  inFolder(async (folder) => {
    // 3 rows of 50,000 values: boundaries of chunks (65,536) fall inside rows.
    const width = 50_000;
    const values = Float32Array.from({ length: 3 * width }, (_, i) => i % 97 + 1);
    const path = join(folder, "large.h5ad");
    const varNames = Array.from({ length: width }, (_, i) => `g${i}`);
    await writeH5ad(path, { x: csrFromDense(values, 3, width), obsNames: ["a", "b", "c"], varNames });
    const file = await openH5ad(path);
    equal(file.rows(0, 3).data, values);
    equal(file.rows(1, 2).data, values.slice(width, 2 * width));
    file.close();
  }));

Deno.test("writeH5ad writes frames, layers, obsm and uns that read back the same", () =>
  inFolder(async (folder) => {
    const path = join(folder, "all.h5ad");
    await writeH5ad(path, {
      x: { shape: [9, 6], data: Float32Array.from(dense.flat()) },
      obsNames: cells,
      varNames: genes,
      obs: { label: cells.map((_, i) => i % 2 ? "é" : ""), score: Float64Array.from(cells.keys()) },
      var: { rank: Int32Array.from(genes.keys()) },
      layers: { counts: blocks(2) },
      obsm: { X_umap: { shape: [9, 2], data: new Float32Array(18).fill(0.5) } },
      uns: { title: "t", none: [], numbers: [1, 2.5], deep: { words: ["a"], n: 3, x: 0.5 } },
    });
    const file = await openH5ad(path);
    equal(file.matrix.format, "dense");
    equal(denseRows(file), dense);
    equal(file.obs.values("label").slice(0, 2), ["", "é"]);
    equal(file.var.values("rank"), [0, 1, 2, 3, 4, 5]);
    equal(file.obsm("X_umap").shape, [9, 2]);
    equal(file.element("uns"), {
      deep: { n: 3, words: ["a"], x: 0.5 },
      none: [],
      numbers: { shape: [2], data: Float64Array.of(1, 2.5) },
      title: "t",
    });
    file.close();
    const counts = await openH5ad(path, { layer: "counts" });
    equal(denseRows(counts), dense);
    counts.close();
  }));

Deno.test("writeH5ad leaves nothing behind when blocks do not fit or the folder is missing", () =>
  inFolder(async (folder) => {
    const path = join(folder, "out.h5ad");
    const content = { x: blocks(4), obsNames: cells.slice(1), varNames: genes };
    await rejects(writeH5ad(path, content), oneLine("data", /shape does not fit 8 cells and 6 genes/));
    equal([...Deno.readDirSync(folder)], []);
    const lost = join(folder, "missing", "out.h5ad");
    await rejects(
      writeH5ad(lost, { ...content, obsNames: cells }),
      oneLine("file", /missing does not exist/),
    );
  }));

const additions = (n: number, round: number): Annotations => ({
  obs: {
    kcellfm_cell_type: Array.from({ length: n }, (_, i) => ["B cell", "T cell é"][(i + round) % 2]),
    kcellfm_confidence: new Float32Array(n).fill(round),
  },
  obsm: { X_kcellfm: { shape: [n, 3 + round], data: new Float32Array(n * (3 + round)).fill(round) } },
  uns: { kcellfm: round === 0 ? { preset: "nano", old: 1 } : { preset: "nano", seed: 7 } },
});

for (const name of ["modern.h5ad", "v07.h5ad", "v06.h5ad"]) {
  Deno.test(`annotateCopy adds to ${name}, then replaces its own entries`, () =>
    inFolder(async (folder) => {
      const out = join(folder, "out.h5ad");
      const before = await openH5ad(fixture(name));
      await annotateCopy(fixture(name), out, additions(9, 0));
      await annotateCopy(out, out, additions(9, 1));
      const after = await openH5ad(out);
      equal(denseRows(after), denseRows(before));
      equal(after.obs.columns, [...before.obs.columns, "kcellfm_cell_type", "kcellfm_confidence"]);
      for (const column of before.obs.columns) {
        if (name !== "v06.h5ad" || column !== "flag") {
          equal(after.obs.values(column), before.obs.values(column), column);
        }
      }
      equal(after.obs.values("kcellfm_cell_type").slice(0, 2), ["T cell é", "B cell"]);
      equal(after.obsm("X_kcellfm").shape, [9, 4]);
      equal(after.element("uns/kcellfm"), { preset: "nano", seed: 7 });
      equal([...Deno.readDirSync(folder)].length, 1);
      before.close();
      after.close();
    }));
}

Deno.test("annotateCopy adds to a file of HDF5's newer format, and says that it cannot replace there", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out.h5ad");
    await annotateCopy(fixture("latest.h5ad"), out, additions(9, 0));
    const file = await openH5ad(out);
    equal(file.obs.columns, ["note", "label", "kcellfm_cell_type", "kcellfm_confidence"]);
    equal(denseRows(file), dense);
    file.close();
    const again = annotateCopy(out, join(folder, "again.h5ad"), additions(9, 1));
    await rejects(again, oneLine("file", /Cannot replace obs\/kcellfm_cell_type .*newer format.*delete it/));
    equal([...Deno.readDirSync(folder)].map((entry) => entry.name), ["out.h5ad"]);
  }));

Deno.test("ChunkReader gives what was written, over many chunks and any slice", () =>
  inFolder(async (folder) => {
    // More chunks than one node of the index holds (64), and a last one that is not full.
    const path = join(folder, "many.h5ad");
    const writing = await Hdf5File.open(path, "w");
    const values = Int32Array.from({ length: 7 * 150 + 3 }, (_, i) => i * i);
    writing.createNumbers("values", values, { chunks: [7], gzip: 4 });
    writing.close();
    const reading = await Hdf5File.open(path);
    equal(reading.readsChunks("values"), true);
    for (const [start, count] of [[0, 1053], [6, 1], [7, 7], [690, 20], [1049, 4], [3, 1000], [5, 0]]) {
      equal(reading.numbers("values", Int32Array, { start, count }), values.slice(start, start + count));
    }
    throws(
      () => reading.numbers("values", Int32Array, { start: 1050, count: 4 }),
      oneLine("file", /outside its 1053/),
    );
    reading.close();
  }));

Deno.test("annotateCopy leaves every other element as it was", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out.h5ad");
    await annotateCopy(fixture("modern.h5ad"), out, additions(9, 0));
    const [before, after] = [await Hdf5File.open(fixture("modern.h5ad")), await Hdf5File.open(out)];
    let compared = 0;
    const walk = (path: string): void => {
      equal(after.attributeNames(path), before.attributeNames(path), path);
      if (before.kind(path) === "group") {
        for (const key of before.keys(path)) walk(path === "/" ? key : `${path}/${key}`);
        return;
      }
      equal(after.info(path), before.info(path), path);
      const { kind } = before.info(path).type;
      if (kind === "table") equal(after.table(path), before.table(path), path);
      else if (kind === "string") equal(after.strings(path), before.strings(path), path);
      else equal(after.numbers(path, Float64Array), before.numbers(path, Float64Array), path);
      compared++;
    };
    walk("/");
    ok(compared >= 50, `${compared} data sets were compared`);
    before.close();
    after.close();
  }));

Deno.test("annotateCopy leaves no output when a length is wrong or the input is damaged", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out.h5ad");
    const wrong = { obs: { short: Float32Array.of(1, 2) } };
    await rejects(
      annotateCopy(fixture("modern.h5ad"), out, wrong),
      oneLine("data", /obs\/short.*2 values for 9 rows/),
    );
    await rejects(
      annotateCopy(fixture("modern.h5ad"), out, { uns: { "a/b": 1 } }),
      oneLine("data", /"a\/b"/),
    );
    const index = annotateCopy(fixture("modern.h5ad"), out, { obs: { _index: cells } });
    await rejects(index, oneLine("data", /obs\/_index of .*out\.h5ad: obs keeps its row names there/));
    const half = join(folder, "half.h5ad");
    Deno.writeFileSync(half, Deno.readFileSync(fixture("modern.h5ad")).subarray(0, 50_000));
    await rejects(annotateCopy(half, out, {}), oneLine("file", /truncated \(50000 of \d+ bytes\)/));
    equal([...Deno.readDirSync(folder)].map((entry) => entry.name), ["half.h5ad"]);
  }));

Deno.test("cscReader gives the same rows whatever its memory budget", async () => {
  const file = await Hdf5File.open(fixture("modern.h5ad"));
  const matrix = { path: "layers/csc_i4", rows: 9, cols: 6, dtype: "int32" };
  const [small, large] = [cscReader(file, matrix, 4), cscReader(file, matrix)];
  for (const [start, end] of [[0, 2], [2, 9], [5, 6], [0, 9]]) {
    equal(small.read(start, end), large.read(start, end));
  }
  file.close();
});
