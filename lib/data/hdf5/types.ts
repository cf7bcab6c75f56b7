/** HDF5 type classes by number (H5Tpublic.h, H5T_class_t). */
const CLASS = { int: 0, float: 1, string: 3, compound: 6, reference: 7, enum: 8, array: 10 } as const;

/** Type of one element of a dataset. */
export type ValueType =
  | { readonly kind: "int"; readonly size: number; readonly signed: boolean }
  | { readonly kind: "float"; readonly size: number }
  | { readonly kind: "bool" }
  | { readonly kind: "string"; readonly size: number; readonly variable: boolean; readonly padded: boolean }
  | { readonly kind: "table"; readonly size: number; readonly members: readonly Member[] }
  | { readonly kind: "array"; readonly of: ValueType; readonly shape: readonly number[] }
  | { readonly kind: "reference" }
  | { readonly kind: "other" };

/** One field of a compound type. */
export interface Member {
  readonly name: string;
  readonly offset: number;
  readonly type: ValueType;
}

/** Shape and type of a dataset; a null dataspace has shape null. */
export interface DatasetInfo {
  readonly shape: readonly number[] | null;
  readonly chunks: readonly number[] | null;
  readonly type: ValueType;
  /** Bytes of one element in memory. */
  readonly size: number;
  readonly littleEndian: boolean;
}

/** The part of the library's type description that we read. */
export interface TypeDescription {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly vlen: boolean;
  readonly strpad?: number;
  readonly shape: number[] | null;
  readonly array_type?: TypeDescription;
  readonly compound_type?: { members: (TypeDescription & { name: string; offset: number })[] };
  readonly enum_type?: { members: Record<string, number> };
}

export function valueTypeOf(meta: TypeDescription): ValueType {
  switch (meta.type) {
    case CLASS.int:
      return { kind: "int", size: meta.size, signed: meta.signed };
    case CLASS.float:
      return { kind: "float", size: meta.size };
    case CLASS.string:
      return { kind: "string", size: meta.size, variable: meta.vlen, padded: meta.strpad === 2 };
    case CLASS.enum:
      return enumType(meta);
    case CLASS.compound:
      return { kind: "table", size: meta.size, members: (meta.compound_type?.members ?? []).map(memberOf) };
    case CLASS.array:
      return meta.array_type
        ? { kind: "array", of: valueTypeOf(meta.array_type), shape: meta.array_type.shape ?? [] }
        : { kind: "other" };
    case CLASS.reference:
      return { kind: "reference" };
    default:
      return { kind: "other" };
  }
}

const memberOf = (member: TypeDescription & { name: string; offset: number }): Member => ({
  name: member.name,
  offset: member.offset,
  type: valueTypeOf(member),
});

/** h5py stores booleans as an enum of FALSE and TRUE; other enums read as their integers. */
function enumType(meta: TypeDescription): ValueType {
  const members = meta.enum_type?.members ?? {};
  const isBool = meta.size === 1 && Object.keys(members).length === 2 && members.FALSE === 0 &&
    members.TRUE === 1;
  return isBool ? { kind: "bool" } : { kind: "int", size: meta.size, signed: meta.signed };
}

/** Name of a type in messages and reports: `float32`, `uint8`, `bool`, `string`. */
export function typeName(type: ValueType): string {
  switch (type.kind) {
    case "int":
      return `${type.signed ? "" : "u"}int${type.size * 8}`;
    case "float":
      return `float${type.size * 8}`;
    default:
      return type.kind;
  }
}

/** An attribute: references arrive as the path they point at. */
export type Attribute = string | number | string[] | number[] | null;

/** Values that an attribute accepts. */
export type AttributeValue = string | number | boolean | readonly string[] | BigInt64Array;

/** Array types that numbers can be read into. */
export type NumberTarget = Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;

/** Rows [start, start + count) of a dataset's first axis, or of another. */
export interface Range {
  readonly start: number;
  readonly count: number;
  /** Default 0. */
  readonly axis?: number;
}

/** Layout of a new dataset; `grow` lets its first axis be extended later. */
export interface Layout {
  readonly shape?: readonly number[];
  readonly chunks?: readonly number[];
  readonly gzip?: number;
  readonly grow?: boolean;
}
