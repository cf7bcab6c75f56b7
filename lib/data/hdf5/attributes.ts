import * as h5 from "h5wasm";
import type { Attribute, AttributeValue } from "./types.ts";

/** An attribute as plain text or numbers; references arrive as the path they point at. */
export function plainAttribute(file: bigint, value: h5.OutputData | null): Attribute {
  if (value === null || typeof value === "string") return value;
  if (value instanceof h5.Reference) {
    return h5.Module.get_referenced_name(file, value.ref_data, true);
  }
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return Number(value);
  }
  const items = Array.from(value as ArrayLike<unknown>);
  if (items.length === 1 && items[0] instanceof h5.Reference) return plainAttribute(file, items[0]);
  return items.every((item) => typeof item === "string") ? items : items.map(Number);
}

/** Texts that an attribute of the original format holds: 64 KB of 16 bytes each, less its head. */
const MOST_TEXTS = 4090;

/**
 * Writes an attribute other than a boolean. An empty list is an empty float64 array, as h5py has it: HDF5 refuses to write no
 * strings.
 *
 * @throws {RangeError} when a list is too long for an attribute.
 */
export function putAttribute(
  target: h5.Group | h5.Dataset,
  name: string,
  value: Exclude<AttributeValue, boolean>,
): void {
  if (!Array.isArray(value)) target.create_attribute(name, value as string | number | BigInt64Array);
  else if (value.length === 0) target.create_attribute(name, new Float64Array(0), [0]);
  else target.create_attribute(name, requireShort(value), [value.length], "S");
}

function requireShort(list: readonly string[]): string[] {
  if (list.length <= MOST_TEXTS) return [...list];
  throw new RangeError(
    `it lists ${list.length} names, and an HDF5 attribute holds ${MOST_TEXTS}; drop some columns, or write .zarr or .csv`,
  );
}
