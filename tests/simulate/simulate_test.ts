import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { findDataset } from "../../lib/data/fetch/dataset.ts";
import { inheritedMarkers, simulateAtlas, simulateCells, simulatePair } from "../../lib/simulate/mod.ts";
import { coreGenes, familyGenes } from "../../lib/simulate/families.ts";
import { drawTraits, geneNames } from "../../lib/simulate/genes.ts";
import { pearson, spearman } from "../../lib/metrics/mod.ts";
import { loadOntology, pageRankSimilarity, shortestPath } from "../../lib/ontology/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { centre, forRow, meanProfiles, rowSum } from "./simulate_helpers.ts";
import type { CsrMatrix } from "../../lib/matrix/mod.ts";
import { onRealData } from "../mirror.ts";

const slim = await loadOntology(null);

const digest = (...matrices: CsrMatrix[]): string => {
  const hash = createHash("sha256");
  for (const { indices } of matrices) hash.update(indices);
  for (const { data } of matrices) hash.update(data);
  return hash.digest("hex");
};

Deno.test("simulateAtlas gives the same bytes for the same seed, however it is sliced", () => {
  const options = { cells: 120, genes: 1500, types: 12 };
  const atlas = simulateAtlas(slim, options, createRng(42));
  const again = simulateAtlas(slim, options, createRng(42));
  const whole = digest(atlas.rows(0, 120));
  assert.equal(digest(again.rows(0, 7), again.rows(7, 8), again.rows(8, 120)), whole);
  assert.equal(digest(again.rows(0, 120)), whole); // reading a row does not change it
  assert.deepEqual(again.obs, atlas.obs);
  assert.notEqual(digest(simulateAtlas(slim, options, createRng(43)).rows(0, 120)), whole);
});

Deno.test("simulateAtlas gives rows as CSR of whole counts with ascending genes", () => {
  const atlas = simulateAtlas(slim, { cells: 50, genes: 1500, types: 12 }, createRng(1));
  const matrix = atlas.rows(10, 40);
  assert.deepEqual([matrix.rows, matrix.cols, matrix.indptr.length], [30, 1500, 31]);
  assert.equal(matrix.indptr[30], matrix.indices.length);
  assert.ok(matrix.data.every((count) => Number.isInteger(count) && count > 0));
  for (let i = 0; i < matrix.rows; i++) {
    const genes = matrix.indices.subarray(matrix.indptr[i], matrix.indptr[i + 1]);
    assert.deepEqual(genes, genes.slice().sort());
  }
  assert.throws(() => atlas.rows(40, 51), RangeError);
});

Deno.test("simulateAtlas makes neighbours in the ontology alike in expression", () => {
  const atlas = simulateAtlas(slim, { cells: 2000, types: 50, rarity: 0.5 }, createRng(7));
  const profiles = centre(meanProfiles(atlas));
  const ids = atlas.types.map((type) => type.id);
  const { targets, values } = pageRankSimilarity(slim, { sources: ids });
  const [expression, rank, path]: number[][] = [[], [], []];
  ids.forEach((a, i) =>
    ids.slice(0, i).forEach((b, j) => {
      expression.push(pearson(profiles[i], profiles[j]));
      rank.push(
        values[i * targets.length + targets.indexOf(b)] + values[j * targets.length + targets.indexOf(a)],
      );
      path.push(-(shortestPath(slim, [a, b]) ?? []).length);
    })
  );
  const [byRank, byPath] = [spearman(expression, rank), spearman(expression, path)];
  // seeds 1 to 3 give 0.57 to 0.79; an atlas whose programs ignored the graph would give 0
  assert.ok(byRank > 0.5, `Spearman with PageRank similarity is ${byRank.toFixed(3)}`);
  assert.ok(byPath > 0.5, `Spearman with minus path length is ${byPath.toFixed(3)}`);
});

Deno.test("simulateAtlas raises marker genes in their own types", () => {
  const atlas = simulateAtlas(slim, { cells: 1500, types: 30, rarity: 0 }, createRng(3));
  const profiles = meanProfiles(atlas);
  const inherited = atlas.types.map((type) => inheritedMarkers(slim, { id: type.id }));
  let [raised, checked] = [0, 0];
  atlas.types.forEach((_, t) => {
    for (const [gene, steps] of inherited[t]) {
      const g = atlas.varNames.indexOf(gene);
      if (steps > 0 || g < 0) continue;
      const elsewhere = profiles.filter((_, other) => !inherited[other].has(gene)).map((profile) =>
        profile[g]
      );
      checked++;
      if (profiles[t][g] > Math.max(...elsewhere)) raised++;
    }
  });
  assert.ok(checked > 100, `only ${checked} markers were checked`);
  assert.ok(raised / checked > 0.98, `${raised} of ${checked} markers are highest in their own type`);
});

Deno.test("simulateCells draws negative binomial counts of the mean and variance asked for", () => {
  const genes = ["A", "B", "C", "D"];
  const traits = drawTraits(genes, new Set(), createRng(5));
  const profile = Float32Array.of(0.001, 0.02, 0.2, 0.779);
  const cells = 20_000;
  const source = simulateCells({
    name: "one population",
    genes,
    traits,
    populations: [{ name: "p", profile }],
    populationOf: new Int32Array(cells),
    groupEffects: [new Float32Array(4).fill(1)],
    groupOf: new Int32Array(cells),
    obs: { i: new Int32Array(cells) },
    depth: 50,
    depthSpread: 0,
    cellSpread: 0,
    dropout: 0,
  }, createRng(6));
  const [sum, squares] = [new Float64Array(4), new Float64Array(4)];
  const matrix = source.rows(0, cells);
  for (let i = 0; i < cells; i++) forRow(matrix, i, (g, n) => (sum[g] += n, squares[g] += n * n));
  genes.forEach((gene, g) => {
    const mean = 50 * profile[g];
    const variance = mean + mean ** 2 / traits.size[g];
    const [m, v] = [sum[g] / cells, squares[g] / cells - (sum[g] / cells) ** 2];
    // five standard errors of the mean; of the variance its own relative error is near sqrt(10 / cells)
    assert.ok(
      Math.abs(m - mean) < 5 * Math.sqrt(variance / cells),
      `mean of ${gene}: ${m}, expected ${mean}`,
    );
    assert.ok(Math.abs(v / variance - 1) < 0.15, `variance of ${gene}: ${v}, expected ${variance}`);
  });
});

Deno.test("simulateAtlas spreads library sizes log-normally around the depth", () => {
  const atlas = simulateAtlas(slim, { cells: 1000, genes: 1500, types: 12, depth: 800 }, createRng(8));
  const matrix = atlas.rows(0, 1000);
  const logs = Array.from({ length: 1000 }, (_, i) => Math.log(rowSum(matrix, i))).sort((a, b) => a - b);
  // dropout takes some; the median of 1,000 cells is known to about 2 %
  assert.ok(logs[500] > Math.log(700) && logs[500] < Math.log(820), `median ${Math.exp(logs[500])}`);
  const spread = (logs[841] - logs[159]) / 2; // one standard deviation of a normal
  // 0.45 from the library, and with it the dispersion of the most abundant genes
  assert.ok(spread > 0.43 && spread < 0.53, `spread ${spread}`);
});

Deno.test("simulateAtlas shifts cells by batch, and not when the batch effect is 0", () => {
  for (const [batchEffect, sees] of [[0.5, true], [0, false]] as const) {
    const atlas = simulateAtlas(
      slim,
      { cells: 600, genes: 1500, types: 1, donors: 2, batchEffect },
      createRng(4),
    );
    const batches = atlas.obs.values("batch");
    const matrix = atlas.rows(0, 600);
    const profiles = ["atlas_batch_1", "atlas_batch_2"].map((batch) => {
      const sum = new Float64Array(atlas.nVars);
      for (let i = 0; i < 600; i++) if (batches[i] === batch) forRow(matrix, i, (g, n) => sum[g] += n);
      return sum;
    });
    const common = Array.from(atlas.varNames.keys()).filter((g) => profiles[0][g] + profiles[1][g] > 1000);
    const shift = common.map((g) => Math.log(profiles[0][g] / profiles[1][g]));
    const sd = Math.sqrt(shift.reduce((sum, value) => sum + value ** 2, 0) / shift.length);
    // two batches: sqrt(2) * 0.5 = 0.71; without, the two donors and counting noise leave about 0.2
    assert.equal(sd > 0.5, sees, `spread of log ratios between batches is ${sd}`);
  }
});

Deno.test("simulateAtlas follows the power law and leaves every type some cells", () => {
  const atlas = simulateAtlas(slim, { cells: 1000, genes: 1500, types: 20 }, createRng(2));
  const cells = new Int32Array(20);
  atlas.typeOf.forEach((type) => cells[type]++);
  assert.equal(cells.reduce((sum, n) => sum + n, 0), 1000);
  assert.ok(Math.min(...cells) >= 3);
  assert.ok(cells[0] > 5 * cells[19]);
  assert.deepEqual(cells, cells.slice().sort((a, b) => b - a));
});

Deno.test("simulateAtlas describes cells with Cell Ontology labels that agree with the truth", () => {
  const ids = ["CL:0000236", "CL:0000576"];
  const atlas = simulateAtlas(slim, { cells: 30, genes: 1500, types: ids }, createRng(2));
  assert.deepEqual(atlas.obs.columns, [
    "cell_type",
    "cell_type_ontology_term_id",
    "donor",
    "batch",
    "tissue",
  ]);
  const types = Array.from(atlas.typeOf, (type) => ids[type]);
  assert.deepEqual(atlas.obs.values("cell_type_ontology_term_id"), types);
  assert.deepEqual(atlas.obs.values("cell_type"), types.map((id) => slim.terms.get(id)?.name));
  assert.deepEqual(new Set(atlas.obs.values("tissue")), new Set(["blood"]));
});

Deno.test("simulateAtlas takes a panel of genes as it is, and a gene behaves alike in every panel", () => {
  const ids = ["CL:0000236", "CL:0000084"];
  const panel = ["CD3D", "MS4A1", "ACTB", "HOXA1"];
  const small = simulateAtlas(slim, { cells: 10, genes: panel, types: ids }, createRng(2));
  const large = simulateAtlas(slim, { cells: 10, genes: 1500, types: ids }, createRng(2));
  assert.deepEqual(small.varNames, panel);
  const ratio = (atlas: typeof small) =>
    atlas.types.map(({ profile }) =>
      profile[atlas.varNames.indexOf("HOXA1")] / profile[atlas.varNames.indexOf("ACTB")]
    );
  ratio(small).forEach((value, t) => assert.ok(Math.abs(value / ratio(large)[t] - 1) < 1e-5)); // float32 shares
});

Deno.test("simulateAtlas takes markers from elsewhere for an ontology that has none", () => {
  const markers = new Map([["CL:0000236", ["FOO1"]], ["CL:0000084", ["BAR1"]]]);
  const atlas = simulateAtlas(slim, { cells: 10, genes: 100, types: 2, markers }, createRng(2));
  assert.deepEqual(new Set(atlas.types.map((type) => type.id)), new Set(markers.keys()));
  assert.ok(atlas.varNames.includes("FOO1") && !atlas.varNames.includes("CD3D"));
});

Deno.test("simulatePair keeps genes, types and biology, and changes donors, batches and cells", () => {
  const options = { cells: 400, genes: 1500, types: 10, rarity: 0 };
  const { reference, query } = simulatePair(slim, options, createRng(9));
  assert.deepEqual(query.varNames, reference.varNames);
  assert.deepEqual(query.types, reference.types);
  const donors = new Set(reference.obs.values("donor"));
  assert.ok(query.obs.values("donor").every((donor) => !donors.has(donor)));
  const [a, b] = [centre(meanProfiles(reference)), centre(meanProfiles(query))];
  const nearest = a.map((profile) => {
    const similar = b.map((other) => pearson(profile, other));
    return similar.indexOf(Math.max(...similar));
  });
  assert.deepEqual(nearest, reference.types.map((_, t) => t)); // each type is its own nearest across batches
});

Deno.test("simulateAtlas says what it cannot simulate", () => {
  const simulate = (options: object) => () => simulateAtlas(slim, options, createRng(1));
  assert.throws(simulate({ types: 100_000 }), {
    tag: "data",
    message: /100000 cell types: embedded slim table has/,
  });
  assert.throws(simulate({ cells: 0 }), { tag: "data", message: /cells = 0/ });
  assert.throws(simulate({ types: ["CL:9999999"] }), { tag: "data", message: /CL:9999999/ });
});

Deno.test("geneNames takes markers, core genes, the vocabulary, families and placeholders in turn", () => {
  const names = geneNames(["CD3D", "CD3E"], 5000, ["FOO1"]);
  assert.equal(new Set(names).size, 5000);
  for (const gene of ["CD3D", "MT-ND1", "RPS27A", "FOO1", "ZNF100", "SIM00001"]) {
    assert.ok(names.includes(gene), gene);
  }
  assert.deepEqual(geneNames(["CD3D", "CD3E"], 2), ["CD3D", "CD3E"]);
});

onRealData("coreGenes and familyGenes are symbols of human genes", async () => {
  const path = await findDataset("human_genes");
  assert.ok(path !== null);
  const lines = new TextDecoder().decode(gunzipSync(await Deno.readFile(path))).split("\n");
  const known = new Set(lines.map((line) => line.split("\t")[1]));
  const named = [...coreGenes(), ...familyGenes()].map((gene) => gene.replace(/^MT-/, "")); // 10x writes MT-ND1, Entrez ND1
  const unknown = named.filter((gene) => !known.has(gene) && !known.has(`MT-${gene}`));
  assert.deepEqual(unknown, ["CO1", "CO2", "CO3", "CYB"]); // Entrez says COX1, COX2, COX3, CYTB
});
