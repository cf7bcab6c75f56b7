import { basename } from "node:path";
import type { Layout } from "../../simulate/mod.ts";
import { readTextFile } from "../../data/mod.ts";
import { dataError } from "../../runtime/mod.ts";

const COLUMNS = ["x", "y", "cell_type"];

/**
 * Reads a region's places and types, without markers: a CSV with the columns x, y and cell_type (gz too).
 *
 * @throws {KcellfmError} tag "file" or "data", when it cannot be read or a column is missing.
 */
export function readLayout(path: string): Layout {
  const [header, ...rows] = readTextFile(path).trim().split(/\r?\n/).map((line) => line.split(","));
  const [x, y, type] = COLUMNS.map((name) => header.indexOf(name));
  if (Math.min(x, y, type) < 0) {
    throw dataError(
      `Cannot use ${path}: its columns must include ${COLUMNS.join(", ")} (has ${header.join(", ")})`,
    );
  }
  return {
    name: basename(path).replace(/\.csv(\.gz)?$/, ""),
    x: Float32Array.from(rows, (row) => Number(row[x])),
    y: Float32Array.from(rows, (row) => Number(row[y])),
    types: rows.map((row) => row[type]),
  };
}
