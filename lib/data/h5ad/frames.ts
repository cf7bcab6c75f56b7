import { dataError, KcellfmError } from "../../runtime/mod.ts";
import { Frame, type FrameColumn, lengthOf, valuesOf } from "../../matrix/mod.ts";
import type { ElementStore } from "./store.ts";
import {
  categoryNames,
  type Element,
  isCategorical,
  isDenseArray,
  isNullable,
  type ReadElement,
} from "./elements.ts";

/**
 * A dataframe element (obs, var): the specification's groups of columns, the groups of anndata 0.7 whose
 * categories live in `__categories`, and the tables of anndata before 0.7 whose categories live in `uns`.
 *
 * @throws {KcellfmError} tag "data", with the path of the column that cannot be read.
 */
export function readFrame(
  file: ElementStore,
  path: string,
  read: ReadElement,
  onUnknown: (error: KcellfmError) => void = raise,
): Frame {
  if (file.kind(path) === "dataset") return readTable(file, path, read);
  const key = indexKey(file, path);
  const index = readIndex(file, path, read);
  const columns = columnNames(file, path, key).flatMap((name) => {
    const at = `${path}/${name}`;
    const isThere = file.kind(at) !== null;
    const found = isThere
      ? orUnknown(() => readColumn(file, at, read), onUnknown)
      : readColumn(file, at, read);
    if (found === undefined) return [];
    const element = withUnsCategories(file, name, { element: found, read });
    return [[name, toColumn(file, { at, element, length: index.length })] as const];
  });
  return new Frame(index, columns);
}

const raise = (error: KcellfmError): never => {
  throw error;
};

/** The result of `read`; undefined if it meets a readable element that is not known here. */
function orUnknown(read: () => Element, onUnknown: (error: KcellfmError) => void): Element | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KcellfmError) || error.tag !== "data") throw error;
    onUnknown(error);
  }
}

/** The dataset that holds the row names. */
export function indexKey(file: ElementStore, path: string): string {
  const key = file.attribute(path, "_index");
  if (typeof key === "string") return key;
  for (const name of ["_index", "index"]) if (file.kind(`${path}/${name}`)) return name;
  throw dataError(`Cannot read ${path} of ${file.path}: it has no index of row names`);
}

/** The row names, in either encoding of text. */
export function readIndex(file: ElementStore, path: string, read: ReadElement): string[] {
  const at = `${path}/${indexKey(file, path)}`;
  const column = columnOf(read(file, at));
  if (column === null) throw dataError(`Cannot read ${at} of ${file.path}: row names were expected`);
  return valuesOf(column).map((value) => String(value ?? ""));
}

/** Column names in the file's order. */
export function columnNames(file: ElementStore, path: string, key: string): string[] {
  const order = file.attribute(path, "column-order");
  if (Array.isArray(order)) return order.map(String);
  return file.keys(path).filter((name) => name !== key && name !== "__categories");
}

/** A column; in anndata 0.7 a dataset of codes whose attribute points at its categories. */
function readColumn(file: ElementStore, path: string, read: ReadElement): Element {
  const categories = file.kind(path) === "dataset" ? file.attribute(path, "categories") : null;
  if (typeof categories !== "string") return read(file, path);
  return {
    codes: file.numbers(path, Int32Array),
    categories: categoryNames(file, categories, read),
    ordered: Boolean(file.attribute(categories, "ordered")),
  };
}

function readTable(file: ElementStore, path: string, read: ReadElement): Frame {
  const { index, columns } = readTableFields(file, path);
  const checked = Object.entries(columns).map(([name, values]) => {
    const element = Array.isArray(values)
      ? values
      : { shape: [values.length], data: values as Float64Array | Int32Array };
    const named = withUnsCategories(file, name, { element, read });
    return [name, toColumn(file, { at: `${path}/${name}`, element: named, length: index.length })] as const;
  });
  return new Frame(index, checked);
}

/** The fields of an obs or var table as they are stored: the first names the rows, categoricals are codes. */
export function readTableFields(
  file: ElementStore,
  path: string,
): { index: readonly string[]; columns: TableColumns } {
  const [first, ...rest] = file.table(path);
  if (!first) throw dataError(`Cannot read ${path} of ${file.path}: the table has no columns`);
  const index = "width" in first[1] ? Array.from(first[1].values, String) : first[1].values;
  return { index, columns: Object.fromEntries(rest.map(([name, field]) => [name, field.values])) };
}

type TableColumns = Readonly<Record<string, string[] | Float64Array | Int32Array>>;

interface Column {
  readonly at: string;
  readonly element: Element;
  readonly length: number;
}

function toColumn(file: ElementStore, { at, element, length }: Column): FrameColumn {
  const column = columnOf(element);
  if (column && lengthOf(column) === length) return column;
  const found = column === null ? "it is not a column" : `it has ${lengthOf(column)} values`;
  throw dataError(`Cannot read ${at} of ${file.path}: ${found}, a column of ${length} was expected`);
}

/** Path of the categories of a column of codes before anndata 0.7. */
export const unsCategories = (name: string): string => `uns/${name}_categories`;

function withUnsCategories(
  file: ElementStore,
  name: string,
  { element, read }: { element: Element; read: ReadElement },
): Element {
  const path = unsCategories(name);
  if (!isDenseArray(element) || !(element.data instanceof Int32Array) || !file.kind(path)) return element;
  const categories = categoryNames(file, path, read);
  if (!element.data.every((code) => code < categories.length)) return element;
  return { codes: element.data, categories, ordered: false };
}

function columnOf(element: Element): FrameColumn | null {
  if (Array.isArray(element) || isCategorical(element)) return element;
  if (isNullable(element)) return element.nullable;
  return isDenseArray(element) && element.shape.length === 1 ? element.data : null;
}
