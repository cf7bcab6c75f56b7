/** Ways back from stored values to amounts; "ee" is a logarithm taken twice. */
export const UNDO = ["none", "e", "2", "10", "square", "ee", "22"] as const;
export type Undo = typeof UNDO[number];

/** The transformation of the amounts, in words. */
export const DONE: Readonly<Record<Undo, string>> = {
  none: "x",
  e: "e^x - 1",
  "2": "2^x - 1",
  "10": "10^x - 1",
  square: "x^2",
  ee: "e^(e^x - 1) - 1",
  "22": "2^(2^x - 1) - 1",
};

/** The state of cells that are brought back in this way. */
export const STATES: Readonly<Record<Undo, string>> = {
  none: "no logarithms",
  e: "logarithms of base e",
  "2": "logarithms of base 2",
  "10": "logarithms of base 10",
  square: "square roots",
  ee: "logarithms taken twice",
  "22": "logarithms of base 2 taken twice",
};

const LN2 = Math.LN2;
const LN10 = Math.LN10;

const INVERSE: Readonly<Record<Undo, (x: number) => number>> = {
  none: (x) => x,
  e: Math.expm1,
  "2": (x) => Math.expm1(x * LN2),
  "10": (x) => Math.expm1(x * LN10),
  square: (x) => x * x,
  ee: (x) => Math.expm1(Math.expm1(x)),
  "22": (x) => Math.expm1(LN2 * Math.expm1(x * LN2)),
};

/** d amount / d value, given both. */
const SLOPE: Readonly<Record<Undo, (x: number, amount: number) => number>> = {
  none: () => 1,
  e: (_, y) => 1 + y,
  "2": (_, y) => LN2 * (1 + y),
  "10": (_, y) => LN10 * (1 + y),
  square: (x) => 2 * x,
  ee: (x, y) => (1 + y) * Math.exp(x),
  "22": (x, y) => LN2 * LN2 * (1 + y) * 2 ** x,
};

/** The amount behind a stored value. */
export const amountOf = (undo: Undo): (x: number) => number => INVERSE[undo];

/** Relative error of the float32 arithmetic that came before the value was stored. */
const ARITHMETIC = 2 ** -22;

/** Error of an amount whose stored value is off by `error`. */
export const amountError = (
  undo: Undo,
  x: number,
  { amount, error }: { amount: number; error: number },
): number => SLOPE[undo](x, amount) * error + amount * ARITHMETIC;

/** True for logarithms, of whichever base and how often. */
export const isLog = (undo: Undo): boolean => undo !== "none" && undo !== "square";
