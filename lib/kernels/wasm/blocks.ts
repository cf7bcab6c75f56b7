/** Blocks that the rows of an operator are cut into at most. */
const MOST = 16;
/** Numbers of a page, as the compiled kernels count them. */
const PAGE = 1024;
/** Pages of a block: with fewer, a thread is woken for less than it takes to wake it. */
const PAGES = 8;

// Blocks follow from sizes alone: the number of threads changes no sum over rows.

/** The blocks of rows that are much work each. */
export const blocksOf = (rows: number): number => Math.min(rows, MOST);

/** The blocks of rows that only take a pass over their numbers. */
export const lightBlocks = (rows: number, width: number): number =>
  Math.max(1, Math.min(MOST, rows, Math.floor(rows * width / (PAGE * PAGES))));

/** An array of n numbers as the pages that threads share. */
export function pagesOf(n: number): { rows: number; blocks: number } {
  const rows = Math.ceil(n / PAGE);
  return { rows, blocks: lightBlocks(rows, PAGE) };
}
