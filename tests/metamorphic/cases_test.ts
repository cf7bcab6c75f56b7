import assert from "node:assert/strict";
import { annotate, type Annotation } from "../../lib/annotate/mod.ts";
import { startBackend } from "../../lib/runtime/mod.ts";
import { inMirror, onRealData } from "../mirror.ts";
import { baseline } from "./cells.ts";

// 54 real cells in forms that were misread once: `00` is the truth for the others. They lie beside the mirror.

const at = (name: string) => inMirror(`../cases/${name}`);
const { embedder, ontology } = await baseline();
await startBackend();
const context = { embedder, ontology, seed: 1 };
const named = (name: string, reference?: string): Promise<Annotation> =>
  annotate({
    input: at(name),
    ...(reference && { reference: { path: at(reference), labelKey: "cell_type" } }),
  }, context);

let truth: Promise<Annotation> | null = null;
const counts = () => truth ??= named("00_baseline_counts.h5ad");
const labelOf = ({ calls }: Annotation, row: number): string => calls.types[calls.best[row]].id;
const sureOf = ({ rolled }: Annotation, row: number): string => rolled.types[rolled.place[row]].name;

/** Cell by cell, in the order of the file. */
async function hasLabelsOfCounts(answer: Annotation): Promise<void> {
  const wanted = await counts();
  const rowOf = new Map(wanted.obsNames.map((name, row) => [name, row]));
  answer.obsNames.forEach((name, row) =>
    assert.equal(labelOf(answer, row), labelOf(wanted, rowOf.get(name) ?? row), name)
  );
}

onRealData("case 01: cells without a count are unknown, the others keep their labels", async () => {
  const [wanted, answer] = [await counts(), await named("01_empty_cells.h5ad")];
  const blank = answer.obsNames.map((_, row) =>
    answer.calls.novelty[row] === 1 && sureOf(answer, row) === "unknown"
  );
  assert.equal(blank.filter(Boolean).length, 6);
  answer.obsNames.forEach((_, row) => blank[row] || assert.equal(labelOf(answer, row), labelOf(wanted, row)));
});

onRealData(
  "case 02: a file of three known genes is refused",
  () =>
    assert.rejects(
      named("02_three_known_genes.h5ad"),
      /3 of its genes are known to the model, at least 20 are needed/,
    ),
);

const SAME: [string, RegExp][] = [
  ["03_log1p_of_counts_no_size.h5ad", /e\^x - 1 are integers: counts without size factors/],
  ["06_hvg_log1p_cpm.h5ad", /e\^x - 1 are whole multiples of the smallest: counts come back/],
  ["07_scaled_no_zero_centre_raw_log.h5ad", /X is scaled, so raw was read/],
  ["09_two_target_sums.h5ad", /e\^x - 1 are whole multiples of the smallest: counts come back/],
  ["12_fractions_sum_1.h5ad", /every cell sums to 1; .*counts come back/],
  ["13_cell_type_all_nan.h5ad", /all values are integers/],
  ["14_anndata_named.h5", /all values are integers/],
  ["18_csv_numeric_metadata.csv", /all values are integers/],
  ["19_cosmx_exprMat_file.csv", /all values are integers/],
];

for (const [name, evidence] of SAME) {
  onRealData(`case ${name}: every cell has the label of its counts`, async () => {
    const answer = await named(name);
    assert.match(answer.input.values.evidence, evidence);
    await hasLabelsOfCounts(answer);
  });
}

onRealData(
  "case 11: counts of low depth are counts",
  async () => assert.equal((await named("11_low_depth_counts.h5ad")).input.values.kind, "counts"),
);

onRealData("case 13: labels that are all missing stop nothing, and are said", async () => {
  const { evaluation, notes } = await named("13_cell_type_all_nan.h5ad");
  assert.equal(evaluation, null);
  assert.ok(notes.includes('obs "cell_type" names no type, so the calls were not scored.'));
});

onRealData(
  "case 16: a NaN is refused with its row and gene",
  () =>
    assert.rejects(
      named("16_nan_in_X.h5ad"),
      /row 4 \(cell ACGGTAACTCGCAA\), gene ENO1 is NaN, not a finite number/,
    ),
);

onRealData("cases 18 and 19: numeric metadata is said", async () => {
  assert.match((await named("18_csv_numeric_metadata.csv")).notes.join(), /nCount_RNA, percent\.mt, cluster/);
  assert.match((await named("19_cosmx_exprMat_file.csv")).notes.join(), /not for genes: fov, cell_ID/);
});

onRealData('case 24: "unknown" is no type of a reference', async () => {
  const ids = async (reference: string) =>
    (await named("00_baseline_counts.h5ad", reference)).calls.types.map(({ id, name }) => id || name).sort();
  assert.deepEqual(await ids("24_ref_with_unknown_label.h5ad"), await ids("23_ref_plain.h5ad"));
});

for (const path of ["cell_cycle/mesc_buettner.csv.gz", "cells/joost_mouse_skin.h5ad"]) {
  onRealData(`${path} is read as mouse, and that is said`, async () => {
    const { input } = await annotate({ input: inMirror(path), truthKey: null }, context);
    assert.equal(input.overlap.species.species, "mouse");
    assert.match(
      input.overlap.notes.join(),
      /The genes were read as mouse's, by their human orthologues: \d+ names only mouse has/,
    );
  });
}
