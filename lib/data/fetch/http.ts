import { delay, KcellfmError, messageOf, networkError, writeProblem } from "../../runtime/mod.ts";
import { type Part, readValidator, writeValidator } from "./part.ts";

/** Options for retrying a download. */
export interface RetryOptions {
  /** Failures in a row, without one new byte, that end it; default 5. */
  readonly attempts?: number;
  /** Wait after the first failure in ms, doubled after each further one; default 500. */
  readonly backoffMs?: number;
  /** A connection that sends nothing for so long counts as broken, in ms; default 30,000. */
  readonly idleMs?: number;
}

/** Inputs of `downloadInto`. */
export interface HttpDownload extends RetryOptions {
  readonly url: string;
  /** The size the file must have, where known. */
  readonly bytes?: number;
  readonly onBytes?: (received: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/** The address answers that it does not have the file; asking again is of no use. */
export class NotServedError extends Error {
  override readonly name = "NotServedError";
  constructor(readonly status: number, url: string) {
    super(`${url} answers ${status}`);
  }
}

/**
 * Downloads `url` to the end of the part, resuming what is there when the server says it still has that version.
 *
 * @returns whether the file was resumed, so that its pieces came over more than one connection.
 * @throws {NotServedError} when the server refuses the address (4xx other than 408 and 429).
 * @throws {KcellfmError} tag "network", when the server cannot be reached, breaks off for good or sends too much.
 */
export async function downloadInto(part: Part, download: HttpDownload): Promise<boolean> {
  const { attempts = 5, backoffMs = 500, signal } = download;
  let failures = 0;
  let furthest = part.file.size;
  while (true) {
    try {
      return await attempt(part, download);
    } catch (error) {
      signal?.throwIfAborted();
      if (isFinal(error)) throw error;
      const reached = part.file.size;
      failures = reached > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, reached);
      if (failures >= attempts) {
        throw networkError(`${download.url} fails ${failures} times in a row (${reasonOf(error)})`, error);
      }
      await delay(backoffMs * 2 ** (failures - 1), signal);
    }
  }
}

/** fetch hides why it failed in the cause, behind the address that our message has already. */
function reasonOf(error: unknown): string {
  const reason = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  return messageOf(reason).replace(/^error sending request for url \([^)]*\): /, "");
}

/** Errors that no further attempt can mend. */
const isFinal = (error: unknown): boolean =>
  error instanceof NotServedError || error instanceof KcellfmError || isForbidden(error);

/** True if Deno was not permitted to contact the address. */
export const isForbidden = (error: unknown): boolean => error instanceof Error && error.name === "NotCapable";

async function attempt(part: Part, download: HttpDownload): Promise<boolean> {
  const have = part.file.size;
  const validator = have > 0 ? readValidator(part, download.url) : null;
  if (validator !== null && have === download.bytes) return true;
  const watch = watchdog(download);
  try {
    const response = await fetch(download.url, {
      headers: requestHeaders(have, validator),
      signal: watch.signal,
    });
    const start = await acceptResponse(part, response, { have, url: download.url });
    await appendBody(part, response, { start, download, alive: watch.alive });
    return start > 0;
  } finally {
    watch.stop();
  }
}

function requestHeaders(have: number, validator: string | null): HeadersInit {
  const identity = { "accept-encoding": "identity" }; // sizes and ranges count the file's own bytes
  return validator === null ? identity : { ...identity, range: `bytes=${have}-`, "if-range": validator };
}

/** Offset in the file at which the body starts; throws on every answer that brings no part of the file. */
async function acceptResponse(
  part: Part,
  response: Response,
  { have, url }: { have: number; url: string },
): Promise<number> {
  if (response.status === 206 && rangeStart(response) === have) return have;
  if (response.status !== 200) await response.body?.cancel();
  if (response.status === 200) {
    part.file.resize(0);
    await writeValidator(part, url, validatorOf(response));
    return 0;
  }
  if (response.status === 206 || response.status === 416) { // not the range asked for: start over
    part.file.resize(0);
  } else if (response.status >= 400 && response.status < 500 && ![408, 429].includes(response.status)) {
    throw new NotServedError(response.status, url);
  }
  throw new Error(`it answers ${response.status} ${response.statusText}`.trim());
}

/** A strong ETag or else the date; null where a resumed file could mix two versions. */
function validatorOf(response: Response): string | null {
  const etag = response.headers.get("etag");
  return etag !== null && !etag.startsWith("W/") ? etag : response.headers.get("last-modified");
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? NaN);
}

interface BodyOptions {
  readonly start: number;
  readonly download: HttpDownload;
  readonly alive: () => void;
}

async function appendBody(
  part: Part,
  response: Response,
  { start, download, alive }: BodyOptions,
): Promise<void> {
  const announced = Number(response.headers.get("content-length") ?? NaN);
  const total = download.bytes ?? (Number.isFinite(announced) ? start + announced : null);
  let received = start;
  for await (const piece of response.body ?? []) {
    alive();
    append(part, piece, received);
    received += piece.length;
    download.onBytes?.(received, total);
    if (download.bytes !== undefined && received > download.bytes) {
      part.file.resize(0);
      throw networkError(`${download.url} sends more than the ${download.bytes} bytes expected`);
    }
  }
  if (total !== null && received < total) throw new Error(`it ends after ${received} of ${total} bytes`);
}

function append({ path, file }: Part, bytes: Uint8Array, at: number): void {
  try {
    file.write(at, bytes);
  } catch (error) {
    throw writeProblem(path, error); // a full disk is nothing to try again
  }
}

/** A signal that aborts with the caller's, or when `alive` was not called for `idleMs`. */
function watchdog({ idleMs = 30_000, signal }: HttpDownload) {
  const idle = new AbortController();
  const expire = () => idle.abort(new Error(`it sends nothing for ${idleMs / 1000} s`));
  let timer = setTimeout(expire, idleMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(expire, idleMs);
  };
  const both = signal ? AbortSignal.any([signal, idle.signal]) : idle.signal;
  return { signal: both, alive, stop: () => clearTimeout(timer) };
}
