import * as h5 from "h5wasm";
import type { Attribute } from "./types.ts";

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
