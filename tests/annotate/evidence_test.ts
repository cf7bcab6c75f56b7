import assert from "node:assert/strict";
import { join } from "node:path";
import { annotate, type AnnotateContext } from "../../lib/annotate/mod.ts";
import { writeH5ad } from "../../lib/data/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";
import { linearEmbedder } from "./fixture.ts";

await startBackend();
const ontology = await loadOntology(null);
const GENES = Array.from({ length: 40 }, (_, i) => `GENE${i}`);
const CELLS = 12;
const context: AnnotateContext = { embedder: linearEmbedder(GENES), ontology, seed: 1 };

/** Cells of which the first is empty and the second has three genes. */
function counts(): number[] {
  const rng = createRng("evidence");
  return Array.from({ length: CELLS * GENES.length }, (_, at) => {
    const [cell, gene] = [Math.floor(at / GENES.length), at % GENES.length];
    return cell === 0 || cell === 1 && gene > 2 ? 0 : 1 + rng.poisson(2);
  });
}

const save = (
  path: string,
  { dense = counts(), varNames = GENES, obs = {} as Record<string, string[]> } = {},
) =>
  writeH5ad(path, {
    x: csrFromDense(dense, dense.length / varNames.length, varNames.length),
    obsNames: Array.from({ length: dense.length / varNames.length }, (_, i) => `c${i}`),
    varNames,
    obs,
  });

Deno.test("annotate leaves cells without evidence unknown, at the prior's confidence and a novelty of 1", () =>
  inFolder(async (folder) => {
    const input = join(folder, "cells.h5ad");
    await save(input);
    const { calls, rolled, notes } = await annotate({ input }, context);
    for (const cell of [0, 1]) {
      assert.equal(calls.novelty[cell], 1);
      assert.ok(Math.abs(calls.confidence[cell] - 1 / calls.types.length) < 1e-6);
      assert.equal(rolled.types[rolled.place[cell]].name, "unknown");
    }
    assert.ok(calls.confidence.slice(2).every((value) => value > 1 / calls.types.length));
    assert.ok(
      notes.some((note) => /^2 cells have too little to be named \(fewer than 5 known genes/.test(note)),
      notes.join(),
    );
    assert.ok(
      notes.some((note) => /^Only 40 of the file's genes are known.*16 % of the cells/.test(note)),
      notes.join(),
    );
  }));

Deno.test("annotate without a reference refuses a file of too few known genes", () =>
  inFolder(async (folder) => {
    const input = join(folder, "few.h5ad");
    await save(input, { dense: [1, 2, 3, 4, 5, 6], varNames: GENES.slice(0, 3) });
    await assert.rejects(
      annotate({ input }, context),
      /Cannot name the cells of few\.h5ad without a reference: 3 of its genes are known.*at least 20/,
    );
  }));

Deno.test("annotate says when a reference shares few genes, and refuses one that shares too few", () =>
  inFolder(async (folder) => {
    const [input, path] = [join(folder, "query.h5ad"), join(folder, "reference.h5ad")];
    const dense = counts();
    const obs = { cell_type: Array.from({ length: CELLS }, (_, i) => i % 2 ? "B cell" : "T cell") };
    await save(input);
    await save(path, { dense, obs, varNames: GENES.map((gene, i) => i < 25 ? gene : `X${i}`) });
    const reference = { path, labelKey: "cell_type" };
    const { notes } = await annotate({ input, reference }, context);
    assert.match(notes.join(" "), /shares 25 genes with query\.h5ad, of the 40 known there and 25 here/);
    await save(path, {
      dense,
      obs,
      varNames: GENES.map((gene, i) => i > 33 ? gene : `ENSG000000${10000 + i}`),
    });
    await assert.rejects(annotate({ input, reference }, context), /only 15 %|it shares 6 genes/);
  }));

Deno.test("annotate goes on where the file's own labels are empty, and says that it did not score", () =>
  inFolder(async (folder) => {
    const input = join(folder, "cells.h5ad");
    await save(input, { obs: { cell_type: Array(CELLS).fill("nan") } });
    const { evaluation, notes } = await annotate({ input }, context);
    assert.equal(evaluation, null);
    assert.ok(notes.includes('obs "cell_type" names no type, so the calls were not scored.'));
    await assert.rejects(annotate({ input, truthKey: "cell_type" }, context), /no cell has one/);
  }));
