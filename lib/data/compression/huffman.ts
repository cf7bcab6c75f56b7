import type { BitReader } from "./bits.ts";

/** A prefix code: the symbols in the order of their codes, and for each length the last code and the symbols before. */
export interface CodeTable {
  readonly symbols: Uint16Array;
  readonly shortest: number;
  readonly longest: number;
  /** The last code of each length; below all codes if there is none. */
  readonly last: Int32Array;
  /** Offset from a code to its index in `symbols`, by length. */
  readonly offset: Int32Array;
}

const LONGEST = 20;

/** The code whose symbols have these lengths (1 to 20). */
export function codeTable(lengths: Uint8Array): CodeTable {
  const order = Array.from(lengths.keys()).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const [last, offset] = [new Int32Array(LONGEST + 1), new Int32Array(LONGEST + 1)];
  let [code, place] = [0, 0];
  for (let length = 1; length <= LONGEST; length++) {
    const count = order.filter((symbol) => lengths[symbol] === length).length;
    offset[length] = place - code;
    code += count;
    place += count;
    last[length] = code - 1;
    code <<= 1;
  }
  return {
    symbols: Uint16Array.from(order),
    shortest: lengths[order[0]],
    longest: lengths[order.at(-1)!],
    last,
    offset,
  };
}

/** @throws {RangeError} when the bits are no code of the table. */
export function readCode(bits: BitReader, { symbols, shortest, longest, last, offset }: CodeTable): number {
  let code = bits.read(shortest);
  for (let length = shortest; length <= longest; length++) {
    const place = code + offset[length];
    if (code <= last[length] && place >= 0 && place < symbols.length) return symbols[place];
    code = code * 2 + bits.read(1);
  }
  throw new RangeError("a code is not known");
}
