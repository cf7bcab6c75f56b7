/**
 * Types of items, R's own numbers (R Internals, section 1.1 and 1.8).
 */
export const TYPE = {
  symbol: 1,
  pairs: 2,
  closure: 3,
  environment: 4,
  promise: 5,
  language: 6,
  special: 7,
  builtin: 8,
  char: 9,
  logical: 10,
  integer: 13,
  double: 14,
  complex: 15,
  text: 16,
  dots: 17,
  list: 19,
  expression: 20,
  bytecode: 21,
  pointer: 22,
  weakReference: 23,
  raw: 24,
  object: 25,
  altrep: 238,
  attributePairs: 239,
  attributeLanguage: 240,
  baseEnvironment: 241,
  emptyEnvironment: 242,
  bytecodeReference: 243,
  bytecodeDefinition: 244,
  persistent: 247,
  package: 248,
  namespace: 249,
  baseNamespace: 250,
  missingArgument: 251,
  unboundValue: 252,
  globalEnvironment: 253,
  null: 254,
  reference: 255,
} as const;

/** The flags in an item's first integer. */
export interface Flags {
  readonly type: number;
  readonly hasAttributes: boolean;
  readonly hasTag: boolean;
  /** The upper bits, of a reference its index. */
  readonly index: number;
  /** "General purpose" bits, of a text its encoding. */
  readonly levels: number;
}

export const flagsOf = (bits: number): Flags => ({
  type: bits & 0xff,
  hasAttributes: (bits & 0x200) !== 0,
  hasTag: (bits & 0x400) !== 0,
  index: bits >>> 8,
  levels: bits >>> 12,
});

/** Of a text's levels: Latin-1 rather than UTF-8. */
export const LATIN1 = 4;

/** Vectors, which begin with their length. */
export const VECTORS: ReadonlySet<number> = new Set([
  TYPE.logical,
  TYPE.integer,
  TYPE.double,
  TYPE.complex,
  TYPE.text,
  TYPE.list,
  TYPE.expression,
  TYPE.raw,
]);

/** Types laid out as a pair: head and rest. */
const CODE: ReadonlySet<number> = new Set([
  TYPE.language,
  TYPE.attributeLanguage,
  TYPE.closure,
  TYPE.promise,
  TYPE.dots,
  TYPE.pairs,
  TYPE.attributePairs,
]);
export const isCode = (type: number): boolean => CODE.has(type);
