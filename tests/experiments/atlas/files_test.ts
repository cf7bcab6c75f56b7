import assert from "node:assert/strict";
import { join } from "node:path";
import { findShards, readPart, writePart } from "../../../lib/experiments/atlas/mod.ts";
import { inFolder } from "../../folder.ts";

const ROWS = [{
  cell: "a\tb",
  kcellfm_cell_type: 'the "so-called", cell',
  kcellfm_cl_id: "CL:0000001",
  kcellfm_confidence: "0.5000",
  kcellfm_novelty: "0.1000",
  true_cl_id: "",
}];

Deno.test("readPart gives back what writePart wrote, and the same rows are the same bytes", async () => {
  await inFolder(async (folder) => {
    const paths = ["one", "two"].map((name) => join(folder, `${name}.tsv.gz`));
    for (const path of paths) await writePart(path, ROWS);
    assert.deepEqual(await readPart(paths[0]), ROWS);
    assert.deepEqual(await Deno.readFile(paths[0]), await Deno.readFile(paths[1]));
  });
});

Deno.test("readPart says what is wrong with a file in one line", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "bad.tsv.gz");
    await assert.rejects(readPart(path), { tag: "file", message: /delete it and run again/ });
    await Deno.writeTextFile(path, "not gzip");
    await assert.rejects(readPart(path), { tag: "file" });
    const other = new Blob(["cell\tname\nx\ty\n"]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(path, other);
    await assert.rejects(readPart(path), {
      tag: "data",
      message: /expected the columns cell, kcellfm_cell_type/,
    });
  });
});

Deno.test("findShards takes files, folders and patterns, in the order of names", async () => {
  await inFolder(async (folder) => {
    for (const name of ["b.h5ad", "a.h5ad", "notes.txt"]) await Deno.writeTextFile(join(folder, name), name);
    const names = (...args: string[]) => findShards(args).map(({ name }) => name);
    assert.deepEqual(names(folder), ["a", "b"]);
    assert.deepEqual(names(join(folder, "b*")), ["b"]);
    assert.deepEqual(names(join(folder, "b.h5ad"), join(folder, "a.h5ad")), ["b", "a"]);
    assert.throws(() => findShards([join(folder, "c*.h5ad")]), {
      tag: "usage",
      message: /Cannot find shards/,
    });
    assert.throws(() => names(folder, join(folder, "a.h5ad")), {
      tag: "usage",
      message: /two shards called a/,
    });
  });
});
