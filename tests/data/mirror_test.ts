import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { annotateCopy, type CellSource, openCells, openH5ad } from "../../lib/data/mod.ts";
import { buildVocabulary, detectValues, matchGenes, type ValueKind } from "../../lib/genes/mod.ts";
import { inFolder } from "../folder.ts";
import { inMirror, onRealData } from "../mirror.ts";

/** Real files: shape, what X is, and share of expressed genes known. */
const FILES: [string, number, number, ValueKind, number][] = [
  ["cells/pbmc3k.h5ad", 2638, 13714, "counts", 0.85],
  ["cells/eccite_thp1.h5ad", 20729, 299, "counts", 0.8],
  ["cells/head_neck_tumour.h5ad", 180, 7943, "log1p", 0.9],
  ["cells/ipsc_fucci.h5ad", 888, 101, "counts", 0.9],
  ["cells/kang_ifnb_2000.h5ad", 2000, 9015, "counts", 0.9],
  ["cells/kang_ifnb_832.h5ad", 832, 14053, "counts", 0.85],
  ["cells/lung_tumour_300.h5ad", 300, 20388, "log1p", 0.75],
  ["cells/melanoma_t_cells.h5ad", 1073, 1000, "log1p", 0.95],
  ["cells/merfish_lung.h5ad", 3177, 479, "counts", 0.95],
  ["cells/pancreas_5tech.h5ad", 500, 2000, "counts", 0.85],
  ["cells/pbmc68k_reduced.h5ad", 700, 765, "scaled", 0.9],
  ["cells/pbmc_facs_sorted.h5ad", 2140, 8863, "counts", 0.9],
  ["cells/pbmc_frozen_donor_a.h5ad", 2896, 13939, "counts", 0.85],
  ["spatial/cycif_lymphoma.h5ad", 3029, 33, "scaled", 0.6],
  ["spatial/codex_colorectal_cells.csv.gz", 2434, 58, "counts", 0.4],
  ["cell_cycle/mesc_buettner.csv.gz", 182, 6635, "log1p", 0.7],
];

let built: ReturnType<typeof buildVocabulary> | undefined;
const humanGenes = () => built ??= buildVocabulary(inMirror("genes/human_genes_org.Hs.eg.db_3.16.tsv.gz"));

for (const [path, cells, genes, kind, known] of FILES) {
  onRealData(`openCells, detectValues and matchGenes know ${path}`, async () => {
    const source = await openCells(inMirror(path));
    equal([source.nObs, source.nVars], [cells, genes]);
    const found = detectValues(source);
    equal(found.kind, kind, found.evidence);
    const { report } = matchGenes(source, await humanGenes());
    ok(report.expressedKnownFraction >= known, report.summary);
    source.close();
  });
}

onRealData("buildVocabulary makes 19 to 25 thousand human genes", async () => {
  const vocabulary = await humanGenes();
  ok(
    vocabulary.symbols.length > 19_000 && vocabulary.symbols.length < 25_000,
    `${vocabulary.symbols.length}`,
  );
  for (const gene of ["CD3E", "MALAT1", "IGKC", "TRAC"]) ok(vocabulary.symbols.includes(gene), gene);
});

const sumOf = (source: CellSource) => source.rows(0, source.nObs).data.reduce((a, b) => a + b, 0);

for (const name of ["cells/pbmc3k.h5ad", "cells/pbmc68k_reduced.h5ad", "spatial/cycif_lymphoma.h5ad"]) {
  onRealData(`annotateCopy keeps what ${name} has, twice in a row`, () =>
    inFolder(async (folder) => {
      const [before, out] = [await openH5ad(inMirror(name)), join(folder, "out.h5ad")];
      const obs = { kcellfm_cell_type: Array.from({ length: before.nObs }, (_, i) => `type ${i % 5}`) };
      await annotateCopy(inMirror(name), out, { obs });
      await annotateCopy(out, out, { obs });
      const after = await openH5ad(out);
      equal(after.obs.columns, [...before.obs.columns, "kcellfm_cell_type"]);
      equal(after.keys("uns"), before.keys("uns"));
      equal(after.keys("obsp"), before.keys("obsp"));
      equal(sumOf(after), sumOf(before));
      before.close();
      after.close();
    }));
}
