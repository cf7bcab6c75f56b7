import assert from "node:assert/strict";
import { memorySource } from "../../lib/data/mod.ts";
import { findMarkers } from "../../lib/annotate/markers.ts";
import golden from "../fixtures/annotate/markers.json" with { type: "json" };

/** The fixture's counts as a source. */
function source() {
  const dense = golden.counts.flat();
  const cols = golden.counts[0].length;
  const rows = golden.counts.length;
  const matrix = {
    rows,
    cols,
    indptr: Int32Array.from({ length: rows + 1 }, (_, row) => row * cols),
    indices: Int32Array.from(dense, (_, at) => at % cols),
    data: Float32Array.from(dense),
  };
  const names = (count: number, what: string) => Array.from({ length: count }, (_, i) => `${what} ${i}`);
  return memorySource({
    name: "fixture",
    matrix,
    obsNames: names(rows, "cell"),
    varNames: names(cols, "gene"),
  });
}

const options = { groups: golden.groups, values: "counts" as const };

Deno.test(`findMarkers computes Welch's t as scipy ${golden.versions.scipy}`, () => {
  const { byGroup, genes, means } = findMarkers(source(), options);
  const found = [...byGroup].flatMap(([group, markers]) => markers.map((marker) => ({ group, ...marker })));
  assert.ok(found.length >= 2);
  for (const marker of found) {
    const expected = golden.markers.find(({ group, gene }) => group === marker.group && gene === marker.gene);
    assert.ok(expected);
    // log1p values are float32 here: six digits of each mean
    for (const key of ["t", "logFoldChange", "inside", "outside"] as const) {
      assert.ok(
        Math.abs(marker[key] - expected[key]) < 1e-4 * Math.max(1, Math.abs(expected[key])),
        `${key} of ${marker.gene}`,
      );
    }
    const mean = means.get(marker.group)?.[genes.indexOf(marker.gene)];
    assert.ok(mean !== undefined && Math.abs(mean - expected.mean) < 1e-4);
  }
});

Deno.test("findMarkers keeps genes that at least double and that few others have, best t first, and skips groups of fewer than ten cells", () => {
  const { byGroup } = findMarkers(source(), options);
  assert.deepEqual([...byGroup.keys()], ["b", "a"]);
  for (const [group, markers] of byGroup) {
    const expected = golden.markers.filter((row) =>
      row.group === group && row.logFoldChange >= 1 && row.inside >= 0.25 && row.outside <= 0.5
    );
    assert.deepEqual(
      markers.map(({ gene }) => gene),
      expected.sort((x, y) => y.t - x.t).map(({ gene }) => gene),
    );
  }
});

Deno.test("findMarkers leaves cells without a group out, also from the others", () => {
  const groups = golden.groups.map((group) => group === "c" ? "" : group);
  const { byGroup } = findMarkers(source(), { ...options, groups });
  const [a, b] = [byGroup.get("a"), byGroup.get("b")];
  assert.ok(a && b);
  assert.ok(!b.some(({ gene }) => gene === "gene 4")); // only the hidden group has it
});
