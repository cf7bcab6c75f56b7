import {
  NA_INTEGER,
  type RAttributes,
  type RList,
  type RObject,
  type RTexts,
  type RValue,
  type RVector,
} from "./values.ts";

const attributesOf = (value: RValue): RAttributes | null =>
  value !== null && "attributes" in value ? value.attributes : null;

/** An attribute, or a slot of an S4 object; null if there is none. */
export const attribute = (value: RValue, name: string): RValue => attributesOf(value)?.get(name) ?? null;

/** The classes of a value, most special first; none where it says none. */
export function classesOf(value: RValue): readonly string[] {
  return textsOf(attribute(value, "class")) ?? [];
}

export const hasClass = (value: RValue, ...names: string[]): boolean =>
  classesOf(value).some((name) => names.includes(name));

export const isList = (value: RValue): value is RList => value?.kind === "list";
export const isObject = (value: RValue): value is RObject => value?.kind === "object";
export const isText = (value: RValue): value is RTexts => value?.kind === "text";
export const isFactor = (value: RValue): boolean => value?.kind === "integer" && hasClass(value, "factor");
export const isDataFrame = (value: RValue): value is RList => isList(value) && hasClass(value, "data.frame");

/** True if the value is an atomic vector of numbers. */
export const isNumeric = (value: RValue): value is Exclude<RVector, RTexts> =>
  value?.kind === "integer" || value?.kind === "double" || value?.kind === "logical";

/** A text vector with NA as ""; null of other values. */
export const textsOf = (value: RValue): readonly string[] | null =>
  isText(value) ? value.data.map((text) => text ?? "") : null;

/** The names of a vector or list. */
export const namesOf = (value: RValue): readonly string[] | null => textsOf(attribute(value, "names"));

/** The one text of a vector. */
export const textOf = (value: RValue): string | null => textsOf(value)?.[0] ?? null;

/** Whole numbers, as lengths and indices are stored; null of other values. */
export function numbersOf(value: RValue): readonly number[] | null {
  if (value?.kind !== "integer" && value?.kind !== "double") return null;
  return Array.from(value.data);
}

/** The items of a named list in order; of a SimpleList or DataFrame of Bioconductor those inside; of an environment its variables. */
export function entriesOf(value: RValue): [name: string, item: RValue][] {
  if (value?.kind === "environment") return [...value.variables];
  const list = isObject(value) ? attribute(value, "listData") : value;
  if (!isList(list)) return [];
  const names = namesOf(list) ?? [];
  return list.data.map((item, i) => [names[i] ?? "", item]);
}

/** The item of that name. */
export const itemOf = (value: RValue, name: string): RValue =>
  entriesOf(value).find(([key]) => key === name)?.[1] ?? null;

/** Both dimensions of something that has two, whatever its class; null elsewhere. */
export function dimensionsOf(value: RValue): readonly [rows: number, cols: number] | null {
  const dim = numbersOf(attribute(value, "dim")) ?? numbersOf(attribute(value, "Dim"));
  if (dim?.length !== 2 || dim.some((n) => n === NA_INTEGER || n < 0)) return null;
  return [dim[0], dim[1]];
}

/** The names of rows (0) or columns (1) of a matrix; null where it has none. */
export function dimensionNames(value: RValue, axis: 0 | 1): readonly string[] | null {
  const names = attribute(value, "dimnames") ?? attribute(value, "Dimnames");
  return isList(names) ? textsOf(names.data[axis] ?? null) : null;
}
