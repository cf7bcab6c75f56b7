import assert from "node:assert/strict";
import { genesOfMarkers, readMarkerTable } from "../../../lib/genes/markers.ts";
import { readVocabulary } from "../../../lib/genes/mod.ts";
import { ROOT } from "../../../lib/runtime/mod.ts";
import {
  keepCommonTypes,
  labelTerms,
  openSpatialSet,
  readSpatial,
} from "../../../lib/experiments/spatial/mod.ts";
import { inMirror, onRealData } from "../../mirror.ts";

/** File, cells, markers, types with ten cells or more, column of labels. */
const FILES = [
  ["spatial/codex_colorectal_cells.csv.gz", 2434, 58, 12, "cell_type"],
  ["spatial/codex_colorectal_imaging_data.csv.gz", 2434, 58, 12, "ClusterName"],
  ["spatial/mibi_breast_patient6.csv.gz", 5998, 40, 7, "cell_type"],
  ["spatial/cycif_lymphoma.h5ad", 3029, 33, 20, "phenotype"],
  ["cells/merfish_lung.h5ad", 3177, 479, 7, "cell_type"],
] as const;

for (const [file, cells, markers, types, key] of FILES) {
  onRealData(`readSpatial reads ${file}`, async () => {
    const found = await readSpatial(inMirror(file));
    assert.deepEqual([found.labels.length, found.markers.length, found.labelKey], [cells, markers, key]);
    const common = new Set(keepCommonTypes(found).cells.labels.filter((label) => label !== null));
    assert.equal(common.size, types);
    const { symbols } = await readVocabulary(`${ROOT}/checkpoints/walkthrough/genes.tsv`);
    const options = {
      table: readMarkerTable(),
      genes: symbols,
      where: file,
      optional: found.kind === "log1p",
    };
    assert.equal(new Set(genesOfMarkers(found.markers, options)).size, markers);
  });
}

onRealData("the raw CODEX table and the tidy one hold the same stains", async () => {
  const [tidy, raw] = await Promise.all(FILES.slice(0, 2).map(([file]) => readSpatial(inMirror(file))));
  assert.deepEqual(tidy.markers, raw.markers);
  // the tidy table is rounded to three decimals of values up to 65,536
  const far = tidy.values.findIndex((value, i) => Math.abs(value - raw.values[i]) > 0.01);
  assert.equal(far, -1);
});

onRealData("labelTerms knows the labels of a registered set and no other", async () => {
  const terms = await labelTerms("codex_colorectal");
  assert.equal(terms.get("plasma cells"), "CL:0000786");
  assert.equal((await labelTerms("mibi_breast_patient6")).size, 0);
  assert.equal((await labelTerms("merfish_lung")).get("fibroblast"), "CL:0000057");
});

onRealData("openSpatialSet lays simulated stains on real HuBMAP regions", async () => {
  const cache = await Deno.makeTempDir();
  const before = Deno.env.get("KCELLFM_CACHE");
  Deno.env.set("KCELLFM_CACHE", cache);
  try {
    const set = await openSpatialSet("cl-intra", { seed: 2, cells: { train: 300, test: 100 } });
    assert.equal(set.origin, "simulated stains on real HuBMAP regions");
    assert.equal(set.real, false);
  } finally {
    if (before === undefined) Deno.env.delete("KCELLFM_CACHE");
    else Deno.env.set("KCELLFM_CACHE", before);
    await Deno.remove(cache, { recursive: true });
  }
});
