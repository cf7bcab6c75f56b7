/** Attributes of a value by name: `names`, `dim`, `class`, and the slots of an S4 object. */
export type RAttributes = ReadonlyMap<string, RValue>;

/** A value of R; NULL is null. What only a running R could use (functions, language, pointers) is `other`. */
export type RValue = null | RVector | RList | RObject | RPairs | REnvironment | RSymbol | ROther;

/** An atomic vector. Integers and logicals hold R's NA as {@linkcode NA_INTEGER}, text holds it as null. */
export type RVector = RIntegers | RDoubles | RTexts | RRaw;

export interface RIntegers {
  readonly kind: "integer" | "logical";
  readonly data: Int32Array;
  readonly attributes: RAttributes;
}

export interface RDoubles {
  readonly kind: "double";
  readonly data: Float64Array;
  readonly attributes: RAttributes;
}

export interface RTexts {
  readonly kind: "text";
  readonly data: readonly (string | null)[];
  readonly attributes: RAttributes;
}

export interface RRaw {
  readonly kind: "raw";
  readonly data: Uint8Array;
  readonly attributes: RAttributes;
}

/** A list, of which a data frame is one. */
export interface RList {
  readonly kind: "list";
  readonly data: readonly RValue[];
  readonly attributes: RAttributes;
}

/** An S4 object: its slots are its attributes. */
export interface RObject {
  readonly kind: "object";
  readonly attributes: RAttributes;
}

/** A pairlist; `tail` is what a dotted pair ends in. */
export interface RPairs {
  readonly kind: "pairs";
  readonly tags: readonly (string | null)[];
  readonly data: readonly RValue[];
  readonly tail: RValue;
  readonly attributes: RAttributes;
}

/** An environment: its variables, never its code. It may hold itself. */
export interface REnvironment {
  readonly kind: "environment";
  readonly variables: Map<string, RValue>;
  readonly attributes: RAttributes;
}

export interface RSymbol {
  readonly kind: "symbol";
  readonly name: string;
}

export interface ROther {
  readonly kind: "other";
  /** For messages: "function", "skipped", ... */
  readonly what: string;
}

export const NA_INTEGER = -2147483648;

export const NO_ATTRIBUTES: RAttributes = new Map();

/** A value with these attributes in place of its own. */
export function withAttributes<T extends RValue>(value: T, attributes: RAttributes): T {
  return value !== null && "attributes" in value && attributes.size > 0 ? { ...value, attributes } : value;
}

/** A pairlist by its tags. */
export const byTag = ({ tags, data }: RPairs): Map<string, RValue> =>
  new Map(tags.flatMap((tag, i): [string, RValue][] => tag === null ? [] : [[tag, data[i]]]));
