import { denseColumns, rowAt, type Table } from "../../../matrix/mod.ts";
import { type CellSource, openCells } from "../../../data/mod.ts";
import { detectValues, toLog1p } from "../../../genes/mod.ts";
import type { TermTable } from "../../../ontology/mod.ts";
import { createRng, dataError } from "../../../runtime/mod.ts";
import { assembleSet, type LabelledTable } from "./assemble.ts";
import { type CellLabel, conditionName, listed, type PerturbationColumns, readLabels } from "./labels.ts";
import { blocksOf, variableGenes } from "./panel.ts";
import { keepWorking } from "./working.ts";
import type { PerturbationSet } from "../set.ts";

/** Options for choosing the cells and genes of a file to read. */
export interface ReadPerturbationOptions extends PerturbationColumns {
  /** Genes at most: the most variable, and those perturbed; default 1,000. */
  readonly genes?: number;
  /** Maximum number of cells per condition, drawn at random, and ten times that many controls; default all. */
  readonly cells?: number;
  /** Conditions and backgrounds with fewer cells take no part; default 10. */
  readonly minCells?: number;
  /** Cells whose guide seems to have failed ({@linkcode keepWorking}); default "keep". */
  readonly failed?: "keep" | "drop";
  /** Of the drawing of cells; default 0. */
  readonly seed?: number;
}

/** Facts that a file does not say of itself. */
export type SetFacts = Pick<PerturbationSet, "name" | "real" | "sha256">;

/** {@linkcode readPerturbations} from a file in any form that is known. */
export async function openPerturbations(
  path: string,
  facts: SetFacts,
  options: ReadPerturbationOptions = {},
): Promise<PerturbationSet> {
  const source = await openCells(path);
  try {
    return readPerturbations(source, facts, options);
  } finally {
    source.close();
  }
}

/**
 * Reads a perturbation screen ({@linkcode readLabels} says in which forms); var `gene_name` names the genes where the index
 * does not. Counts are scaled to the median of the cells' totals, then log1p; logarithms are
 * taken as they are. A perturbed gene need not be among the measured ones.
 *
 * @throws {KcellfmError} tag "data", when no cell is a control, nothing else is left, or the values are scaled.
 */
export function readPerturbations(
  source: CellSource,
  facts: SetFacts,
  options: ReadPerturbationOptions = {},
): PerturbationSet {
  const { labels, understood } = readLabels(source, geneNames(source), options);
  const { groups, notes: left } = groupCells(labels, options);
  const notes = [understood, ...left];
  if (!groups.some(({ label }) => label.perturbed.length > 0)) {
    throw dataError(`Cannot use ${source.name}: no perturbation has enough cells and a control beside it`);
  }
  const { genes, names, normalise, total } = chooseGenes(source, labels, options);
  const tables = fillTables(source, { groups, genes, normalise });
  const missing = labels.filter((label) => label === null).length;
  if (missing > 0) notes.push(`${missing} cells do not say what was done to them and take no part`);
  const read = groups.map(({ label }, i) => ({ label, cells: tables[i] }));
  return assembleSet(
    { ...facts, genes: names, scaledOver: geneNames(source), total, notes, terms: ownTerms(source) },
    options.failed === "drop" ? dropFailed(read, notes, options) : read,
  );
}

function dropFailed(
  read: readonly LabelledTable[],
  notes: string[],
  { seed = 0, minCells = 10 }: ReadPerturbationOptions,
): LabelledTable[] {
  const { tables, note } = keepWorking(read, { rng: createRng(seed).split("working guides"), minCells });
  notes.push(note);
  return tables;
}

/** Rows of the cells that share what was done to them and where. */
interface CellGroup {
  readonly label: CellLabel;
  readonly rows: Int32Array;
}

function groupCells(
  labels: readonly (CellLabel | null)[],
  { cells = Infinity, minCells = 10, seed = 0 }: ReadPerturbationOptions,
): { groups: CellGroup[]; notes: string[] } {
  const rows = labels.flatMap((label, row) => label ? [{ label, row }] : []);
  const all = [...Map.groupBy(rows, ({ label }) => conditionName(label)).values()]
    .map((members) => ({ label: members[0].label, rows: Int32Array.from(members, ({ row }) => row) }));
  const known = new Set(
    all.filter(({ label, rows }) => label.perturbed.length === 0 && rows.length >= minCells)
      .map(({ label }) => label.context),
  );
  const groups = all.filter(({ label, rows }) => rows.length >= minCells && known.has(label.context))
    .sort((a, b) => conditionName(a.label) < conditionName(b.label) ? -1 : 1);
  const left = all.filter((group) => !groups.includes(group)).map(({ label }) =>
    conditionName(label) || "ctrl"
  );
  const rng = createRng(seed).split("cells of conditions");
  const notes = left.length > 0
    ? [
      `conditions with fewer than ${minCells} cells, or beside fewer controls, take no part (${left.length}): ${
        listed(left)
      }`,
    ]
    : [];
  const drawn = groups.map((group) =>
    draw(group, cells * (group.label.perturbed.length === 0 ? 10 : 1), rng)
  );
  return { groups: drawn, notes };
}

function draw({ label, rows }: CellGroup, most: number, rng: ReturnType<typeof createRng>): CellGroup {
  if (rows.length <= most) return { label, rows };
  const picked = rng.split(conditionName(label)).sample(rows.length, most);
  return { label, rows: picked.map((at) => rows[at]).sort() };
}

/** The columns to read, their names, and how values become log1p. */
function chooseGenes(
  source: CellSource,
  labels: readonly (CellLabel | null)[],
  { genes: count = 1000 }: ReadPerturbationOptions,
) {
  const values = detectValues(source);
  if (values.kind === "scaled") {
    throw dataError(
      `Cannot use ${source.name}: ${values.evidence}; expected counts or log1p values of counts (in X)`,
    );
  }
  const areLogs = values.kind === "log1p" && values.plan?.undo === "e" && !values.plan.floor;
  const total = values.kind === "counts" ? medianTotal(source) : values.total ?? null;
  const normalise = (block: Parameters<typeof toLog1p>[0]) =>
    areLogs ? block : toLog1p(block, values, { targetSum: total ?? 1e4 });
  const symbols = geneNames(source);
  const perturbed = new Set(labels.flatMap((label) => label?.perturbed ?? []));
  const unique = Int32Array.from(new Map(symbols.map((symbol, column) => [symbol, column])).values()).sort();
  const genes = unique.length <= count ? unique : variableGenes(source, {
    count,
    normalise,
    always: new Set(unique.filter((column) => perturbed.has(symbols[column]))),
  });
  return { genes, names: Array.from(genes, (column) => symbols[column]), normalise, total };
}

/** Symbols: var's column gene_name where there is one, as in GEARS, else the index. */
export function geneNames(source: CellSource): readonly string[] {
  if (!source.var.columns.includes("gene_name")) return source.varNames;
  return source.var.values("gene_name").map(String);
}

/** Column `terms` of var, split by "|". */
function ownTerms(source: CellSource): TermTable | undefined {
  if (!source.var.columns.includes("terms")) return undefined;
  const texts = source.var.values("terms").map(String);
  const names = geneNames(source);
  return new Map(texts.map((text, i) => [names[i], new Set(text.split("|").filter((term) => term !== ""))]));
}

function medianTotal(source: CellSource): number {
  const totals: number[] = [];
  for (const { block } of blocksOf(source)) {
    for (let row = 0; row < block.rows; row++) {
      let sum = 0;
      for (let k = block.indptr[row]; k < block.indptr[row + 1]; k++) sum += block.data[k];
      totals.push(sum);
    }
  }
  return Math.max(1, Math.round(totals.sort((a, b) => a - b)[totals.length >> 1]));
}

/** Reads the wanted columns of all groups' cells in one pass: a table a group. */
function fillTables(
  source: CellSource,
  { groups, genes, normalise }: {
    groups: readonly CellGroup[];
    genes: Int32Array;
    normalise: ReturnType<typeof chooseGenes>["normalise"];
  },
): Table[] {
  const place = new Map(
    groups.flatMap(({ rows }, group) => Array.from(rows, (row, at) => [row, { group, at }])),
  );
  const tables = groups.map(({ rows }) => ({
    data: new Float32Array(rows.length * genes.length),
    rows: rows.length,
    cols: genes.length,
  }));
  for (const { start, block } of blocksOf(source)) {
    const dense = denseColumns(normalise(block), genes);
    for (let row = 0; row < dense.rows; row++) {
      const target = place.get(start + row);
      if (target) rowAt(tables[target.group], target.at).set(rowAt(dense, row));
    }
  }
  return tables;
}
