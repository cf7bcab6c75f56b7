/** A table of numbers, row after row. */
export type Table = readonly (readonly number[])[];

export const zeros = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0));

export const dot = (a: readonly number[], b: readonly number[]): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
};

export const outer = (a: readonly number[], b: readonly number[]): number[][] =>
  a.map((value) => b.map((other) => value * other));

export const scaled = (table: Table, factor: number): number[][] =>
  table.map((row) => row.map((value) => value * factor));

export const sum = (a: Table, b: Table): number[][] =>
  a.map((row, i) => row.map((value, j) => value + b[i][j]));

/** `[v_0, v_0 + v_1, ...]`. */
export function ascendingSums(values: readonly number[]): number[] {
  let total = 0;
  return values.map((value) => total += value);
}
