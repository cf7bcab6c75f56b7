import { dataError } from "../../runtime/mod.ts";
import { type FrameColumn, takeValues } from "../../matrix/mod.ts";
import { columnOf, frameOf } from "./columns.ts";
import { classesOf, entriesOf, hasClass, isDataFrame, isFactor, isList, isText, namesOf } from "./access.ts";
import { alignRows, cellsByGenes, type LayerChoice, numbered, type RCells } from "./cells.ts";
import { experimentCells, experimentSummary, isExperiment } from "./experiment.ts";
import type { RVariables } from "./file.ts";
import { foreignMatrix, matrixOf, type RMatrix } from "./matrix.ts";
import { isSeurat, seuratCells, seuratSummary } from "./seurat.ts";
import { frameMatrix, genesAreRows } from "./tables.ts";
import type { RValue } from "./values.ts";

/** The choice of an object in an R file. */
export interface ObjectChoice extends LayerChoice {
  /** The variable, or the item of a list, that holds the cells: `pbmc`, `data$counts`. */
  readonly object?: string;
}

/** Lists inside lists that are looked into. */
const DEEPEST = 3;

interface Named {
  readonly name: string;
  readonly value: RValue;
}

/** Something that holds cells, with what messages say of it. */
interface Candidate extends Named {
  readonly cells: number;
  readonly text: string;
  /** Of containers, which carry their own annotations; of bare matrices `others` may be annotations. */
  readonly isContainer: boolean;
  readonly open: (choice: LayerChoice, others: readonly Named[]) => RCells;
}

/**
 * The cells in the variables of an R file: a Seurat object, a SingleCellExperiment, or a matrix beside which a vector
 * or data frame of the same cells is their annotation. Where there are several, `object` says which.
 *
 * @throws {KcellfmError} tag "data", when there are none, or several and none was chosen.
 */
export function findCells(path: string, variables: RVariables, choice: ObjectChoice): RCells {
  const all = [...variables].flatMap(([name, value]) => unfold({ name, value }, DEEPEST));
  const candidates = candidatesAmong(all, path);
  const chosen = chooseCandidate(candidates, { path, all, object: choice.object });
  return chosen.open(choice, all.filter(({ value }) => value !== chosen.value));
}

/** A value, and where it is a plain list, its items. */
function unfold(named: Named, depth: number): Named[] {
  const { name, value } = named;
  if (depth === 0 || !isList(value) || classesOf(value).some((of) => of !== "list")) return [named];
  const items = entriesOf(value).map(([key, item], i) => ({
    name: joinedName(name, key || `[[${i + 1}]]`),
    value: item,
  }));
  return items.flatMap((item) => unfold(item, depth - 1));
}

const joinedName = (list: string, item: string): string => list === "" ? item : `${list}$${item}`;

function candidatesAmong(all: readonly Named[], path: string): Candidate[] {
  const found = all.flatMap((named) => candidateOf(named, path) ?? []);
  if (found.length > 0) return found;
  return all.flatMap(({ name, value }) => {
    const matrix = isDataFrame(value) ? frameMatrix(value) : null;
    return matrix
      ? [matrixCandidate({ name, value }, { matrix: matrix.matrix, path, own: matrix.annotations })]
      : [];
  });
}

function candidateOf(named: Named, path: string): Candidate | null {
  const { name, value } = named;
  const object = name === "" ? path : `${name} of ${path}`;
  if (isSeurat(value)) {
    const open = (choice: LayerChoice) => seuratCells(value, choice, object);
    return { ...named, ...seuratSummary(value), isContainer: true, open };
  }
  if (isExperiment(value)) {
    const open = (choice: LayerChoice) => experimentCells(value, choice, object);
    return { ...named, ...experimentSummary(value), isContainer: true, open };
  }
  const matrix = matrixOf(value);
  return matrix && matrix.rowNames && matrix.rows > 0 && matrix.cols > 1
    ? matrixCandidate(named, { matrix, path, own: new Map() })
    : null;
}

interface MatrixOptions {
  readonly matrix: RMatrix;
  readonly path: string;
  /** Annotations that came with it. */
  readonly own: ReadonlyMap<string, FrameColumn>;
}

function matrixCandidate(named: Named, { matrix, path, own }: MatrixOptions): Candidate {
  const rowsAre = genesAreRows(matrix) ? "genes" : "cells";
  const [genes, cells] = rowsAre === "genes" ? [matrix.rows, matrix.cols] : [matrix.cols, matrix.rows];
  const text = `matrix, ${genes} genes`;
  const open = (choice: LayerChoice, others: readonly Named[]): RCells => {
    if (choice.layer !== undefined || choice.useRaw) {
      throw dataError(`Cannot read ${choice.layer ?? "raw"} of ${path}: it is a matrix without layers`);
    }
    const [varNames, given] = rowsAre === "genes"
      ? [matrix.rowNames, matrix.colNames]
      : [matrix.colNames, matrix.rowNames];
    if (!varNames) throw dataError(`Cannot read ${path}: the genes of its matrix have no names`);
    const obsNames = given ?? numbered("cell", cells);
    const columns = rowsAre === "cells" ? own : new Map<string, FrameColumn>();
    return {
      matrixName: named.name || "the matrix",
      matrix: cellsByGenes(matrix, { rowsAre }),
      obsNames,
      varNames,
      obs: new Map([...columns, ...annotationsAmong(others, obsNames)]),
      var: rowsAre === "genes" ? own : new Map(),
      obsm: new Map(),
      layers: [],
    };
  };
  return { ...named, cells, text, isContainer: false, open };
}

/** Vectors of labels, and frames with a row a cell, that lie beside a matrix. */
function annotationsAmong(others: readonly Named[], obsNames: readonly string[]): Map<string, FrameColumn> {
  const found = new Map<string, FrameColumn>();
  for (const { name, value } of others) {
    const frame = frameOf(value);
    const isLabels = isText(value) || isFactor(value);
    const [names, length] = frame
      ? [frame.rowNames, frame.rows]
      : isLabels && value?.kind !== "other" && value !== null && "data" in value
      ? [namesOf(value), value.data.length]
      : [null, -1];
    const rows = length < 0 ? null : alignRows(names, length, obsNames);
    if (!rows) continue;
    const columns = frame ? [...frame.columns] : [[lastName(name), columnOf(value, length)] as const];
    for (const [key, column] of columns) if (column) found.set(key, takeValues(column, rows));
  }
  return found;
}

const lastName = (name: string): string => name.slice(name.lastIndexOf("$") + 1) || "label";

interface Choosing {
  readonly path: string;
  readonly all: readonly Named[];
  readonly object?: string;
}

/** The one that was named; else the only container; else the only matrix, or the one of counts among several of the same cells. */
function chooseCandidate(candidates: readonly Candidate[], { path, all, object }: Choosing): Candidate {
  if (object !== undefined) {
    const named = candidates.filter(({ name }) => name === object || name.startsWith(`${object}$`));
    if (named.length > 0) return onlyOne(named, path);
    throw dataError(`Cannot read ${object} of ${path}: ${listing(candidates, all)}`);
  }
  if (candidates.length === 0) throw dataError(`Cannot read ${path}: ${listing(candidates, all)}`);
  return onlyOne(candidates, path);
}

function onlyOne(candidates: readonly Candidate[], path: string): Candidate {
  const containers = candidates.filter(({ isContainer }) => isContainer);
  const among = containers.length > 0 ? containers : candidates;
  if (among.length === 1) return among[0];
  const counts = among.filter(({ name }) => /count|raw|umi/i.test(lastName(name)));
  const areSame = among.every(({ text }) => text === among[0].text);
  if (containers.length === 0 && areSame && counts.length === 1) return counts[0];
  throw dataError(`Cannot read ${path}: ${listing(candidates, [])}; choose one with --object NAME`);
}

/** List of the file's contents, for the user to choose from or to see the gaps. */
function listing(candidates: readonly Candidate[], all: readonly Named[]): string {
  if (candidates.length > 0) {
    return `it holds ${
      candidates.map(({ name, text, cells }) => `${name || "one object"} (${text}, ${cells} cells)`).slice(
        0,
        12,
      ).join("; ")
    }`;
  }
  const seen = all.slice(0, 8).map(({ name, value }) => `${name || "its value"}: ${describe(value)}`);
  return `it holds no Seurat object, SingleCellExperiment or named matrix (${
    seen.join("; ") || "it is empty"
  })`;
}

function describe(value: RValue): string {
  if (hasClass(value, "seurat")) {
    return "a Seurat object of version 2; in R, use UpdateSeuratObject and save again";
  }
  const foreign = foreignMatrix(value);
  if (foreign) return `a ${foreign}; in R, turn it into a dgCMatrix and save again`;
  return classesOf(value)[0] ?? (value === null ? "NULL" : value.kind === "other" ? value.what : value.kind);
}
