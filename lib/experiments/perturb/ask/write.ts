import { csrFromDense, type CsrMatrix } from "../../../matrix/mod.ts";
import { type Columns, type UnsDict, writeH5ad } from "../../../data/mod.ts";
import type { SavedPerturbationModel } from "../saved/load.ts";
import type { ModelFacts } from "../saved/facts.ts";
import type { AskedCells } from "./controls.ts";
import type { Answer } from "./predict.ts";

/** One row to write: a cell or a whole condition. */
interface Row {
  readonly answer: Answer;
  /** Of the cell; its place among the controls, or -1 for the mean. */
  readonly cell: number;
}

/** Rows that are written at once. */
const BLOCK = 512;

/**
 * Writes answers as an AnnData file: obs one row a perturbation, or with `perCell` one a perturbation and control cell (which is
 * shifted by the change); X the predicted log1p expression; layers `delta` (X less the control), `lower` and `upper`; var the
 * model's genes that the cells measure, in the order of their file; uns `kcellfm_perturb` what it comes from.
 */
export async function writeAnswers(
  path: string,
  { answers, cells, saved, perCell = false }: {
    answers: readonly Answer[];
    cells: AskedCells;
    saved: Pick<SavedPerturbationModel, "facts" | "halfWidths">;
    perCell?: boolean;
  },
): Promise<void> {
  const { facts } = saved;
  const rows = answers.flatMap((answer): Row[] =>
    perCell ? answer.controls.names.map((_, cell) => ({ answer, cell })) : [{ answer, cell: -1 }]
  );
  const layer = (of: (row: Row) => Float32Array) => blocksOf(rows, cells.measured, of);
  await writeH5ad(path, {
    x: layer(meanOf),
    layers: {
      delta: layer((row) => difference(meanOf(row), startOf(row))),
      lower: layer((row) => bound(row, row.answer.lower)),
      upper: layer((row) => bound(row, row.answer.upper)),
    },
    obsNames: rows.map(({ answer: { target, controls }, cell }) =>
      cell < 0 ? target.name : `${controls.names[cell]} ${target.name}`
    ),
    varNames: Array.from(cells.measured, (gene) => facts.genes[gene]),
    obs: obsOf(rows, perCell),
    uns: { kcellfm_perturb: unsOf(facts) },
  });
}

const startOf = ({ answer: { controls: { control } }, cell }: Row): Float32Array => {
  const { data, cols } = control.cells;
  return cell < 0 ? control.mean : data.subarray(cell * cols, (cell + 1) * cols);
};

/** The mean of the condition, or the cell shifted by the change and stopped at 0. */
function meanOf(row: Row): Float32Array {
  const { answer: { mean, change }, cell } = row;
  return cell < 0 ? mean : startOf(row).map((value, gene) => Math.max(0, value + change[gene]));
}

/** A bound of the mean, or the same distance from the cell. */
function bound(row: Row, ofMean: Float32Array): Float32Array {
  if (row.cell < 0) return ofMean;
  const { mean } = row.answer;
  return meanOf(row).map((value, gene) => Math.max(0, value + ofMean[gene] - mean[gene]));
}

const difference = (a: Float32Array, b: Float32Array) => a.map((value, gene) => value - b[gene]);

function* blocksOf(
  rows: readonly Row[],
  measured: Int32Array,
  of: (row: Row) => Float32Array,
): Generator<CsrMatrix> {
  for (let start = 0; start < rows.length; start += BLOCK) {
    const own = rows.slice(start, start + BLOCK);
    const dense = new Float32Array(own.length * measured.length);
    own.forEach((row, at) => {
      const values = of(row);
      measured.forEach((gene, column) => dense[at * measured.length + column] = values[gene]);
    });
    yield csrFromDense(dense, own.length, measured.length);
  }
}

function obsOf(rows: readonly Row[], perCell: boolean): Columns {
  const of = <T>(value: (row: Row) => T): T[] => rows.map(value);
  return {
    condition: of(({ answer: { target } }) => target.perturbed.join("+")),
    context: of(({ answer: { target } }) => target.control.context),
    control_cells: Int32Array.from(rows, ({ answer }) => answer.controls.names.length),
    ...(perCell && { control: of(({ answer, cell }) => answer.controls.names[cell]) }),
  };
}

/** Provenance of predictions: model, seed, splits, and scores on held-out conditions beside those of the simplest models. */
function unsOf(facts: ModelFacts): UnsDict {
  const { recipe, seed, set, level, scores, split, tested, conditions, held_out, total } = facts;
  return {
    model: recipe.name,
    seed,
    screen: set.name,
    ...(set.sha256 && { screen_sha256: set.sha256 }),
    ...(total && { scaled_to: total }),
    level,
    split,
    learned_from: conditions.map(({ name }) => name),
    validated_on: held_out,
    tested_on: [...tested],
    scores,
    weights_sha256: facts.weights_sha256,
  };
}
