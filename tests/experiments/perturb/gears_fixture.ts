import { type CellModel, cellPreset, initCellParams } from "../../../lib/cell/mod.ts";
import { symbolVocabulary } from "../../../lib/genes/mod.ts";
import { createRng, type Rng } from "../../../lib/runtime/mod.ts";
import type {
  Condition,
  ControlCells,
  PerturbationSet,
  PerturbationSplit,
} from "../../../lib/experiments/perturb/set.ts";
import type { Table } from "../../../lib/matrix/mod.ts";

/** Genes of the toy set; the first six can be perturbed. */
export const GENES = Array.from({ length: 24 }, (_, i) => `GENE${i}`);
const PERTURBABLE = GENES.slice(0, 6);

function cellsAround(mean: Float32Array, rows: number, rng: Rng): Table {
  const cols = mean.length;
  const data = Float32Array.from(
    { length: rows * cols },
    (_, i) => Math.max(0, mean[i % cols] + 0.3 * rng.normal()),
  );
  return { data, rows, cols };
}

function meanOf({ data, rows, cols }: Table): Float32Array {
  const mean = new Float32Array(cols);
  data.forEach((value, i) => mean[i % cols] += value / rows);
  return mean;
}

/** A toy screen: every gene's loss moves four genes by one, and losses add up. */
export function toySet(): PerturbationSet {
  const rng = createRng("toy");
  const start = Float32Array.from(GENES, (_, i) => 1.5 + 0.5 * Math.sin(i));
  const control = controlOf(cellsAround(start, 60, rng.split("control")));
  const condition = (name: string): Condition => {
    const perturbed = name.split("+").filter((gene) => gene !== "ctrl");
    const mean = start.slice();
    for (const gene of perturbed) {
      const which = GENES.indexOf(gene);
      for (let i = 0; i < 4; i++) mean[4 * which + i] += i % 2 === 0 ? 1 : -1;
    }
    const cells = cellsAround(mean, 24, rng.split(name));
    const touched = perturbed.flatMap((gene) => [0, 1, 2, 3].map((i) => 4 * GENES.indexOf(gene) + i));
    return {
      name,
      perturbed,
      control,
      cells,
      mean: meanOf(cells),
      differential: Int32Array.from(touched),
      scored: new Uint8Array(GENES.length).fill(1),
    };
  };
  const singles = PERTURBABLE.map((gene) => `${gene}+ctrl`);
  const pairs = ["GENE0+GENE1", "GENE2+GENE3", "GENE4+GENE5", "GENE0+GENE2", "GENE1+GENE4"];
  return {
    name: "toy",
    real: false,
    sha256: null,
    genes: GENES,
    scaledOver: GENES,
    total: 1e4,
    controls: [control],
    notes: [],
    conditions: [...singles, ...pairs].map(condition),
    perturbable: PERTURBABLE,
  };
}

const controlOf = (cells: Table): ControlCells => ({ context: "", cells, mean: meanOf(cells) });

/** All singles and four pairs to learn from, of which one to choose by; one pair is held out. */
export const TOY_SPLIT: PerturbationSplit = {
  set: "toy",
  name: "toy",
  groups: { "GENE1+GENE4": "combo_seen2" },
  test: ["GENE1+GENE4"],
  train: [...PERTURBABLE.map((gene) => `${gene}+ctrl`), "GENE0+GENE1", "GENE2+GENE3", "GENE4+GENE5"],
  validation: ["GENE0+GENE2"],
};

/** Two modules, one a half of the perturbable genes. */
export const TOY_TERMS = new Map(
  PERTURBABLE.map((gene, i) => [gene, new Set([`module ${Math.floor(i / 3)}`, `own ${i}`])]),
);

/** An untrained `nano` cell model that knows the toy's genes but the last, in another order. */
export function toyCellModel(): CellModel {
  const config = cellPreset("nano");
  const symbols = GENES.slice(0, -1).reverse();
  const sizes = { config, genes: symbols.length, classes: 2 };
  return {
    config,
    params: initCellParams(createRng("cell model"), sizes),
    vocabulary: symbolVocabulary(symbols),
    informativeness: new Float32Array(symbols.length).fill(1),
    classes: ["a", "b"],
    types: { ids: [], names: [], data: new Float32Array(0), rows: 0, cols: 1 },
    temperature: 1,
    hash: "unsaved",
  };
}
