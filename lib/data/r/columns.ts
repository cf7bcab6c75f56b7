import { type Categorical, type FrameColumn, lengthOf, takeValues } from "../../matrix/mod.ts";
import {
  attribute,
  classesOf,
  entriesOf,
  hasClass,
  isDataFrame,
  isFactor,
  isObject,
  isText,
  numbersOf,
  textsOf,
} from "./access.ts";
import { NA_INTEGER, type RValue } from "./values.ts";

/** A data frame, or a DataFrame of Bioconductor. */
export interface RFrame {
  readonly rows: number;
  /** Null where rows are only numbered. */
  readonly rowNames: readonly string[] | null;
  /** Columns that are no lists, matrices or frames of their own; NA is null, of a factor the code -1, of doubles NaN. */
  readonly columns: ReadonlyMap<string, FrameColumn>;
}

const SECONDS_A_DAY = 86_400;

/** Null of what is no frame. */
export function frameOf(value: RValue): RFrame | null {
  const named = isDataFrame(value) ? dataFrameRows(value) : isObject(value) ? bioconductorRows(value) : null;
  if (!named) return null;
  const columns = new Map<string, FrameColumn>();
  for (const [name, item] of entriesOf(value)) {
    const column = name === "" ? null : columnOf(item, named.rows);
    if (column) columns.set(name, column);
  }
  return { ...named, columns };
}

function dataFrameRows(value: RValue): { rows: number; rowNames: readonly string[] | null } {
  const names = attribute(value, "row.names");
  if (isText(names)) return { rows: names.data.length, rowNames: textsOf(names) };
  const numbers = numbersOf(names) ?? [];
  const isCompact = numbers.length === 2 && (numbers[0] === NA_INTEGER || Number.isNaN(numbers[0]));
  return { rows: isCompact ? Math.abs(numbers[1]) : numbers.length, rowNames: null };
}

function bioconductorRows(value: RValue): { rows: number; rowNames: readonly string[] | null } | null {
  if (!hasClass(value, "DFrame", "DataFrame")) return null;
  const rows = numbersOf(attribute(value, "nrows"))?.[0];
  return rows === undefined ? null : { rows, rowNames: textsOf(attribute(value, "rownames")) };
}

/** A vector of that length as a column; null of what is none. */
export function columnOf(value: RValue, length: number): FrameColumn | null {
  if (attribute(value, "dim") !== null) return null;
  const column = hasClass(value, "Rle") ? runs(value, length) : plainColumn(value);
  return column && lengthOf(column) === length ? column : null;
}

function plainColumn(value: RValue): FrameColumn | null {
  if (isFactor(value)) return factor(value);
  if (hasClass(value, "Date", "POSIXct")) return dates(value);
  switch (value?.kind) {
    case "text":
    case "double":
      return value.data;
    case "integer":
      return value.data.includes(NA_INTEGER)
        ? Array.from(value.data, (number) => number === NA_INTEGER ? null : number)
        : value.data;
    case "logical":
      return Array.from(value.data, (number) => number === NA_INTEGER ? null : number !== 0);
    default:
      return null;
  }
}

/** R counts levels from 1. */
function factor(value: RValue): Categorical | null {
  const levels = textsOf(attribute(value, "levels"));
  if (value?.kind !== "integer" || !levels) return null;
  const codes = value.data.map((code) => code >= 1 && code <= levels.length ? code - 1 : -1);
  return { codes, categories: levels, ordered: classesOf(value).includes("ordered") };
}

/** Days, or seconds, since 1970 as ISO text. */
function dates(value: RValue): FrameColumn | null {
  if (value?.kind !== "double" && value?.kind !== "integer") return null;
  const isDay = hasClass(value, "Date");
  return Array.from(value.data, (number) => {
    if (Number.isNaN(number) || number === NA_INTEGER) return null;
    const date = new Date(1000 * number * (isDay ? SECONDS_A_DAY : 1));
    if (Number.isNaN(date.getTime())) return null;
    return date.toISOString().slice(0, isDay ? 10 : 19);
  });
}

/** Run-length encoded: each value so many times, `length` in all. */
function runs(value: RValue, length: number): FrameColumn | null {
  const column = plainColumn(attribute(value, "values"));
  const lengths = numbersOf(attribute(value, "lengths"));
  if (!column || !lengths || lengthOf(column) !== lengths.length) return null;
  if (lengths.some((count) => count < 0) || lengths.reduce((a, b) => a + b, 0) !== length) return null;
  const rows = new Int32Array(length);
  let at = 0;
  lengths.forEach((count, i) => rows.fill(i, at, at += count));
  return takeValues(column, rows);
}
