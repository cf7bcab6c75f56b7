import type { CellSource } from "../../../data/mod.ts";
import { detectValues, speciesOf, toLog1p } from "../../../genes/mod.ts";
import { type CsrMatrix, selectColumns } from "../../../matrix/mod.ts";
import { dataError } from "../../../runtime/mod.ts";
import type { SavedPerturbationModel } from "../saved/load.ts";
import { columnMeans } from "../screen/differential.ts";
import {
  listed,
  PERTURBATION_COLUMNS,
  type PerturbationColumns,
  readLabels,
  textColumn,
} from "../screen/labels.ts";
import { blocksOf } from "../screen/panel.ts";
import { geneNames } from "../screen/read.ts";
import type { ControlCells } from "../set.ts";

/** Unperturbed cells of one background in a file. */
export interface FileControls {
  /** In the model's genes; those that the file lacks have the mean of the model's own controls. */
  readonly control: ControlCells;
  readonly names: readonly string[];
}

/** Control cells of a file for a model to start from. */
export interface AskedCells {
  readonly groups: readonly FileControls[];
  /** The model's genes that the file measures (by the model's numbers), in the order of the file. */
  readonly measured: Int32Array;
  /** Remarks on the reading of the file, one sentence each. */
  readonly notes: readonly string[];
}

/** Share of the model's genes that a file must measure. */
const LEAST_SHARED = 0.5;

/**
 * The unperturbed cells of a file: those that a column says are controls, or all cells where no column says what was done.
 * Counts are scaled over the genes of the model's screen, as those that it learned from.
 *
 * @throws {KcellfmError} tag "data", when no cell is a control, too few of the model's genes are measured, or the genes are
 * those of another species.
 */
export function readControls(
  source: CellSource,
  { facts, controls }: Pick<SavedPerturbationModel, "facts" | "controls">,
  columns: PerturbationColumns = {},
): AskedCells {
  const symbols = geneNames(source);
  const columnOf = new Map(symbols.map((symbol, column) => [symbol, column]));
  const measured = facts.genes.flatMap((gene, at) => columnOf.has(gene) ? [at] : []);
  requireShared(source, { symbols, genes: facts.genes, shared: measured.length });
  measured.sort((a, b) => columnOf.get(facts.genes[a])! - columnOf.get(facts.genes[b])!);
  const { rows, understood } = controlRows(source, symbols, columns);
  const over = new Set(facts.scaled_over);
  const scaled = symbols.flatMap((symbol, column) => over.has(symbol) ? [column] : []);
  const contexts = columns.context === undefined
    ? null
    : textColumn(source, columns.context, "--context-key");
  const groups = Map.groupBy(rows, (row) => contexts?.[row] ?? facts.controls[0].context);
  const genes = facts.genes.map((gene) => columnOf.get(gene) ?? -1);
  const filled = fillGroups(source, { groups, genes, scaled, total: facts.total, fallback: controls });
  return {
    groups: filled,
    measured: Int32Array.from(measured),
    notes: [
      understood,
      `${measured.length} of the model's ${facts.genes.length} genes are measured; counts are scaled over ` +
      `${scaled.length} of ${facts.scaled_over.length} genes`,
    ],
  };
}

function controlRows(
  source: CellSource,
  symbols: readonly string[],
  columns: PerturbationColumns,
): { rows: number[]; understood: string } {
  const all = Array.from({ length: source.nObs }, (_, row) => row);
  const says = columns.condition !== undefined || columns.control !== undefined ||
    PERTURBATION_COLUMNS.some((name) => source.obs.columns.includes(name));
  if (!says) {
    const understood =
      `no column of obs says what was done: all ${source.nObs} cells are taken for unperturbed`;
    return { rows: all, understood };
  }
  const { labels, understood } = readLabels(source, symbols, columns);
  return { rows: all.filter((row) => labels[row]?.perturbed.length === 0), understood };
}

function requireShared(
  { name }: CellSource,
  { symbols, genes, shared }: { symbols: readonly string[]; genes: readonly string[]; shared: number },
): void {
  if (shared >= LEAST_SHARED * genes.length) return;
  const { species, evidence } = speciesOf([symbols]);
  if (species !== speciesOf([genes]).species) {
    throw dataError(
      `Cannot predict for ${name}: its genes are of ${species} (${evidence}), the model learned from another species (${
        listed(genes.slice(0, 2))
      }); give cells of the species of the screen`,
    );
  }
  throw dataError(
    `Cannot predict for ${name}: it measures ${shared} of the model's ${genes.length} genes, at least half are needed; ` +
      `give cells whose genes have the symbols of the screen (var's index or gene_name)`,
  );
}

/** Reads the cells of all groups in one pass. */
function fillGroups(
  source: CellSource,
  { groups, genes, scaled, total, fallback }: {
    groups: ReadonlyMap<string, readonly number[]>;
    /** Column of each of the model's genes, -1 for one that the file lacks. */
    genes: readonly number[];
    scaled: readonly number[];
    total: number | null;
    fallback: readonly ControlCells[];
  },
): FileControls[] {
  const values = detectValues(source);
  const place = new Map(
    [...groups].flatMap(([context, rows]) => rows.map((row, at) => [row, { context, at }])),
  );
  const tables = new Map([...groups].map(([context, rows]) => {
    const { mean } = fallback.find((own) => own.context === context) ?? fallback[0];
    return [context, startTable(rows.length, genes, mean)];
  }));
  const inScaled = new Map(scaled.map((column, at) => [column, at]));
  const geneOf = new Int32Array(scaled.length).fill(-1);
  genes.forEach((column, gene) => {
    const at = inScaled.get(column);
    if (at !== undefined) geneOf[at] = gene;
  });
  for (const { start, block } of blocksOf(source)) {
    const own: CsrMatrix = selectColumns(block, Int32Array.from(scaled));
    const { indptr, indices, data } = toLog1p(own, values, { targetSum: total ?? 1e4 });
    for (let row = 0; row < own.rows; row++) {
      const target = place.get(start + row);
      if (!target) continue;
      const { data: out, cols } = tables.get(target.context)!;
      for (let k = indptr[row]; k < indptr[row + 1]; k++) {
        const gene = geneOf[indices[k]];
        if (gene >= 0) out[target.at * cols + gene] = data[k];
      }
    }
  }
  return [...groups].map(([context, rows]) => {
    const cells = tables.get(context)!;
    return {
      control: { context, cells, mean: columnMeans(cells) },
      names: rows.map((row) => source.obsNames[row]),
    };
  });
}

/** Zeros, and the mean of other controls where the file has no such gene. */
function startTable(rows: number, genes: readonly number[], mean: Float32Array) {
  const cols = genes.length;
  const data = new Float32Array(rows * cols);
  genes.forEach((column, gene) => {
    if (column >= 0) return;
    for (let row = 0; row < rows; row++) data[row * cols + gene] = mean[gene];
  });
  return { data, rows, cols };
}
