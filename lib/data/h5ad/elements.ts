import { dataError } from "../../runtime/mod.ts";
import type { ElementStore } from "./store.ts";
import type { Categorical, Frame, NumberArray } from "../../matrix/mod.ts";
import type { MatrixReader } from "./matrix_reader.ts";

/** Numbers with a shape, row-major. */
export interface DenseArray {
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/** A table (numpy record array): one column a field. */
export interface RecordArray {
  readonly columns: Readonly<Record<string, readonly string[] | DenseArray>>;
}

/** Values that may be missing (null). */
export interface Nullable {
  readonly nullable: readonly (number | boolean | string | null)[];
}

/** The value of an AnnData element: a plain value if possible, else one of the interfaces above. */
export type Element =
  | null
  | string
  | number
  | boolean
  | readonly string[]
  | readonly boolean[]
  | DenseArray
  | Categorical
  | RecordArray
  | Nullable
  | { readonly matrix: MatrixReader }
  | Frame
  | ElementDict;

export interface ElementDict {
  readonly [key: string]: Element;
}

export const isDenseArray = (element: Element): element is DenseArray =>
  typeof element === "object" && element !== null && "shape" in element && "data" in element;

export const isCategorical = (element: Element): element is Categorical =>
  typeof element === "object" && element !== null && "codes" in element && "categories" in element;

export const isNullable = (element: Element): element is Nullable =>
  typeof element === "object" && element !== null && "nullable" in element;

/**
 * Reads the element at a path of a file. Readers of parts take it as an argument, so that they need not know the
 * registry of encodings that leads to them.
 */
export type ReadElement = (file: ElementStore, path: string) => Element;

/**
 * Categories as text, whatever their type: numbers and booleans print as Python would.
 *
 * @throws {KcellfmError} tag "data", with the path, when the element is no list of categories.
 */
export function categoryNames(file: ElementStore, path: string, read: ReadElement): string[] {
  const element = read(file, path);
  if (Array.isArray(element)) {
    return element.map((value) => typeof value === "boolean" ? pythonBool(value) : value);
  }
  if (isDenseArray(element)) return Array.from(element.data, String);
  if (isNullable(element)) return element.nullable.map(String);
  throw dataError(`Cannot read ${path} of ${file.path}: categories were expected`);
}

const pythonBool = (value: boolean): string => value ? "True" : "False";
