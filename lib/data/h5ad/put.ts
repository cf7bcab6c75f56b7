import { dataError } from "../../runtime/mod.ts";
import type { Categorical, FrameColumn, NumberArray } from "../../matrix/mod.ts";
import type { DenseArray } from "./elements.ts";
import type { ElementSink } from "./store.ts";

/** A column of obs or var; null (of a categorical the code -1) is missing. */
export type Column = FrameColumn;

/** Columns by name. */
export type Columns = Readonly<Record<string, Column>>;

/** Values that `uns` accepts: text, numbers, lists of them, arrays with a shape, and dictionaries of all these. */
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

const encode = (file: ElementSink, path: string, [type, version]: readonly [string, string]): void => {
  file.setAttribute(path, "encoding-type", type);
  file.setAttribute(path, "encoding-version", version);
};

/** Marks the file as AnnData and makes the groups that every reader expects. */
export function putRoot(file: ElementSink): void {
  encode(file, "/", ["anndata", "0.1.0"]);
  for (const group of ["layers", "obsm", "obsp", "uns", "varm", "varp"]) putGroup(file, group);
}

export function putGroup(file: ElementSink, path: string): void {
  file.createGroup(path);
  encode(file, path, ["dict", "0.1.0"]);
}

/** Elements of a chunk, about: 256 KB as float32. */
const CHUNK = 1 << 16;
/** Arrays of fewer elements are not compressed: a chunk's own description would outweigh them. */
const SMALL = 1 << 9;

export function putArray(file: ElementSink, path: string, { shape, data }: DenseArray): void {
  putNumbers(file, path, { shape, data });
  encode(file, path, ["array", "0.2.0"]);
}

function putNumbers(file: ElementSink, path: string, { shape, data }: DenseArray): void {
  if (data.length < SMALL) return file.createNumbers(path, data, { shape });
  const [rows, ...rest] = shape;
  const width = rest.reduce((a, b) => a * b, 1);
  const chunks = [Math.max(1, Math.min(rows, Math.floor(CHUNK / width))), ...rest];
  file.createNumbers(path, data, { shape, chunks, gzip: 1 });
}

export function putStrings(file: ElementSink, path: string, values: readonly string[]): void {
  file.createStrings(path, values);
  encode(file, path, ["string-array", "0.2.0"]);
}

/** Writes a column of a dataframe; `length` is the number of rows it must have. */
export function putColumn(
  file: ElementSink,
  path: string,
  { column, length }: { column: Column; length: number },
): void {
  const rows = isCategorical(column) ? column.codes.length : column.length;
  if (rows !== length) {
    throw dataError(`Cannot write ${path} of ${file.path}: it has ${rows} values for ${length} rows`);
  }
  if (isCategorical(column)) putCategorical(file, path, column);
  else if (ArrayBuffer.isView(column)) putArray(file, path, { shape: [length], data: column });
  else putValues(file, path, column);
}

const isCategorical = (column: Column): column is Categorical => "codes" in column;

/** Text without gaps as text, with gaps as a categorical; whole numbers and booleans with gaps as nullable. */
function putValues(
  file: ElementSink,
  path: string,
  values: readonly (string | number | boolean | null)[],
): void {
  const kind = typeof values.find((value) => value !== null);
  if (kind === "number") return putSparseNumbers(file, path, values as readonly (number | null)[]);
  if (kind === "boolean") return putBooleans(file, path, values as readonly (boolean | null)[]);
  const texts = values as readonly (string | null)[];
  if (texts.includes(null)) putCategorical(file, path, categoricalOf(texts));
  else putStrings(file, path, texts as readonly string[]);
}

/** Whole numbers with gaps as nullable integers; others with NaN. */
function putSparseNumbers(file: ElementSink, path: string, values: readonly (number | null)[]): void {
  const length = values.length;
  const isWhole = values.every((value) => value === null || (value | 0) === value);
  if (!isWhole) {
    return putArray(file, path, {
      shape: [length],
      data: Float64Array.from(values, (value) => value ?? NaN),
    });
  }
  const data = Int32Array.from(values, (value) => value ?? 0);
  if (!values.includes(null)) return putArray(file, path, { shape: [length], data });
  putMasked(file, path, { encoding: "nullable-integer", mask: values.map((value) => value === null) });
  putArray(file, `${path}/values`, { shape: [length], data });
}

function putBooleans(file: ElementSink, path: string, values: readonly (boolean | null)[]): void {
  if (!values.includes(null)) return putBooleanArray(file, path, values as readonly boolean[]);
  putMasked(file, path, { encoding: "nullable-boolean", mask: values.map((value) => value === null) });
  putBooleanArray(file, `${path}/values`, values.map((value) => value ?? false));
}

function putMasked(
  file: ElementSink,
  path: string,
  { encoding, mask }: { encoding: string; mask: readonly boolean[] },
): void {
  file.createGroup(path);
  encode(file, path, [encoding, "0.1.0"]);
  putBooleanArray(file, `${path}/mask`, mask);
}

function putBooleanArray(file: ElementSink, path: string, values: readonly boolean[]): void {
  file.createBooleans(path, values);
  encode(file, path, ["array", "0.2.0"]);
}

function putCategorical(file: ElementSink, path: string, { codes, categories, ordered }: Categorical): void {
  file.createGroup(path);
  encode(file, path, ["categorical", "0.2.0"]);
  file.setAttribute(path, "ordered", ordered);
  putStrings(file, `${path}/categories`, categories);
  const narrow = categories.length < 128 ? Int8Array : categories.length < 32768 ? Int16Array : Int32Array;
  putArray(file, `${path}/codes`, { shape: [codes.length], data: narrow.from(codes) });
}

/** Text as a categorical, its categories in alphabetical order as pandas has them; null is missing. */
export function categoricalOf(texts: readonly (string | null)[]): Categorical {
  const categories = [...new Set(texts.filter((text) => text !== null))].sort((a, b) => a < b ? -1 : 1);
  const codeOf = new Map(categories.map((name, code) => [name, code]));
  return {
    codes: Int32Array.from(texts, (text) => text === null ? -1 : codeOf.get(text)!),
    categories,
    ordered: false,
  };
}

/** Writes a dataframe: its row names, then its columns in the given order. */
export function putFrame(
  file: ElementSink,
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
export function requireName(file: ElementSink, name: string): string {
  if (name !== "" && name !== "." && !name.includes("/")) return name;
  throw dataError(`Cannot write "${name}" to ${file.path}: names must not be empty or contain "/"`);
}

export function putUns(file: ElementSink, path: string, value: Uns): void {
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

function putScalar(file: ElementSink, path: string, value: string | number): void {
  if (typeof value === "string") {
    file.createStrings(path, [value], { shape: [] });
    encode(file, path, ["string", "0.2.0"]);
  } else {
    const isInt = (value | 0) === value;
    file.createNumbers(path, isInt ? Int32Array.of(value) : Float64Array.of(value), { shape: [] });
    encode(file, path, ["numeric-scalar", "0.2.0"]);
  }
}

function putList(file: ElementSink, path: string, list: readonly (string | number)[]): void {
  if (list.every((item) => typeof item === "string")) return putStrings(file, path, list);
  if (list.every((item) => typeof item === "number")) {
    return putArray(file, path, { shape: [list.length], data: Float64Array.from(list) });
  }
  throw dataError(`Cannot write ${path} of ${file.path}: a list must hold only text or only numbers`);
}
