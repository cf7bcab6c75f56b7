import assert from "node:assert/strict";
import { CODEX_PANEL } from "../../lib/simulate/intestine.ts";
import { genesOfMarkers, isNoMarker, readMarkerTable } from "../../lib/genes/markers.ts";
import { readVocabulary } from "../../lib/genes/mod.ts";
import { KcellfmError, ROOT } from "../../lib/runtime/mod.ts";

const { symbols: genes } = await readVocabulary(`${ROOT}/checkpoints/walkthrough/genes.tsv`);
const where = "panel.csv";

async function withTable<T>(text: string, use: (path: string) => T): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".tsv" });
  try {
    await Deno.writeTextFile(path, text);
    return use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("genesOfMarkers gives each of the original's 46 markers a gene of its own", () => {
  const found = genesOfMarkers(CODEX_PANEL, { table: readMarkerTable(), genes, where });
  assert.equal(found.length, 46);
  assert.equal(new Set(found).size, 46);
  assert.equal(found[CODEX_PANEL.indexOf("CD31")], "PECAM1");
  assert.equal(found[CODEX_PANEL.indexOf("aSMA")], "ACTA2");
  assert.equal(found[CODEX_PANEL.indexOf("CD161")], "KLRB1");
  assert.ok(found[CODEX_PANEL.indexOf("CD66")].startsWith("CEACAM"));
  assert.ok(found[CODEX_PANEL.indexOf("Cytokeratin")].startsWith("KRT"));
});

Deno.test("genesOfMarkers leaves CD45 its only gene, wherever CD45RA stands", () => {
  const table = readMarkerTable();
  assert.deepEqual(genesOfMarkers(["CD45"], { table, genes, where }), ["PTPRC"]);
  const [naive, all] = genesOfMarkers(["CD45RA", "CD45"], { table, genes, where });
  assert.equal(all, "PTPRC");
  assert.notEqual(naive, "PTPRC");
});

Deno.test("genesOfMarkers does not care for case and punctuation, nor trust aliases", () => {
  const table = readMarkerTable();
  assert.deepEqual(genesOfMarkers(["PD.L1", "hla-dr", "SMA", "FOXP3"], { table, genes, where }), [
    ...["CD274", "HLA-DRA", "ACTA2", "FOXP3"],
  ]);
});

Deno.test("genesOfMarkers names an unknown marker and says how to add it", () => {
  assert.throws(
    () => genesOfMarkers(["CD4", "Blob9"], { table: readMarkerTable(), genes, where }),
    (error: unknown) =>
      error instanceof KcellfmError && error.tag === "data" &&
      /panel\.csv.*"Blob9".*--markers FILE/.test(error.message) && !error.message.includes('"CD4"'),
  );
});

Deno.test("readMarkerTable puts the user's own lines first", async () => {
  await withTable("# mine\nmarker\tgenes\nBlob9|Blob 9a\tCD19\nCD4\tCD8A\narea2\t-\n", (path) => {
    const table = readMarkerTable(path);
    assert.deepEqual(genesOfMarkers(["blob-9", "CD4", "CD3"], { table, genes, where }), [
      "CD19",
      "CD8A",
      "CD3E",
    ]);
    assert.ok(isNoMarker("Area2", table));
    assert.ok(!isNoMarker("CD4", table));
  });
});

Deno.test("readMarkerTable says which line is wrong", async () => {
  await withTable("marker\tgenes\nCD4\n", (path) => {
    assert.throws(() => readMarkerTable(path), /line 2 must have a marker and its genes/);
  });
});
