import { z } from "zod";
import { type FileFacts, host, readText, writeFileAtomically } from "../../runtime/mod.ts";
import type { Fingerprint } from "./check.ts";

const ReceiptSchema = z.object({
  bytes: z.int(),
  sha256: z.string(),
  /** Time of the file's last change, in ms since 1970, as of its check. */
  modified: z.number(),
  /** Address that the file came from; absent if it was put there by hand. */
  from: z.string().optional(),
});

/**
 * The lock beside a cached file: what was checked when it came in. It spares hashing an unchanged file again, and
 * pins the checksum of a deposit that the registry knows none of.
 */
export type Receipt = Readonly<z.infer<typeof ReceiptSchema>>;

const receiptPath = (path: string): string => `${path}.lock.json`;

/** The receipt of the cached file, or null when it has none that can be read. */
export function readReceipt(path: string): Receipt | null {
  try {
    return ReceiptSchema.parse(JSON.parse(readText(receiptPath(path))));
  } catch {
    return null; // a missing or broken receipt only means that the file is checked again
  }
}

/** Records that the file at `path` was found to be `fingerprint`. */
export async function writeReceipt(path: string, found: Fingerprint, from?: string): Promise<void> {
  const receipt: Receipt = { ...found, modified: host.files.stat(path)?.modified ?? 0, from };
  await writeFileAtomically(receiptPath(path), JSON.stringify(receipt, null, 2) + "\n");
}

/** True if the file is unchanged since its receipt was written. */
export function isUntouched({ size, modified }: FileFacts, receipt: Receipt): boolean {
  return size === receipt.bytes && modified === receipt.modified;
}
