import { type Table, takeRows } from "../../../matrix/mod.ts";
import type { Rng } from "../../../runtime/mod.ts";
import type { LabelledTable } from "./assemble.ts";
import { differentialGenes, sortGenes } from "./differential.ts";
import { conditionName } from "./labels.ts";

/** Genes at this false discovery rate show what a perturbation does; with fewer of them, cells cannot be told apart. */
const LEVEL = 0.05;
const LEAST_GENES = 5;
/** Standard errors by which the mean score of perturbed cells must exceed that of controls. */
const LEAST_SHIFT = 3;
/** Rounds of expectation and maximisation. */
const ROUNDS = 200;
/** Scores of controls have a standard deviation of 1; that of affected cells is at least this. */
const LEAST_SPREAD = 0.5;

/**
 * The probability of each perturbed cell that its guide worked, in the manner of Mixscape (Papalexi et al. 2021). Cells are scored
 * along the change of the genes that differ from control, learned from one half of the cells (perturbed and control) and
 * applied to the other, so that no cell defines its own direction. Scores of controls are N(0, 1) by their own mean and
 * spread; those of perturbed cells are the mixture `p N(m, s^2) + (1 - p) N(0, 1)`, fitted by expectation-maximisation; the
 * posterior of the first part is the answer.
 *
 * @returns null where too few genes differ, or the cells' scores do not: then nothing tells which guides worked
 */
export function workingProbabilities(
  cells: Table,
  control: Table,
  rng: Rng,
): Float64Array | null {
  const halves = [halve(cells.rows, rng.split("cells")), halve(control.rows, rng.split("control"))];
  const scores = new Float64Array(cells.rows);
  for (const side of [0, 1] as const) {
    const [learn, apply] = [side, 1 - side];
    const direction = directionOf(takeRows(cells, halves[0][learn]), takeRows(control, halves[1][learn]));
    if (!direction) return null;
    const base = momentsOf(project(takeRows(control, halves[1][apply]), direction));
    const own = project(takeRows(cells, halves[0][apply]), direction);
    halves[0][apply].forEach((row, at) => scores[row] = (own[at] - base.mean) / base.sd);
  }
  const { mean, sd } = momentsOf(scores);
  if (!(mean > LEAST_SHIFT * sd / Math.sqrt(scores.length))) return null;
  return posterior(scores);
}

function halve(rows: number, rng: Rng): [Int32Array, Int32Array] {
  const order = rng.sample(rows, rows);
  return [order.slice(0, rows >> 1).sort(), order.slice(rows >> 1).sort()];
}

/** Change over variance of the genes that differ, 0 for the others; null where too few differ. */
function directionOf(cells: Table, control: Table): Float64Array | null {
  const { change, q } = differentialGenes(sortGenes(cells), sortGenes(control));
  const chosen = Array.from(q.keys()).filter((gene) => q[gene] < LEVEL);
  if (chosen.length < LEAST_GENES) return null;
  const direction = new Float64Array(cells.cols);
  for (const gene of chosen) {
    const column = Float64Array.from(
      { length: control.rows },
      (_, row) => control.data[row * control.cols + gene],
    );
    direction[gene] = change[gene] / Math.max(momentsOf(column).sd ** 2, 1e-3);
  }
  return direction;
}

const project = ({ data, rows, cols }: Table, direction: Float64Array): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let gene = 0; gene < cols; gene++) sum += data[row * cols + gene] * direction[gene];
    return sum;
  });

function momentsOf(values: Float64Array): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / values.length) || 1e-9 };
}

/** The posterior of the affected part of the mixture; its mean stays above that of controls. */
function posterior(scores: Float64Array): Float64Array {
  let [share, mean, sd] = [0.5, 2 * Math.max(momentsOf(scores).mean, 0.5), 1];
  let weights = scores;
  for (let round = 0; round < ROUNDS; round++) {
    weights = scores.map((score) => affected(score, { share, mean, sd }));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum < 1) break;
    share = sum / scores.length;
    mean = Math.max(0.1, scores.reduce((total, score, i) => total + weights[i] * score, 0) / sum);
    const squares = scores.reduce((total, score, i) => total + weights[i] * (score - mean) ** 2, 0);
    sd = Math.max(LEAST_SPREAD, Math.sqrt(squares / sum));
  }
  return weights;
}

/** A cell beyond the affected mean counts as affected, however narrow that part is. */
function affected(score: number, { share, mean, sd }: { share: number; mean: number; sd: number }): number {
  const at = Math.min(score, mean);
  const ours = share * Math.exp(-0.5 * ((at - mean) / sd) ** 2) / sd;
  const theirs = (1 - share) * Math.exp(-0.5 * at ** 2);
  return ours / (ours + theirs);
}

/**
 * Leaves out the cells whose guide more probably failed; conditions in which nothing tells, and those that would keep fewer than
 * `minCells`, stay whole.
 *
 * @returns the tables, and a sentence on what was left out
 */
export function keepWorking(
  tables: readonly LabelledTable[],
  { rng, minCells }: { rng: Rng; minCells: number },
): { tables: LabelledTable[]; note: string } {
  const controls = new Map(
    tables.filter(({ label }) => label.perturbed.length === 0).map((
      { label, cells },
    ) => [label.context, cells]),
  );
  let [left, all, told, perturbed] = [0, 0, 0, 0];
  const kept = tables.map((table) => {
    const control = controls.get(table.label.context);
    if (table.label.perturbed.length === 0 || !control) return table;
    perturbed++;
    all += table.cells.rows;
    const worked = workingProbabilities(table.cells, control, rng.split(conditionName(table.label)));
    const rows = worked && Array.from(worked.keys()).filter((row) => worked[row] >= 0.5);
    if (!rows || rows.length < minCells) return table;
    told++;
    left += table.cells.rows - rows.length;
    return { ...table, cells: takeRows(table.cells, rows) };
  });
  const note = `${left} of ${all} perturbed cells are left out because their guide seems to have failed; ` +
    `in ${perturbed - told} of ${perturbed} conditions nothing tells`;
  return { tables: kept, note };
}
