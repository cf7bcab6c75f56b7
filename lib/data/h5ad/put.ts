import { dataError } from "../../runtime/mod.ts";
import type { Hdf5File } from "../hdf5/file.ts";
import type { NumberArray } from "../../matrix/mod.ts";
import type { DenseArray } from "./elements.ts";

/**
 * A column of obs or var: text or numbers. Text is stored as plain strings: a categorical needs a boolean attribute,
 * which h5wasm cannot write; pandas and scanpy make categoricals of them when they need them.
 */
export type Column = readonly string[] | NumberArray;

/** Columns by name. */
export type Columns = Readonly<Record<string, Column>>;

/** What `uns` can be given: text, numbers, lists of them, arrays with a shape, and dictionaries of all these. */
export type Uns =
  | string
  | number
  | readonly string[]
  | readonly number[]
  | NumberArray
  | DenseArray
  | UnsDict;

export interface UnsDict {
  readonly [key: string]: Uns;
}

const encode = (file: Hdf5File, path: string, [type, version]: readonly [string, string]): void => {
  file.setAttribute(path, "encoding-type", type);
  file.setAttribute(path, "encoding-version", version);
};

/** Marks the file as AnnData and makes the groups that every reader expects. */
export function putRoot(file: Hdf5File): void {
  encode(file, "/", ["anndata", "0.1.0"]);
  for (const group of ["layers", "obsm", "obsp", "uns", "varm", "varp"]) putGroup(file, group);
}

export function putGroup(file: Hdf5File, path: string): void {
  file.createGroup(path);
  encode(file, path, ["dict", "0.1.0"]);
}

export function putArray(file: Hdf5File, path: string, { shape, data }: DenseArray): void {
  file.createNumbers(path, data, { shape });
  encode(file, path, ["array", "0.2.0"]);
}

export function putStrings(file: Hdf5File, path: string, values: readonly string[]): void {
  file.createStrings(path, values);
  encode(file, path, ["string-array", "0.2.0"]);
}

/** Writes a column of a dataframe; `length` is the number of rows it must have. */
export function putColumn(
  file: Hdf5File,
  path: string,
  { column, length }: { column: Column; length: number },
): void {
  if (column.length !== length) {
    throw dataError(
      `Cannot write ${path} of ${file.path}: it has ${column.length} values for ${length} rows`,
    );
  }
  if (isText(column)) putStrings(file, path, column);
  else putArray(file, path, { shape: [length], data: column });
}

const isText = (column: Column): column is readonly string[] => Array.isArray(column);

/** Writes a dataframe: its row names, then its columns in the given order. */
export function putFrame(
  file: Hdf5File,
  path: string,
  { index, columns }: { index: readonly string[]; columns: Columns },
): void {
  file.createGroup(path);
  encode(file, path, ["dataframe", "0.2.0"]);
  file.setAttribute(path, "_index", "_index");
  file.setAttribute(path, "column-order", Object.keys(columns));
  putStrings(file, `${path}/_index`, index);
  for (const [name, column] of Object.entries(columns)) {
    putColumn(file, `${path}/${requireName(file, name)}`, { column, length: index.length });
  }
}

/** A name that HDF5 can hold: not empty and without "/", which would make a group. */
export function requireName(file: Hdf5File, name: string): string {
  if (name !== "" && name !== "." && !name.includes("/")) return name;
  throw dataError(`Cannot write "${name}" to ${file.path}: names must not be empty or contain "/"`);
}

export function putUns(file: Hdf5File, path: string, value: Uns): void {
  if (typeof value === "string") return putScalar(file, path, value);
  if (typeof value === "number") return putScalar(file, path, value);
  if (Array.isArray(value)) return putList(file, path, value);
  if (ArrayBuffer.isView(value)) {
    return putArray(file, path, { shape: [(value as NumberArray).length], data: value as NumberArray });
  }
  if (isShaped(value)) return putArray(file, path, value);
  putGroup(file, path);
  for (const [key, item] of Object.entries(value as UnsDict)) {
    putUns(file, `${path}/${requireName(file, key)}`, item);
  }
}

const isShaped = (value: Uns): value is DenseArray =>
  typeof value === "object" && Array.isArray((value as DenseArray).shape) &&
  ArrayBuffer.isView((value as DenseArray).data);

function putScalar(file: Hdf5File, path: string, value: string | number): void {
  if (typeof value === "string") {
    file.createStrings(path, [value], { shape: [] });
    encode(file, path, ["string", "0.2.0"]);
  } else {
    const isInt = (value | 0) === value;
    file.createNumbers(path, isInt ? Int32Array.of(value) : Float64Array.of(value), { shape: [] });
    encode(file, path, ["numeric-scalar", "0.2.0"]);
  }
}

function putList(file: Hdf5File, path: string, list: readonly (string | number)[]): void {
  if (list.every((item) => typeof item === "string")) return putStrings(file, path, list);
  if (list.every((item) => typeof item === "number")) {
    return putArray(file, path, { shape: [list.length], data: Float64Array.from(list) });
  }
  throw dataError(`Cannot write ${path} of ${file.path}: a list must hold only text or only numbers`);
}
