import { type CsrMatrix, type FrameColumn, lengthOf } from "../matrix/mod.ts";
import { type DenseArray, type Element, isDenseArray } from "./h5ad/elements.ts";
import type { H5ad } from "./h5ad/open.ts";
import { categoricalOf, type Columns } from "./h5ad/put.ts";
import type { H5adContent, MatrixContent } from "./h5ad/write.ts";
import type { CellSource } from "./types.ts";

/** Everything of a source that a new AnnData can hold: its matrix by slices, annotations, places and reductions, layers. */
export function contentOf(source: CellSource): H5adContent {
  const { obsNames, varNames } = source;
  return {
    x: blocksOf(source),
    obsNames,
    varNames,
    obs: carried(source.obs),
    var: carried(source.var),
    obsm: arraysOf(source),
    layers: layersOf(source),
  };
}

/** Columns that a file can hold: no "/" in their names, and text that repeats as categoricals, as anndata writes it. */
function carried(frame: Iterable<readonly [string, FrameColumn]>): Columns {
  const named = [...frame].filter(([name]) => name !== "");
  return Object.fromEntries(named.map(([name, column]) => [name.replaceAll("/", "_"), compact(column)]));
}

function compact(column: FrameColumn): FrameColumn {
  if (!Array.isArray(column) || !column.every((value) => value === null || typeof value === "string")) {
    return column;
  }
  const distinct = new Set(column);
  return distinct.size < lengthOf(column) ? categoricalOf(column as (string | null)[]) : column;
}

/** Arrays with a row a cell; frames and sparse matrices stay behind. */
function arraysOf(source: CellSource | H5ad): Record<string, DenseArray> {
  const read = (name: string) =>
    "element" in source ? source.element(`obsm/${name}`) : source.obsm?.(name) ?? null;
  return Object.fromEntries((source.keys?.("obsm") ?? []).flatMap((name): [string, DenseArray][] => {
    const array = read(name);
    return isDenseArray(array) && array.shape[0] === source.nObs ? [[name, array]] : [];
  }));
}

function layersOf(source: CellSource | H5ad): Record<string, MatrixContent> {
  if (!("element" in source)) return {};
  const found = source.layers.map((name) => [name, matrixOf(source.element(`layers/${name}`))] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, MatrixContent] => entry[1] !== null));
}

function matrixOf(element: Element): MatrixContent | null {
  if (isDenseArray(element)) return element;
  if (typeof element !== "object" || element === null || !("matrix" in element)) return null;
  const { rows, read } = element.matrix as { rows: number; read: (start: number, end: number) => CsrMatrix };
  return blocks(rows, read);
}

const blocksOf = (source: CellSource): Iterable<CsrMatrix> =>
  blocks(source.nObs, (start, end) => source.rows(start, end));

/** Rows at a time. */
const BLOCK = 1024;

function* blocks(count: number, read: (start: number, end: number) => CsrMatrix): Generator<CsrMatrix> {
  for (let start = 0; start < count; start += BLOCK) yield read(start, Math.min(start + BLOCK, count));
}
