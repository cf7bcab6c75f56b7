import { dataError } from "../runtime/mod.ts";
import type { CellSource } from "./types.ts";

/**
 * Checks that obs has a column.
 *
 * @param cannot the beginning of the message: "Cannot find labels"
 * @throws {KcellfmError} tag "data", with the columns that there are.
 */
export function requireObsColumn({ name, obs }: CellSource, key: string, cannot: string): void {
  if (obs.columns.includes(key)) return;
  throw dataError(
    `${cannot}: obs of ${name} has no column "${key}" (its columns: ${obs.columns.join(", ") || "none"})`,
  );
}
