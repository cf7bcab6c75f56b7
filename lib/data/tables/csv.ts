import { basename, dataError } from "../../runtime/mod.ts";
import { readTable, type Table } from "./csv_table.ts";
import { annotationColumns, isWrittenAsGene } from "./metadata.ts";
import { memorySource } from "../memory.ts";
import { type FrameColumns, transpose } from "../../matrix/mod.ts";
import type { CellSource } from "../types.ts";

/** Options for reading a delimited file. */
export interface CsvOptions {
  /** Meaning of a row. Default: genes if more row names than column names look like genes, else cells. */
  readonly rowsAre?: "cells" | "genes";
  /** Numeric columns that are annotations of the cells, not genes. Default: those whose names say so. */
  readonly obsColumns?: readonly string[];
  /**
   * The first column names the rows only where its header says so ("cell", "", ...). Default: also where it is text
   * without repeats, which a column of values with gaps is too.
   */
  readonly rowNamesByHeader?: boolean;
}

/** Names that only genes have: Ensembl ids, ribosomal, mitochondrial, surface marker and housekeeping symbols. */
export const GENE_LIKE =
  /^(ENS[A-Z]*G\d{6,}(\.\d+)?|RP[LS]\d+[AXYL]?|MT-\w+|HLA-\w+|CD\d+[A-Z]?|ACTB|GAPDH|B2M|MALAT1|MKI67|PTPRC|CCN[ABDE]\d|KLF\d+)$/i;

/**
 * A CSV or TSV file (gz too) as cells, in memory. Text columns become obs (or var, where rows are genes). Row names
 * that repeat are no names: they become the column "label", and cells are numbered.
 *
 * @throws {KcellfmError} tag "file" or "data", with the row and column at fault.
 */
export async function openCsv(
  path: string,
  { rowsAre, obsColumns, rowNamesByHeader }: CsvOptions = {},
): Promise<CellSource> {
  const given = obsColumns && new Set(obsColumns.map((name) => name.toLowerCase()));
  const rules = given
    ? { annotations: (columns: readonly string[]) => columns.map((name) => given.has(name.toLowerCase())) }
    : { annotations: annotationColumns, isValue: isWrittenAsGene };
  const table = await readTable(path, { ...rules, rowNamesByHeader });
  if (table.columns.length === 0) {
    throw dataError(`Cannot read ${path}: none of its columns holds numbers only`);
  }
  const { rowNames, columns, matrix, annotations } = table;
  const name = basename(path);
  if ((rowsAre ?? guessRows(table)) === "genes") {
    const varNames = rowNames ?? numbered("gene", matrix.rows);
    return memorySource({
      name,
      matrix: transpose(matrix),
      obsNames: columns,
      varNames,
      var: textColumns(table),
    });
  }
  const isUnique = rowNames !== null && new Set(rowNames).size === rowNames.length;
  const obsNames = isUnique ? rowNames : numbered("cell", matrix.rows);
  const label: [string, readonly string[]][] = rowNames !== null && !isUnique ? [["label", rowNames]] : [];
  const notes = annotations.length > 0 ? [noteOf(annotations)] : [];
  return memorySource({ name, matrix, obsNames, varNames: columns, obs: textColumns(table, label), notes });
}

const noteOf = (columns: readonly string[]): string => {
  const [first, more] = [columns.slice(0, 8).join(", "), columns.length > 8 ? ", ..." : ""];
  return `Columns of numbers that were taken for annotations of the cells, not for genes: ${first}${more}.`;
};

function guessRows({ rowNames, columns }: Table): "cells" | "genes" {
  const genes = (names: readonly string[]) => names.filter((name) => GENE_LIKE.test(name)).length;
  return genes(rowNames ?? []) > genes(columns) ? "genes" : "cells";
}

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${word}${i + 1}`);

/** Text columns behind `more`; those that hold only numbers (x, y) as numbers. */
const textColumns = ({ text }: Table, more: Iterable<[string, readonly string[]]> = []): FrameColumns =>
  [...more, ...text].map(([name, values]) => {
    const numbers = Float64Array.from(values, (value) => value.trim() === "" ? NaN : Number(value));
    return [name, numbers.some(Number.isNaN) ? values : numbers] as const;
  });
