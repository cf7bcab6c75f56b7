import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../../lib/cli/novel.ts";
import { loadCellCheckpoint } from "../../../lib/cell/mod.ts";
import { simulateAtlas } from "../../../lib/simulate/mod.ts";
import { type Result, resultSchema } from "../../../lib/metrics/mod.ts";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { onlyH5ad, openNovelCells } from "../../../lib/experiments/novel/mod.ts";
import { save, saveNanoCheckpoint } from "../../annotate/fixture.ts";
import { capture } from "../../capture.ts";

await startBackend();
const ontology = await loadOntology(null);

/** Types with text vectors in the fixture's checkpoint; the model counts the first two as learned. */
const TYPES = ["CL:0000624", "CL:0000625", "CL:0000236", "CL:0000576", "CL:0000084"];

/** Runs `test` in a folder with `archive/data/cells.h5ad` in the form of the original's sets, and a checkpoint. */
async function withFiles(
  test: (files: { folder: string; archive: string; cells: string; checkpoint: string }) => Promise<void>,
  { learned = TYPES.slice(0, 2) } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const archive = join(folder, "archive");
    await Deno.mkdir(join(archive, "data"), { recursive: true });
    const options = { cells: 120, genes: 300, types: TYPES, depth: 1500, rarity: 0 };
    const atlas = simulateAtlas(ontology, options, createRng(2));
    const cells = join(archive, "data", "cells.h5ad");
    await save(cells, atlas);
    const checkpoint = join(folder, "checkpoint");
    await saveNanoCheckpoint(checkpoint, atlas.varNames);
    await relearn(checkpoint, learned);
    await test({ folder, archive, cells, checkpoint });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The fixture's classifier has five classes; the others become unknown ids, so that their types count as novel. */
async function relearn(checkpoint: string, learned: readonly string[]): Promise<void> {
  const path = join(checkpoint, "config.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  config.classes = TYPES.map((id, i) => learned.includes(id) ? id : `CL:999999${i}`);
  await Deno.writeTextFile(path, JSON.stringify(config));
}

Deno.test("openNovelCells keeps the cells whose types the model never met", async () => {
  await withFiles(async ({ cells, checkpoint }) => {
    const model = await loadCellCheckpoint(checkpoint);
    const study = await openNovelCells(cells, { model, ontology });
    assert.deepEqual([...new Set(study.types)].sort(), TYPES.slice(2).sort());
    assert.equal(study.types.length, study.source.nObs);
    assert.ok(study.source.nObs < 120);
  });
});

Deno.test("openNovelCells says how many types were met when too few are new", async () => {
  await withFiles(async ({ cells, checkpoint }) => {
    const model = await loadCellCheckpoint(checkpoint);
    await assert.rejects(
      openNovelCells(cells, { model, ontology }),
      /1 of its 5 types are new to the model .* at least 2 are needed \(4 it was trained on; see obs "cell_type"/,
    );
    await assert.rejects(openNovelCells(cells, { model, ontology, labels: "type" }), /no column "type"/);
  }, { learned: TYPES.slice(0, 4) });
});

Deno.test("onlyH5ad finds the file of an unpacked archive at any depth, and says what else is there", async () => {
  await withFiles(async ({ folder, archive, cells }) => {
    assert.equal(await onlyH5ad(archive), cells);
    await Deno.rename(cells, join(archive, "data", "state.arrow"));
    await assert.rejects(
      onlyH5ad(archive),
      /expected one \.h5ad in it, found 0 \(it holds data\/state\.arrow\)/,
    );
    await Deno.mkdir(join(folder, "empty"));
    await assert.rejects(onlyH5ad(join(folder, "empty")), /it holds nothing/);
  });
});

Deno.test("novel --set FILE writes every rule's scores of the types that a checkpoint never met", async () => {
  await withFiles(async ({ folder, cells, checkpoint }) => {
    const out = join(folder, "out");
    const { code, said } = await capture(
      command,
      `--set ${cells} --checkpoint ${checkpoint} --preset nano --out ${out}`,
    );
    assert.equal(code, 0, said);
    const result: Result = resultSchema.parse(
      JSON.parse(await Deno.readTextFile(join(out, "novel-cells.json"))),
    );
    assert.equal(result.data.types, 3);
    assert.equal(result.data.seen_types, 2);
    assert.ok("smoothed" in result.baselines && "shuffled_ontology" in result.baselines);
  });
});

Deno.test("novel ends with one clear line on a set, file or preset that is not there", async () => {
  const unknown = await capture(command, "--set nosuch");
  assert.deepEqual([unknown.code, unknown.said.split("\n").length], [2, 1]);
  assert.match(unknown.said, /Cannot find the set "nosuch": expected simulated, pool, novel_cell_data1/);
  const missing = await capture(command, "--set /nowhere/cells.h5ad");
  assert.equal(missing.code, 1);
  assert.match(missing.said, /Cannot open \/nowhere\/cells\.h5ad: there is no such file/);
  const preset = await capture(command, "--set simulated --preset huge");
  assert.equal(preset.code, 2);
  assert.match(preset.said, /Cannot train at preset "huge"/);
  const ablations = await capture(command, "--set pool --ablations");
  assert.match(ablations.said, /Cannot run --ablations on pool/);
});
