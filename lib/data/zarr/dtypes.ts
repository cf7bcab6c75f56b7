import type { ValueType } from "../hdf5/types.ts";
import { type ArrayMeta, type Json, objectOf, type UnicodeType } from "./types.ts";

/** numpy's type strings: `<f4`, `|b1`, `|O`, `<U12`, `|S8`. */
const NUMPY = /^([<>|=])([biufOSU])(\d*)$/;
const TEXT: ValueType = { kind: "string", size: 0, variable: true, padded: false };

/** @throws {RangeError} when the type is not known. */
export function typeOfV2(dtype: Json): { type: ArrayMeta["type"]; littleEndian: boolean } {
  const [, order, kind, digits] = (typeof dtype === "string" ? NUMPY.exec(dtype) : null) ?? [];
  const size = Number(digits);
  const type = kind === undefined ? null : valueType(kind, size);
  if (type) return { type, littleEndian: order !== ">" };
  throw new RangeError(`values of type ${JSON.stringify(dtype)} are not known`);
}

function valueType(kind: string, size: number): ArrayMeta["type"] | null {
  if (kind === "O") return TEXT;
  if (kind === "b") return { kind: "bool" };
  if (kind === "S") return { kind: "string", size, variable: false, padded: false };
  if (kind === "U") return { kind: "unicode", size: 4 * size } satisfies UnicodeType;
  if (kind === "f") return [2, 4, 8].includes(size) ? { kind: "float", size } : null;
  return [1, 2, 4, 8].includes(size) ? { kind: "int", size, signed: kind === "i" } : null;
}

/** @throws {RangeError} when the type is not known. */
export function typeOfV3(dataType: Json): { type: ArrayMeta["type"]; isBig: boolean } {
  if (typeof dataType === "string") {
    const [, kind, bits] = /^(u?int|float)(8|16|32|64)$/.exec(dataType) ?? [];
    const letter = kind === "float" ? "f" : kind === "int" ? "i" : "u";
    const type = dataType === "string"
      ? TEXT
      : dataType === "bool"
      ? valueType("b", 1)
      : kind
      ? valueType(letter, Number(bits) / 8)
      : null;
    if (type) return { type, isBig: false };
    throw new RangeError(`values of type ${dataType} are not known`);
  }
  const { name, configuration } = objectOf(dataType);
  const size = configuration ? objectOf(configuration).length_bytes : null;
  if (name === "fixed_length_utf32" && Number.isSafeInteger(size)) {
    return { type: { kind: "unicode", size: size as number }, isBig: false };
  }
  if (name === "null_terminated_bytes" && Number.isSafeInteger(size)) {
    return { type: valueType("S", size as number)!, isBig: false };
  }
  throw new RangeError(`values of type ${JSON.stringify(dataType)} are not known`);
}

/** Bytes of an element in a chunk; 0 for text of any length. */
export function bytesOf(type: ArrayMeta["type"]): number {
  if (type.kind === "bool") return 1;
  if (type.kind === "string") return type.variable ? 0 : type.size;
  return "size" in type ? type.size : 0;
}
