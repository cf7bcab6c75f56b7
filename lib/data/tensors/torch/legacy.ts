import { fileError } from "../../../runtime/mod.ts";
import { readRange } from "../file_range.ts";
import { requireFile } from "../../hdf5/check.ts";
import { DTYPE_BYTES } from "../tensor_types.ts";
import { MAX_PICKLE, type TorchContent } from "./content.ts";
import { storageRecord, torchGlobals } from "./globals.ts";
import { unpickle } from "./pickle.ts";
import type { UnpickleOptions } from "./pickle_machine.ts";
import type { StorageRecord } from "./records.ts";

/** First bytes of every file of this form: the pickle of PyTorch's magic number, 0x1950a86a20f9469cfc6c. */
export const LEGACY_START = [
  0x80,
  0x02,
  0x8a,
  0x0a,
  0x6c,
  0xfc,
  0x9c,
  0x46,
  0xf9,
  0x20,
  0x6a,
  0xa8,
  0x50,
  0x19,
  0x2e,
];

const PROTOCOL = 1001;

/**
 * The form before PyTorch 1.6: pickles of the magic number, the protocol, the machine, the value and the keys of the
 * storages, and then for each key its count of elements (int64) and the elements (torch/serialization.py,
 * `_legacy_save`).
 *
 * @throws {KcellfmError} tag "file".
 */
export function readLegacyForm(path: string): TorchContent {
  const { size } = requireFile(path);
  const bytes = readRange(path, { start: 0, length: Math.min(size, MAX_PICKLE) });
  const storages = new Map<string, StorageRecord>();
  const persistent = (id: unknown): StorageRecord => {
    const storage = storageRecord(id, path);
    const { dtype, elements } = storages.get(storage.key) ?? storage;
    if (dtype !== storage.dtype || elements !== storage.elements) {
      throw fileError(`Cannot read ${path}: its pickle describes storage ${storage.key} in two ways`);
    }
    storages.set(storage.key, storage);
    return storage;
  };
  const plain = { where: path, globals: new Map() };
  const [, protocol, machine, value, keys] = readPickles(bytes, [
    plain,
    plain,
    plain,
    { where: path, globals: torchGlobals(path), persistent },
    plain,
  ]);
  requireKnown(path, protocol.value, machine.value);
  const starts = storageStarts(path, { size, keys: keys.value, start: keys.end, storages });
  return { value: value.value, startOf: (key) => starts.get(key)! };
}

function readPickles(bytes: Uint8Array, all: readonly UnpickleOptions[]): { value: unknown; end: number }[] {
  let start = 0;
  return all.map((options) => {
    const read = unpickle(bytes, start, options);
    start = read.end;
    return read;
  });
}

function requireKnown(path: string, protocol: unknown, machine: unknown): void {
  if (protocol !== PROTOCOL) {
    throw fileError(`Cannot read ${path}: protocol ${protocol}, ${PROTOCOL} was expected`);
  }
  if (machine instanceof Map && machine.get("little_endian") === true) return;
  throw fileError(
    `Cannot read ${path}: its numbers are big-endian; save it again on a little-endian machine`,
  );
}

interface StorageList {
  readonly size: number;
  readonly keys: unknown;
  readonly start: number;
  readonly storages: ReadonlyMap<string, StorageRecord>;
}

/** Walks over the storages by their counts; every storage of the pickle must lie whole in the file. */
function storageStarts(path: string, { size, keys, start, storages }: StorageList): Map<string, number> {
  const starts = new Map<string, number>();
  let at = start;
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = storages.get(key);
    if (!storage) throw fileError(`Cannot read ${path}: no tensor is in its storage ${String(key)}`);
    const count = new DataView(readRange(path, { start: at, length: 8 }).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.elements)) {
      throw fileError(
        `Cannot read ${path}: storage ${key} has ${count} elements, its pickle says ${storage.elements}`,
      );
    }
    starts.set(key, at + 8);
    at += 8 + storage.elements * DTYPE_BYTES[storage.dtype];
    if (at > size) {
      throw fileError(`Cannot read ${path}: it ends at byte ${size}, inside storage ${key}; fetch it again`);
    }
  }
  const lost = [...storages.keys()].find((key) => !starts.has(key));
  if (lost === undefined) return starts;
  throw fileError(`Cannot read ${path}: storage ${lost} is missing; fetch it again`);
}
