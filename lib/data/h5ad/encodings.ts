import { dataError } from "../../runtime/mod.ts";
import type { Field } from "../hdf5/decode.ts";
import type { ElementStore } from "./store.ts";
import {
  categoryNames,
  type DenseArray,
  type Element,
  type ElementDict,
  type Nullable,
  type ReadElement,
  type RecordArray,
} from "./elements.ts";
import { readFrame } from "./frames.ts";
import { openMatrix, sparseFormat } from "./matrix.ts";

const frame: ReadElement = (file, path) => readFrame(file, path, readElement);

/** Readers by (encoding-type, encoding-version), after AnnData's on-disk specification. */
const READERS: ReadonlyMap<string, ReadElement> = new Map<string, ReadElement>([
  ["anndata 0.1.0", readDict],
  ["raw 0.1.0", readDict],
  ["dict 0.1.0", readDict],
  ["array 0.2.0", readArray],
  ["string-array 0.2.0", readArray],
  ["rec-array 0.2.0", readRecords],
  ["string 0.2.0", readArray],
  ["bytes 0.2.0", readArray],
  ["numeric-scalar 0.2.0", readArray],
  ["null 0.1.0", () => null],
  ["csr_matrix 0.1.0", readMatrix],
  ["csc_matrix 0.1.0", readMatrix],
  ["categorical 0.2.0", readCategorical],
  ["nullable-integer 0.1.0", readNullable],
  ["nullable-boolean 0.1.0", readNullable],
  ["nullable-string-array 0.1.0", readNullable],
  ["dataframe 0.1.0", frame],
  ["dataframe 0.2.0", frame],
]);

/**
 * Reads any element of an AnnData file. Elements without an encoding (anndata before 0.8) are read by what they
 * are: groups as dictionaries or sparse matrices, datasets as arrays, strings or tables.
 *
 * @throws {KcellfmError} tag "data", with the path, when the encoding is not known.
 */
export function readElement(file: ElementStore, path: string): Element {
  const kind = file.kind(path);
  if (kind === null) throw dataError(`Cannot read ${path} of ${file.path}: there is no such element`);
  return once(file, path, () => readerFor(file, { path, kind })(file, path));
}

/** Elements of each file that are being read: what lies in another is read while the other is. */
const open = new WeakMap<ElementStore, Set<string>>();
const DEEPEST = 64;

/** Refuses an element that holds itself, as a column named "" or a loop of links does. */
function once<T>(file: ElementStore, path: string, read: () => T): T {
  const outer = open.get(file) ?? new Set();
  open.set(file, outer);
  const own = path.split("/").filter((name) => name !== "" && name !== ".").join("/");
  if (outer.has(own) || outer.size > DEEPEST) {
    throw dataError(`Cannot read ${path} of ${file.path}: it holds itself`);
  }
  outer.add(own);
  try {
    return read();
  } finally {
    outer.delete(own);
  }
}

function readerFor(
  file: ElementStore,
  { path, kind }: { path: string; kind: "group" | "dataset" },
): ReadElement {
  const type = file.attribute(path, "encoding-type");
  if (type === null || type === "") return legacyReader(file, { path, kind });
  const version = file.attribute(path, "encoding-version");
  const reader = READERS.get(`${type} ${version}`);
  if (reader) return reader;
  throw dataError(
    `Cannot read ${path} of ${file.path}: encoding "${type}" ${version} is not known ` +
      `(known: ${[...READERS.keys()].join(", ")})`,
  );
}

function legacyReader(
  file: ElementStore,
  { path, kind }: { path: string; kind: "group" | "dataset" },
): ReadElement {
  if (kind === "group") return sparseFormat(file, path) ? readMatrix : readDict;
  return file.info(path).type.kind === "table" ? readRecords : readArray;
}

function readDict(file: ElementStore, path: string): ElementDict {
  return Object.fromEntries(file.keys(path).map((key) => [key, readElement(file, `${path}/${key}`)]));
}

function readMatrix(file: ElementStore, path: string): Element {
  return { matrix: openMatrix(file, path) };
}

/** Arrays and scalars of numbers, booleans or strings. */
export function readArray(file: ElementStore, path: string): Element {
  const { shape, type } = file.info(path);
  if (shape === null) return null;
  if (type.kind === "string") {
    const values = file.strings(path);
    return shape.length === 0 ? values[0] : values;
  }
  if (type.kind === "bool") {
    const values = Array.from(file.numbers(path, Int32Array), (value) => value !== 0);
    return shape.length === 0 ? values[0] : values;
  }
  const data = readNumbers(file, path);
  return shape.length === 0 ? data[0] : { shape, data };
}

/** Numbers in the smallest of float32, int32 and float64 that holds them exactly (int64 to 2^53). */
function readNumbers(file: ElementStore, path: string): DenseArray["data"] {
  const { type } = file.info(path);
  if (type.kind === "float") return file.numbers(path, type.size <= 4 ? Float32Array : Float64Array);
  const values = file.numbers(path, Float64Array);
  return values.every((value) => (value | 0) === value) ? Int32Array.from(values) : values;
}

/** A table, one column a field. */
export function readRecords(file: ElementStore, path: string): RecordArray {
  const columns: Record<string, readonly string[] | DenseArray> = {};
  for (const [name, field] of file.table(path)) columns[name] = fieldValues(field);
  return { columns };
}

const fieldValues = (field: Field): readonly string[] | DenseArray =>
  "width" in field
    ? {
      shape: field.width === 1 ? [field.values.length] : [field.values.length / field.width, field.width],
      data: field.values,
    }
    : field.values;

function readCategorical(file: ElementStore, path: string): Element {
  return {
    codes: file.numbers(`${path}/codes`, Int32Array),
    categories: categoryNames(file, `${path}/categories`, readElement),
    ordered: Boolean(file.attribute(path, "ordered")),
  };
}

function readNullable(file: ElementStore, path: string): Nullable {
  const missing = file.numbers(`${path}/mask`, Int32Array);
  const values = readArray(file, `${path}/values`);
  const list: ArrayLike<number | boolean | string> = Array.isArray(values)
    ? values
    : (values as DenseArray).data;
  return { nullable: Array.from(list, (value, i) => missing[i] ? null : value) };
}
