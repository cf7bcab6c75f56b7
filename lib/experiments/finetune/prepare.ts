import type { CellSource } from "../../data/mod.ts";
import {
  type DetectedValues,
  detectValues,
  type GeneVocabulary,
  matchGenes,
  type ModelCells,
} from "../../genes/mod.ts";
import type { Result } from "../../metrics/mod.ts";
import { dataError } from "../../runtime/mod.ts";
import { type CsrMatrix, Frame, type Table, tableRows } from "../../matrix/mod.ts";

/** Labelled cells to experiment on. */
export interface ExperimentSet {
  /** Name in the registry; results are filed under it. */
  readonly name: string;
  /** False for simulated cells. */
  readonly real: boolean;
  readonly sha256: string | null;
  readonly source: CellSource;
  readonly values: DetectedValues;
  /** One a cell, of any kind (types, states, phases); null takes no part. */
  readonly labels: readonly (string | null)[];
  /** Patient, donor, study or region of each cell. */
  readonly groups?: readonly string[];
  readonly coordinates?: { readonly x: Float32Array; readonly y: Float32Array };
  /** Cell Ontology id of each label that has one: brings the ontology into training and scores. */
  readonly terms?: ReadonlyMap<string, string>;
  /** Numbers printed by the original for these very data, with their source. */
  readonly published?: Result["published"];
}

/** Values that are read as they are: logarithms, z-scores, marker intensities of any sign. */
export const AS_THEY_ARE: DetectedValues = { kind: "log1p", evidence: "used as they are", asTheyAre: true };

/** Form of a file's values: as detected, and scaled ones unchanged. */
export function valuesOf(source: CellSource): DetectedValues {
  const found = detectValues(source);
  return found.kind === "scaled"
    ? { ...AS_THEY_ARE, evidence: `${found.evidence}; used as they are` }
    : found;
}

/**
 * A table of cells by genes (or markers under their genes' names) as a source of cells; zeros are kept as values.
 *
 * @param symbols one a column
 * @throws {KcellfmError} tag "data", when a value is not a finite number; the message names the first one.
 */
export function tableSource(
  table: Table,
  { name, symbols }: { name: string; symbols: readonly string[] },
): CellSource {
  requireFinite(table, { name, symbols });
  const obsNames = Array.from({ length: table.rows }, (_, i) => `cell_${i + 1}`);
  return {
    name,
    nObs: table.rows,
    nVars: table.cols,
    obsNames,
    varNames: symbols,
    obs: new Frame(obsNames),
    var: new Frame(symbols, { symbol: symbols }),
    rows: (start, end) => csrOfAll(tableRows(table, start, end)),
    close: () => {},
  };
}

function requireFinite(
  { data }: Table,
  { name, symbols }: { name: string; symbols: readonly string[] },
): void {
  const bad = data.reduce((count, value) => count + Number(!Number.isFinite(value)), 0);
  if (bad === 0) return;
  const first = data.findIndex((value) => !Number.isFinite(value));
  const gene = symbols[first % symbols.length];
  const cell = Math.floor(first / symbols.length) + 1;
  throw dataError(
    `Cannot use ${name}: ${bad} values are not finite numbers (the first: ${gene} of cell ${cell}); drop or fill ` +
      "these cells",
  );
}

/** A table in sparse form, zeros included. */
function csrOfAll({ data, rows, cols }: Table): CsrMatrix {
  return {
    rows,
    cols,
    indptr: Int32Array.from({ length: rows + 1 }, (_, row) => row * cols),
    indices: Int32Array.from({ length: rows * cols }, (_, at) => at % cols),
    data,
  };
}

/** A set with its genes matched to a model's vocabulary and its labels numbered. */
export interface PreparedSet extends ExperimentSet {
  readonly cells: ModelCells;
  /** The labels, sorted. */
  readonly classes: readonly string[];
  /** Class of every cell, or -1. */
  readonly codes: Int32Array;
  /** Genes of the vocabulary that the set has, ascending. */
  readonly genes: Int32Array;
}

/** @throws {KcellfmError} tag "data", if labels and cells differ in number, too few genes are known, or there is one class. */
export function prepareSet(set: ExperimentSet, vocabulary: GeneVocabulary): PreparedSet {
  const { source, values, labels } = set;
  if (labels.length !== source.nObs) {
    throw dataError(
      `Cannot use ${set.name}: ${labels.length} labels for ${source.nObs} cells; one each is needed`,
    );
  }
  const classes = [...new Set(labels)].filter((label) => label !== null).sort();
  if (classes.length < 2) {
    throw dataError(
      `Cannot learn from ${set.name}: its labels are of ${classes.length} class; at least two are needed, choose another column`,
    );
  }
  const codeOf = new Map(classes.map((label, code) => [label, code]));
  const { tokenOf } = matchGenes(source, vocabulary);
  return {
    ...set,
    cells: { source, values, tokenOf, genes: vocabulary.symbols.length },
    classes,
    codes: Int32Array.from(labels, (label) => label === null ? -1 : codeOf.get(label) ?? -1),
    genes: Int32Array.from(new Set(tokenOf)).filter((token) => token >= 0).sort(),
  };
}
