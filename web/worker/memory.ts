import { type CellsSize, measureCells } from "../../lib/data/mod.ts";
import { dataError, host } from "../../lib/runtime/mod.ts";

/** Code, the HDF5 library, the model and its tensors: measured with a thousand cells. */
const BASE = 350e6;
/** Names, labels, calls and probabilities of a cell. */
const PER_CELL = 3000;
/** A value in the compressed rows that are kept; those beyond the budget of lib are decoded again. */
const PER_VALUE = 8;
const MOST_KEPT = 1.2e9;
/** Text is held as it is, as strings and as numbers before it becomes a matrix. */
const PER_BYTE_OF_TEXT = 8;
/** Deflated text grows about so much. */
const INFLATED = 5;

/** What a tab may take: half of the computer's memory as far as the browser says, and no more than a tab can address. */
export function roomInTab(deviceMemory: number | undefined): number {
  return Math.min(8e9, ((deviceMemory ?? 4) / 2) * 2 ** 30);
}

/** Bytes that naming the cells of a path takes, from its head and its size. */
export async function estimateMemory(path: string): Promise<number> {
  const size = await measureCells(path);
  if (size) return BASE + forMatrix(size);
  return BASE + PER_BYTE_OF_TEXT * bytesBelow(path);
}

const forMatrix = ({ cells, values }: CellsSize): number =>
  cells * PER_CELL + Math.min(MOST_KEPT, PER_VALUE * values);

function bytesBelow(path: string): number {
  const stat = host.files.stat(path);
  if (!stat) return 0;
  if (stat.isFile) return /\.(gz|bz2|xz|zip|rds|rda|rdata)$/i.test(path) ? INFLATED * stat.size : stat.size;
  return host.files.list(path).reduce((sum, name) => sum + bytesBelow(`${path}/${name}`), 0);
}

/**
 * Refuses what would not fit, before it is read.
 *
 * @throws {KcellfmError} tag "data".
 */
export function requireRoom(name: string, needed: number, room: number): void {
  if (needed <= room) return;
  throw dataError(
    `Cannot read ${name} in this browser: it would take about ${
      gigabytes(needed)
    } of memory and a tab here may use ` +
      `${gigabytes(room)}; run deno task annotate on this computer, or give a part of the cells`,
  );
}

export const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
