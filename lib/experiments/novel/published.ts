import type { NamingScores } from "./difficulty.ts";

/** The original's printed results for a set at one ratio (ORIGINAL section 5). */
interface Printed extends NamingScores {
  readonly ratio: number;
}

const rows = (...all: [number, number, number][]): Printed[] =>
  all.map(([ratio, accuracy, macro_f1]) => ({ ratio, accuracy, macro_f1 }));

/** The difficulty curves that the original prints for its two sets, 72 types of each among the candidates. */
export const PUBLISHED_CURVES = {
  novel_cell_data1: rows(
    [0.1, 0.6932, 0.5631],
    [0.25, 0.5406, 0.3590],
    [0.5, 0.4251, 0.2498],
    [0.75, 0.3767, 0.1943],
    [1, 0.3203, 0.1541],
  ),
  novel_cell_data2: rows(
    [0.1, 0.5037, 0.4084],
    [0.25, 0.3282, 0.2652],
    [0.5, 0.2596, 0.1710],
    [0.75, 0.1908, 0.1264],
    [1, 0.1596, 0.0981],
  ),
} as const;

/** A set of the original. */
export type OriginalNovelSet = keyof typeof PUBLISHED_CURVES;

export const isOriginalNovelSet = (name: string): name is OriginalNovelSet => name in PUBLISHED_CURVES;
