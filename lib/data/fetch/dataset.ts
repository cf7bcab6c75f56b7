import {
  dirname,
  fileError,
  host,
  join,
  KcellfmError,
  makeFolder,
  messageOf,
  networkError,
  statOrNull,
} from "../../runtime/mod.ts";
import { findCached, findInFolder, gzipInto } from "./cache.ts";
import { type Expected, type Fingerprint, fingerprint, mismatch, wrongKind } from "./check.ts";
import { downloadInto, isForbidden, NotServedError } from "./http.ts";
import { dropPart, openPart, type Part } from "./part.ts";
import { byHand, cachePath, type FetchOptions, mirrorBase, plainPath } from "./places.ts";
import { createMeter } from "./progress.ts";
import { readReceipt, writeReceipt } from "./receipt.ts";
import { unpackedPath, unpackInto } from "./unpack.ts";
import { type Dataset, datasetNamed } from "./registry.ts";

export type { FetchOptions } from "./places.ts";
export type { DownloadProgress } from "./progress.ts";

/** Location of a data set: on disk in the cache or a mirror folder, or the way to get it. */
export type Whereabouts = "cache" | "mirror" | "public" | "by hand" | "mirror only";

/**
 * The path of the data set if it is in the cache or in the mirror, else null; never asks the internet. What an
 * http(s) mirror has is copied into the cache.
 *
 * @throws {KcellfmError} tag "usage" for an unknown name, "file" when what lies there is not what the registry
 *   describes, "network" when an http(s) mirror does not answer.
 */
export function findDataset(name: string, options: FetchOptions = {}): Promise<string | null> {
  return findFile(datasetNamed(name), options);
}

/**
 * The path of the data set, from the cache, the mirror, or its public address, in this order. A download resumes
 * where an earlier one broke off, is checked by size and sha256, and appears under its name only when whole.
 *
 * @throws {KcellfmError} as `findDataset`, and "network" when the file can be had from nowhere: the message says
 *   which file, from where, and where to put it by hand.
 */
export function fetchDataset(name: string, options: FetchOptions = {}): Promise<string> {
  return fetchFile(datasetNamed(name), options);
}

/** {@linkcode findDataset} for a description that need not be in the registry. */
export async function findFile(dataset: Dataset, options: FetchOptions = {}): Promise<string | null> {
  const path = await locate(dataset, options);
  return path && await opened(path, dataset, options);
}

async function locate(dataset: Dataset, options: FetchOptions): Promise<string | null> {
  const mirror = mirrorBase(options);
  const cached = await findCached(cachePath(dataset, options), dataset);
  if (cached !== null || mirror === null) return cached;
  if (mirror.protocol === "file:") return await findInFolder(mirror, dataset);
  try {
    const url = new URL(dataset.path, mirror).href;
    return await bring({ dataset, url, expected: dataset, gzip: false }, options);
  } catch (error) {
    if (error instanceof NotServedError) return null;
    throw explained(error, dataset, options);
  }
}

/** {@linkcode fetchDataset} for a description that need not be in the registry. */
export async function fetchFile(dataset: Dataset, options: FetchOptions = {}): Promise<string> {
  const found = await findFile(dataset, options);
  if (found !== null) return found;
  return await opened(await fetchPublic(dataset, options), dataset, options);
}

async function fetchPublic(dataset: Dataset, options: FetchOptions): Promise<string> {
  if (dataset.url === undefined) {
    throw networkError(`Cannot fetch ${dataset.name}: ${byHand(dataset, options)}`);
  }
  try {
    const expected = dataset.plain ?? knownOf(dataset, options);
    return await bring({ dataset, url: dataset.url, expected, gzip: dataset.plain !== undefined }, options);
  } catch (error) {
    throw explained(error, dataset, options);
  }
}

/** The file to open, or for an archive, its contents unpacked in the cache. */
async function opened(path: string, dataset: Dataset, options: FetchOptions): Promise<string> {
  if (dataset.opens === undefined) return path;
  const folder = unpackedPath(cachePath(dataset, options));
  makeFolder(dirname(folder));
  await unpackInto(folder, path);
  const wanted = join(folder, dataset.opens);
  if (statOrNull(wanted)) return wanted;
  throw fileError(`Cannot use ${path} as ${dataset.name}: it does not hold ${dataset.opens}`);
}

/** Current location of the data set, by a look at the disk that hashes nothing. */
export function whereIs(dataset: Dataset, options: FetchOptions = {}): Whereabouts {
  const mirror = mirrorBase(options);
  if (statOrNull(cachePath(dataset, options))) return "cache";
  if (mirror?.protocol === "file:" && statOrNull(host.paths.fromUrl(new URL(dataset.path, mirror)))) {
    return "mirror";
  }
  if (dataset.url !== undefined) return "public";
  return dataset.page !== undefined ? "by hand" : "mirror only";
}

/** A file to fetch and its address. */
interface Errand {
  readonly dataset: Dataset;
  readonly url: string;
  /** The expected file at the address. */
  readonly expected: Expected;
  /** True if we gzip the file on arrival. */
  readonly gzip: boolean;
}

/** The registry's size and checksum, or those of the first download where the registry has none. */
function knownOf(dataset: Dataset, options: FetchOptions): Expected {
  if (dataset.sha256 !== undefined) return dataset;
  return readReceipt(cachePath(dataset, options)) ?? dataset;
}

async function bring(errand: Errand, options: FetchOptions): Promise<string> {
  const path = cachePath(errand.dataset, options);
  makeFolder(dirname(path));
  const part = await openPart(`${path}.part`, options.signal);
  try {
    const meanwhile = await findCached(path, errand.dataset); // another process may have brought it
    if (meanwhile === null) await finish(path, { part, errand, options });
    dropPart(part);
    return path;
  } catch (error) {
    if (part.file.size === 0) dropPart(part);
    throw error;
  } finally {
    part.file[Symbol.dispose]();
  }
}

interface Delivery {
  readonly part: Part;
  readonly errand: Errand;
  readonly options: FetchOptions;
}

async function finish(path: string, delivery: Delivery): Promise<void> {
  const { part, errand } = delivery;
  const arrived = await downloadChecked(delivery);
  const found = errand.gzip ? await gzipInto(path, part.path) : arrived;
  if (!errand.gzip) {
    part.file.flush();
    host.files.rename(part.path, path);
    host.files.flush(dirname(path));
  }
  await writeReceipt(path, found, errand.url);
}

/** A resumed file that turns out wrong may be two versions glued together: then it is fetched once more, whole. */
async function downloadChecked({ part, errand, options }: Delivery): Promise<Fingerprint> {
  const { dataset, url, expected, gzip } = errand;
  const name = gzip ? plainPath(dataset.path) : dataset.path;
  const onBytes = options.onProgress && createMeter(dataset.name, options.onProgress).update;
  while (true) {
    const resumed = await downloadInto(part, { ...options, url, bytes: expected.bytes, onBytes });
    const found = await fingerprint(part.path);
    const problem = mismatch(found, expected) ?? wrongKind(part.path, name);
    if (problem === null) return found;
    part.file.resize(0);
    if (!resumed) throw networkError(`what ${url} sends is not the file: ${problem}; nothing was kept`);
  }
}

function explained(error: unknown, dataset: Dataset, options: FetchOptions): unknown {
  const refused = error instanceof NotServedError || isForbidden(error);
  if (!refused && !(error instanceof KcellfmError && error.tag === "network")) return error;
  return networkError(
    `Cannot fetch ${dataset.name}: ${messageOf(error)}; ${byHand(dataset, options)}`,
    error,
  );
}
