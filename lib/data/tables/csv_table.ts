// @ts-types="@types/papaparse"
import Papa from "papaparse";
import { dataError, fileError } from "../../runtime/mod.ts";
import { fileBytes } from "./bytes.ts";
import type { CsrMatrix } from "../../matrix/mod.ts";

/** A delimited file as a matrix of its numeric columns, with the rest as text. */
export interface Table {
  /** The first column where it names the rows, else null. */
  readonly rowNames: readonly string[] | null;
  readonly columns: readonly string[];
  /** Row by row, one column for each of `columns`. */
  readonly matrix: CsrMatrix;
  /** The other columns by name; numbers with a decimal point. */
  readonly text: ReadonlyMap<string, readonly string[]>;
  /** Those of them that are numbers which annotate. */
  readonly annotations: readonly string[];
}

/** Rules for columns that override detection. */
export interface ColumnRules {
  /** Says of columns of numbers which are annotations, not values. */
  readonly annotations: (columns: readonly string[]) => readonly boolean[];
  /** Says of a column of numbers with gaps that it holds values, so that the gap is an error; default: none does. */
  readonly isValue?: (column: string) => boolean;
  /** The first column names the rows only where its header says so; default: also where it is text without repeats. */
  readonly rowNamesByHeader?: boolean;
}

/** Rows looked at to tell numeric columns from text. */
const PREVIEW = 100;
const ROW_NAMES =
  /^(|unnamed: 0|index|rownames?|(cell|gene|feature|barcode|symbol)s?([ _.]?(id|name|symbol)s?)?|id)$/i;

/**
 * Parses a CSV or TSV file (gz too; the delimiter is detected). A header that is one field short is R's and
 * means that the first column names the rows.
 *
 * @throws {KcellfmError} tag "file" or "data", with the row and column at fault.
 */
export async function readTable(path: string, columns: ColumnRules): Promise<Table> {
  const text = withoutComments(await readText(path));
  const preview = previewOf(text);
  const [header, ...first] = preview.rows;
  if (!header || first.length === 0) throw dataError(`Cannot read ${path}: it has no rows below its header`);
  const layout = layoutOf(header, first, { ...columns, ...preview });
  const builder = new TableBuilder(path, layout);
  let line = 0;
  Papa.parse<string[]>(text, {
    skipEmptyLines: true,
    delimiter: preview.delimiter,
    step: ({ data }) => {
      if (line++ > 0) builder.add(data, line);
    },
  });
  return builder.finish();
}

async function readText(path: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of fileBytes(path)) text += decoder.decode(piece, { stream: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw fileError(
      `Cannot read ${path}: it is larger than 512 MB of text; convert it to .h5ad or MatrixMarket`,
    );
  }
  return text;
}

/** Without lines at the start that say how a table was made. */
const withoutComments = (text: string): string => text.replace(/^\uFEFF?(#[^\n]*\n)+(?=[^\n]*[\t,; ])/, "");

interface Preview {
  readonly rows: string[][];
  readonly delimiter: string;
  /** Numbers are written "0,5". */
  readonly decimalComma: boolean;
}

/** The first rows, and how fields and numbers are written; R's own tables are split by spaces. */
function previewOf(text: string): Preview {
  const options = { skipEmptyLines: true, preview: PREVIEW + 1 } as const;
  const guessed = Papa.parse<string[]>(text, options);
  const isOne = guessed.data.every((row) => row.length === 1);
  const { data: rows, meta } = isOne ? Papa.parse<string[]>(text, { ...options, delimiter: " " }) : guessed;
  const fields = rows.slice(1).flat().map((field) => field.trim());
  const commas = meta.delimiter === "," ? [] : fields.filter((field) => /^-?\d+,\d+$/.test(field));
  // "1,234" alone may be a thousand; "0,5" and "12,25" are not
  const decimalComma = commas.some((field) => /^-?0,|,(\d{1,2}|\d{4,})$/.test(field)) &&
    !fields.some((field) => /^-?\d+\.\d+$/.test(field));
  return { rows, delimiter: meta.delimiter, decimalComma };
}

interface Layout {
  readonly decimalComma: boolean;
  readonly fields: number;
  readonly hasRowNames: boolean;
  readonly numeric: readonly { name: string; at: number }[];
  readonly text: readonly { name: string; at: number }[];
  readonly annotations: readonly string[];
}

function layoutOf(
  header: readonly string[],
  rows: readonly string[][],
  { annotations, isValue = () => false, rowNamesByHeader = false, decimalComma }: ColumnRules & Preview,
): Layout {
  const isShort = rows.every((row) => row.length === header.length + 1);
  const names = isShort ? ["", ...header] : header;
  const isNumeric = (at: number) => rows.every((row) => isNumber(row[at], decimalComma));
  const hasGaps = (at: number) =>
    rows.every((row) => isGap(row[at]) || isNumber(row[at], decimalComma)) &&
    !rows.every((row) => isGap(row[at]));
  const isNaming = () => !isNumeric(0) && new Set(rows.map((row) => row[0])).size === rows.length;
  const hasRowNames = ROW_NAMES.test(names[0].trim()) || !rowNamesByHeader && isNaming();
  const columns = uniqueNames(names).map((name, at) => ({ name, at })).slice(hasRowNames ? 1 : 0);
  const numbers = columns.filter(({ name, at }) => isNumeric(at) || isValue(name) && hasGaps(at));
  const isAnnotation = annotations(numbers.map(({ name }) => name));
  const numeric = numbers.filter((_, i) => !isAnnotation[i]);
  return {
    decimalComma,
    annotations: numbers.filter((_, i) => isAnnotation[i]).map(({ name }) => name),
    fields: names.length,
    hasRowNames,
    numeric,
    text: columns.filter((column) => !numeric.includes(column)),
  };
}

/** Names with the later ones of a kind numbered as R and pandas do: X, X.1. */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((raw) => {
    const name = raw.trim();
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}.${count}`;
  });
}

const numberOf = (field: string, decimalComma: boolean): number =>
  Number(decimalComma ? field.replace(",", ".") : field);

const isNumber = (field: string | undefined, decimalComma: boolean): boolean =>
  field !== undefined && field.trim() !== "" && !Number.isNaN(numberOf(field, decimalComma));

/** Ways to write that there is no number. */
const isGap = (field: string | undefined): boolean => /^(|na|nan|null|none|\.)$/i.test(field?.trim() ?? "");

class TableBuilder {
  readonly #rowNames: string[] = [];
  readonly #text: Map<string, string[]>;
  readonly #indptr: number[] = [0];
  #indices = new Int32Array(1 << 12);
  #data = new Float32Array(1 << 12);
  #size = 0;

  constructor(readonly path: string, readonly layout: Layout) {
    this.#text = new Map(layout.text.map(({ name }) => [name, []]));
  }

  add(row: readonly string[], line: number): void {
    const { fields, hasRowNames, numeric, text, decimalComma } = this.layout;
    if (row.length !== fields) {
      throw dataError(
        `Cannot read ${this.path}: row ${line} has ${row.length} fields, its header has ${fields}`,
      );
    }
    if (hasRowNames) this.#rowNames.push(row[0].trim());
    for (const { name, at } of text) this.#text.get(name)?.push(this.#written(row[at]));
    this.#reserve(numeric.length);
    numeric.forEach(({ name, at }, column) => {
      if (!isNumber(row[at], decimalComma)) {
        throw dataError(
          `Cannot read ${this.path}: row ${line}, column ${name} is "${row[at]}", not a number`,
        );
      }
      const value = numberOf(row[at], decimalComma);
      if (value === 0) return;
      this.#indices[this.#size] = column;
      this.#data[this.#size++] = value;
    });
    this.#indptr.push(this.#size);
  }

  #written(field: string): string {
    return this.layout.decimalComma && isNumber(field, true) ? field.replace(",", ".") : field;
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#data.length) return;
    const capacity = 2 * (this.#size + more);
    const [indices, data] = [new Int32Array(capacity), new Float32Array(capacity)];
    indices.set(this.#indices);
    data.set(this.#data);
    this.#indices = indices;
    this.#data = data;
  }

  finish(): Table {
    const columns = this.layout.numeric.map(({ name }) => name);
    return {
      rowNames: this.layout.hasRowNames ? this.#rowNames : null,
      columns,
      text: this.#text,
      annotations: this.layout.annotations,
      matrix: {
        rows: this.#indptr.length - 1,
        cols: columns.length,
        indptr: Int32Array.from(this.#indptr),
        indices: this.#indices.slice(0, this.#size),
        data: this.#data.slice(0, this.#size),
      },
    };
  }
}
