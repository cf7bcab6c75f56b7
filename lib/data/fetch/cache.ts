import { fileError, host, statOrNull, writeAtomically } from "../../runtime/mod.ts";
import { filePieces } from "../pieces.ts";
import { checkDataset, type Fingerprint, fingerprint, mismatch, wrongKind } from "./check.ts";
import { plainPath } from "./places.ts";
import { isUntouched, readReceipt, type Receipt, writeReceipt } from "./receipt.ts";
import type { Dataset } from "./registry.ts";

/**
 * The data set's file in the cache, checked, or null when there is none. A file that was put there by hand is
 * checked once; the unpacked form of a `.gz` is gzipped into place.
 *
 * @throws {KcellfmError} tag "file", when what lies there is not the data set.
 */
export async function findCached(path: string, dataset: Dataset): Promise<string | null> {
  const stat = statOrNull(path);
  if (stat === null) return await adoptPlain(path, dataset);
  const receipt = readReceipt(path);
  const pinned = receipt !== null && agrees(receipt, dataset) ? receipt : null;
  if (pinned !== null && isUntouched(stat, pinned)) return path;
  const found = pinned === null ? await checkDataset(path, dataset) : await checkPinned(path, pinned);
  if (typeof found === "string") throw unusable(path, dataset, found);
  await writeReceipt(path, found, pinned?.from).catch(() => {}); // a cache we may not write to is still good to read
  return path;
}

/** The data set's file in a mirror folder, checked, or null when the mirror does not have it. */
export async function findInFolder(mirror: URL, dataset: Dataset): Promise<string | null> {
  const folder = host.paths.fromUrl(mirror);
  if (!statOrNull(folder)?.isDirectory) {
    throw fileError(`Cannot use KCELLFM_MIRROR: there is no folder ${folder}`);
  }
  const path = host.paths.fromUrl(new URL(dataset.path, mirror));
  if (statOrNull(path) === null) return null;
  const found = await checkDataset(path, dataset);
  if (typeof found === "string") throw unusable(path, dataset, found);
  return path;
}

/** Gzips the file at `from` into `path`; returns what became of it. */
export async function gzipInto(path: string, from: string): Promise<Fingerprint> {
  await writeAtomically(path, async (temporary) => {
    using file = host.files.change(temporary);
    let at = 0;
    for await (const piece of host.compression.gzip(filePieces(from))) {
      file.write(at, piece);
      at += piece.length;
    }
  });
  return await fingerprint(path);
}

async function adoptPlain(path: string, dataset: Dataset): Promise<string | null> {
  const plain = plainPath(path);
  if (dataset.plain === undefined || statOrNull(plain) === null) return null;
  const problem = mismatch(await fingerprint(plain), dataset.plain) ?? wrongKind(plain, plain);
  if (problem !== null) throw unusable(plain, dataset, problem);
  await writeReceipt(path, await gzipInto(path, plain));
  return path;
}

/** A receipt of the file that the registry means: one of another version no longer counts. */
const agrees = (receipt: Receipt, dataset: Dataset): boolean =>
  dataset.sha256 === undefined || dataset.plain !== undefined || dataset.sha256 === receipt.sha256;

async function checkPinned(path: string, receipt: Receipt): Promise<Fingerprint | string> {
  const found = await fingerprint(path);
  return mismatch(found, receipt) ?? found;
}

function unusable(path: string, dataset: Dataset, problem: string) {
  return fileError(
    `Cannot use ${path} as ${dataset.name}: ${problem}; delete it or put the right file there`,
  );
}
