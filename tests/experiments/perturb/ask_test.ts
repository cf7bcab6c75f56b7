import assert from "node:assert/strict";
import { join } from "node:path";
import { memorySource, openCells } from "../../../lib/data/mod.ts";
import { csrFromDense } from "../../../lib/matrix/mod.ts";
import { simulateScreen } from "../../../lib/simulate/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  baselinesFor,
  changeOf,
  geneFeatures,
  loadPerturbationModel,
  parseQuestions,
  parseSignature,
  predictAnswers,
  rankLosses,
  readControls,
  readPerturbations,
  requireDescribed,
  savePerturbationModel,
  splitConditions,
  withoutTest,
  writeAnswers,
} from "../../../lib/experiments/perturb/mod.ts";
import { inFolder } from "../../folder.ts";
import { pythonWith } from "../../programs.ts";
import { SMALL_SCREEN } from "./small_screen.ts";

const screen = simulateScreen({ ...SMALL_SCREEN, pairs: 0 }, createRng(4));
const set = readPerturbations(screen, { name: "screen", real: false, sha256: null });
const terms = set.terms!;
const { features } = await geneFeatures(set, { terms });
const [split] = splitConditions(set, "leave-genes-out", { seed: 4 });
const visible = withoutTest(set, split);

/** A saved model of the screen's first fold. */
const saved = await inFolder(async (folder) => {
  const { fit } = baselinesFor(set, { features }).find(({ name }) => name === "kriging_go")!;
  const model = await fit(visible, split, { seed: 4, terms });
  await savePerturbationModel(folder, { set: visible, model }, {
    split,
    seed: 4,
    features,
    facts: {
      scores: { kriging_go: { pearson_delta: 0.5 }, no_change: { pearson_delta: 0 } },
      split: split.name,
      tested: [...split.test],
      cell_model: null,
      made: {},
    },
  });
  return await loadPerturbationModel(folder);
});
const vocabulary = { symbols: [...set.genes, "STAT1"] };

/** Cells of the screen with some of its genes, in another order, without what was done unless given. */
function cells(
  { genes = set.genes, obs, rows = screen.nObs }: {
    genes?: readonly string[];
    obs?: Record<string, readonly string[]>;
    rows?: number;
  } = {},
) {
  const dense = new Float32Array(rows * genes.length);
  const { indptr, indices, data } = screen.rows(0, rows);
  const columns = new Map(genes.map((gene, column) => [gene, column]));
  for (let row = 0; row < rows; row++) {
    for (let k = indptr[row]; k < indptr[row + 1]; k++) {
      const column = columns.get(screen.varNames[indices[k]]);
      if (column !== undefined) dense[row * genes.length + column] = data[k];
    }
  }
  return memorySource({
    name: "cells.h5ad",
    matrix: csrFromDense(dense, rows, genes.length),
    obsNames: Array.from({ length: rows }, (_, row) => `cell ${row}`),
    varNames: genes,
    obs,
  });
}

Deno.test("predictAnswers for the screen's own cells gives what the league scored", async () => {
  const { fit } = baselinesFor(set, { features }).find(({ name }) => name === "kriging_go")!;
  const model = await fit(visible, split, { seed: 4, terms });
  const asked = readControls(screen, saved);
  assert.match(asked.notes[0], /read from obs condition: 40 controls \(ctrl\)/);
  for (const name of split.test) {
    const target = set.conditions.find((condition) => condition.name === name)!;
    const [answer] = predictAnswers(saved, asked, [target.perturbed]);
    assert.deepEqual(answer.mean, model.predict(target), name);
    assert.equal(answer.target.name, name);
  }
});

Deno.test("readControls takes all cells where nothing says what was done, and keeps the file's order of genes", () => {
  const genes = set.genes.filter((_, at) => at % 5 !== 2).toReversed();
  const asked = readControls(cells({ genes, rows: 30 }), saved);
  assert.match(asked.notes[0], /no column of obs says what was done: all 30 cells are taken for unperturbed/);
  assert.deepEqual(Array.from(asked.measured, (gene) => set.genes[gene]), genes);
  const [{ control }] = asked.groups;
  const missing = set.genes.findIndex((gene) => !genes.includes(gene));
  assert.ok(Math.abs(control.mean[missing] - saved.controls[0].mean[missing]) < 1e-5);
});

Deno.test("readControls refuses cells without controls, of other genes and of another species in one line each", () => {
  const rows = 12;
  assert.throws(
    () => readControls(cells({ rows, obs: { condition: new Array(rows).fill("STAT1+ctrl") } }), saved),
    /Cannot use cells\.h5ad: no cell is a control/,
  );
  assert.throws(
    () => readControls(cells({ rows, genes: ["AA", "BB", ...set.genes.slice(0, 3)] }), saved),
    /Cannot predict for cells\.h5ad: it measures 3 of the model's \d+ genes, at least half are needed/,
  );
  const mouse = [
    "Stat1",
    "Irf1",
    "Jak2",
    "Cd3e",
    "Ifngr1",
    "Psmb9",
    "Cd86",
    "Myc",
    "Spi1",
    "Cul3",
    "Brd4",
    "Atf2",
  ];
  assert.throws(
    () => readControls(cells({ rows, genes: mouse }), saved),
    /Cannot predict for cells\.h5ad: its genes are of mouse .* give cells of the species of the screen/,
  );
});

Deno.test("requireDescribed tells an unknown gene from one without a description", () => {
  assert.doesNotThrow(() => requireDescribed(set.perturbable[0], saved, vocabulary));
  assert.throws(() => requireDescribed("NOGENE", saved, vocabulary), /"NOGENE": no gene has that name/);
  assert.throws(() => requireDescribed("Stat1", saved, vocabulary), /did you mean STAT1\?/);
  assert.throws(
    () => requireDescribed("STAT1", saved, vocabulary),
    /Cannot predict the loss of STAT1: nothing describes it to this model, which reads go/,
  );
});

Deno.test("parseQuestions reads singles and pairs, and refuses what names no gene", () => {
  assert.deepEqual(parseQuestions("A, C+B,D+D"), [["A"], ["B", "C"], ["D"]]);
  for (const text of ["", "A,,B", "+"]) assert.throws(() => parseQuestions(text), /Cannot read "/);
});

Deno.test("writeAnswers writes an AnnData of conditions, or of conditions and cells, that says what it comes from", () =>
  inFolder(async (folder) => {
    const genes = set.genes.toReversed();
    const asked = readControls(cells({ genes, rows: 25 }), saved);
    const answers = predictAnswers(saved, asked, [
      [set.perturbable[0]],
      set.perturbable.slice(1, 3).toSorted(),
    ]);
    for (const perCell of [false, true]) {
      const path = join(folder, `${perCell}.h5ad`);
      await writeAnswers(path, { answers, cells: asked, saved, perCell });
      const read = async (layer?: string) => {
        const source = await openCells(path, layer ? { layer } : {});
        const { indptr, indices, data } = source.rows(0, source.nObs);
        const dense = Array.from({ length: source.nObs }, () => new Float32Array(source.nVars));
        dense.forEach((row, at) => {
          for (let k = indptr[at]; k < indptr[at + 1]; k++) row[indices[k]] = data[k];
        });
        source.close();
        return { dense, source };
      };
      const { dense: x, source } = await read();
      assert.deepEqual(source.varNames, genes);
      assert.equal(source.nObs, perCell ? 50 : 2);
      assert.equal(source.obs.values("condition").at(-1), answers[1].target.perturbed.join("+"));
      const [delta, lower, upper] = await Promise.all(["delta", "lower", "upper"].map(read));
      x.forEach((row, at) =>
        row.forEach((value, column) => {
          assert.ok(lower.dense[at][column] <= value && value <= upper.dense[at][column]);
          const gene = set.genes.indexOf(genes[column]);
          if (perCell) return;
          assert.equal(value, answers[at].mean[gene]);
          assert.ok(Math.abs(delta.dense[at][column] - answers[at].change[gene]) < 1e-6);
        })
      );
    }
  }));

/** What anndata reads of an answer. */
const ANNDATA = `
import json, sys, warnings
warnings.simplefilter("ignore")
import anndata
a = anndata.read_h5ad(sys.argv[1])
asked = a.uns["kcellfm_perturb"]
print(json.dumps({"genes": list(a.var_names), "conditions": list(a.obs["condition"]), "layers": {name: values.toarray()[0].tolist() for name, values in a.layers.items()}, "x": a.X.toarray()[0].tolist(), "model": asked["model"], "seed": int(asked["seed"])}))
`;
const PYTHON = pythonWith("anndata");

Deno.test({
  name: "writeAnswers writes what anndata opens, with named genes, bounds and the model",
  ignore: PYTHON === null,
  fn: () =>
    inFolder(async (folder) => {
      const asked = readControls(cells({ rows: 25 }), saved);
      const answers = predictAnswers(saved, asked, [[set.perturbable[0]]]);
      const path = join(folder, "answer.h5ad");
      await writeAnswers(path, { answers, cells: asked, saved });
      const { success, stdout, stderr } = await new Deno.Command(PYTHON!, { args: ["-c", ANNDATA, path] })
        .output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const { genes, conditions, layers, x, model, seed } = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual([genes, conditions, model, seed], [set.genes, [set.perturbable[0]], "kriging_go", 4]);
      assert.deepEqual(x, [...answers[0].mean]);
      assert.deepEqual(Object.keys(layers).sort(), ["delta", "lower", "upper"]);
      x.forEach((value: number, gene: number) =>
        assert.ok(layers.lower[gene] <= value && value <= layers.upper[gene], genes[gene])
      );
    }),
});

Deno.test("rankLosses puts the losses that lower a gene most first, with what was measured", () => {
  const gene = set.genes[set.conditions[0].differential[0]];
  const signature = parseSignature(gene, set.genes);
  const [control] = saved.controls;
  const ranked = rankLosses(saved, { candidates: set.perturbable, signature, control });
  assert.equal(ranked.length, set.perturbable.length);
  ranked.slice(1).forEach(({ effect }, at) => assert.ok(effect >= ranked[at].effect));
  for (const { gene: lost, effect, lower, upper, measured } of ranked) {
    assert.ok(lower <= effect && effect <= upper);
    const condition = visible.conditions.find(({ perturbed }) => perturbed[0] === lost);
    assert.equal(measured === null, condition === undefined);
    if (condition) assert.ok(Math.abs(measured! - changeOf(condition)[signature[0].column]) < 1e-6);
  }
  const raising = rankLosses(saved, { candidates: set.perturbable, signature, control, raises: true });
  assert.equal(raising[0].gene, ranked.at(-1)!.gene);
});

Deno.test("rankLosses by a signature is the signed mean of its genes", () => {
  const [a, b] = set.genes;
  const [control] = saved.controls;
  const effects = [`${a}`, `${b}`, `${a},-${b}`].map((text) => {
    const signature = parseSignature(text, set.genes);
    return rankLosses(saved, { candidates: [set.perturbable[0]], signature, control })[0].effect;
  });
  assert.ok(Math.abs(effects[2] - (effects[0] - effects[1]) / 2) < 1e-6);
  assert.throws(() => parseSignature("NOGENE", set.genes), /Cannot rank by "NOGENE": it is none of the/);
});
