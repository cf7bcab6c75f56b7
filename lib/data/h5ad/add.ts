import { dataError } from "../../runtime/mod.ts";
import type { DenseArray } from "./elements.ts";
import { readElement } from "./encodings.ts";
import { columnNames, indexKey, readIndex } from "./frames.ts";
import { type Columns, putColumn, putGroup, putUns, requireName, type UnsDict } from "./put.ts";
import type { ElementSink, ElementStore } from "./store.ts";
import { putObsm } from "./write.ts";

/** The annotations to add to an AnnData. */
export interface Annotations {
  /** Columns with one value a cell. */
  readonly obs?: Columns;
  /** Arrays with one row a cell. */
  readonly obsm?: Readonly<Record<string, DenseArray>>;
  readonly uns?: UnsDict;
}

const GROUPS = ["obs", "obsm", "uns"] as const;

/**
 * The paths of what is there already and about to be replaced.
 *
 * @throws {KcellfmError} tag "data", when there is no obs, or a column would take the place of the row names.
 */
export function replacedBy(store: ElementStore, additions: Annotations): string[] {
  if (store.kind("obs") !== "group") throw dataError(`Cannot annotate ${store.path}: its input has no obs`);
  requireColumns(store, Object.keys(additions.obs ?? {}));
  return GROUPS.flatMap((group) => Object.keys(additions[group] ?? {}).map((name) => `${group}/${name}`))
    .filter((target) => store.kind(target) !== null);
}

/** Fails when a column would take the place of the row names. */
function requireColumns(file: ElementStore, names: readonly string[]): void {
  const index = indexKey(file, "obs");
  for (const name of names) {
    if (name !== index && name !== "__categories") continue;
    throw dataError(
      `Cannot write obs/${name} of ${file.path}: obs keeps its row names there; use another name`,
    );
  }
}

/** Adds everything; what is replaced must be gone. */
export function addTo(file: ElementSink, { obs = {}, obsm = {}, uns = {} }: Annotations): void {
  const rows = readIndex(file, "obs", readElement).length;
  addColumns(file, obs, rows);
  for (const group of ["obsm", "uns"]) if (!file.kind(group)) putGroup(file, group);
  for (const [name, array] of Object.entries(obsm)) putObsm(file, name, { array, rows });
  for (const [name, value] of Object.entries(uns)) putUns(file, `uns/${requireName(file, name)}`, value);
}

function addColumns(file: ElementSink, columns: Columns, length: number): void {
  const order = columnNames(file, "obs", indexKey(file, "obs"));
  for (const [name, column] of Object.entries(columns)) {
    putColumn(file, `obs/${requireName(file, name)}`, { column, length });
  }
  file.setAttribute("obs", "column-order", [...new Set([...order, ...Object.keys(columns)])]);
}
