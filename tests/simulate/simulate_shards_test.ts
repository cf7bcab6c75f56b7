import assert from "node:assert/strict";
import { join } from "node:path";
import { atlasSample, writeAtlasShards } from "../../lib/simulate/mod.ts";
import { openH5ad } from "../../lib/data/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { inFolder } from "../folder.ts";

const ontology = await loadOntology(null);
const OPTIONS = { cells: 130, shardCells: 50, types: 5, genes: 200, donors: 2, seed: 3 };

/** HDF5 notes when a dataset was made, so that files of the same cells differ in a few bytes. */
async function readShard(path: string) {
  const shard = await openH5ad(path);
  const content = { matrix: shard.rows(0, shard.nObs), obs: shard.obs, names: shard.obsNames };
  shard.close();
  return content;
}

Deno.test("writeAtlasShards writes all cells, each shard with donors of its own and the same genes", async () => {
  await inFolder(async (folder) => {
    const paths = await writeAtlasShards(folder, ontology, OPTIONS);
    const shards = await Promise.all(paths.map((path) => openH5ad(path)));
    assert.deepEqual(shards.map(({ nObs }) => nObs), [50, 50, 30]);
    assert.deepEqual(shards[2].varNames, shards[0].varNames);
    const donors = shards.map(({ obs }) => new Set(obs.values("donor")));
    assert.deepEqual(donors[0].intersection(donors[1]).size, 0);
    assert.equal(
      new Set(shards.flatMap(({ obsNames }) => [...obsNames])).size,
      130,
      "names of cells are unique",
    );
    for (const { nObs, rows, matrix, close } of shards) {
      assert.equal(matrix.format, "csr");
      assert.ok(rows(0, nObs).data.every(Number.isInteger));
      close();
    }
  });
});

Deno.test("writeAtlasShards keeps finished shards, ends with the same cells and refuses a folder of other options", async () => {
  await inFolder(async (folder) => {
    const paths = await writeAtlasShards(folder, ontology, OPTIONS);
    const before = await readShard(paths[1]);
    const firstWritten = (await Deno.stat(paths[0])).mtime;
    await Deno.remove(paths[1]);
    const seen: number[] = [];
    await writeAtlasShards(folder, ontology, OPTIONS, { onProgress: (cells) => void seen.push(cells) });
    assert.deepEqual((await Deno.stat(paths[0])).mtime, firstWritten);
    assert.deepEqual(await readShard(paths[1]), before);
    assert.equal(seen.at(-1), 130);
    const other = writeAtlasShards(folder, ontology, { ...OPTIONS, seed: 4 });
    await assert.rejects(other, { tag: "data", message: /holds another one/ });
  });
});

Deno.test("writeAtlasShards stopped by a signal leaves whole shards only", async () => {
  await inFolder(async (folder) => {
    const controller = new AbortController();
    const onProgress = (cells: number) => void (cells >= 50 && controller.abort());
    const writing = writeAtlasShards(folder, ontology, OPTIONS, { signal: controller.signal, onProgress });
    await assert.rejects(writing, { name: "AbortError" });
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "atlas.json",
      "shard_000.h5ad",
    ]);
    const { nObs, close } = await openH5ad(join(folder, "shard_000.h5ad"));
    assert.equal(nObs, 50);
    close();
  });
});

Deno.test("atlasSample has the types and genes of the shards, drawn from other donors", async () => {
  await inFolder(async (folder) => {
    const [path] = await writeAtlasShards(folder, ontology, OPTIONS);
    const shard = await openH5ad(path);
    const sample = atlasSample(ontology, OPTIONS, { sample: "training", cells: 40 });
    assert.deepEqual(sample.varNames, shard.varNames);
    const types = new Set(shard.obs.values("cell_type"));
    assert.ok(sample.types.every(({ name }) => types.has(name)));
    const donors = new Set(shard.obs.values("donor"));
    assert.ok(sample.obs.values("donor").every((donor) => !donors.has(donor)));
    assert.notDeepEqual(sample.rows(0, 1).data, shard.rows(0, 1).data);
    shard.close();
  });
});
