import { fileError, KcellfmError, messageOf } from "../../../runtime/mod.ts";
import { type FileRange, readRange } from "../file_range.ts";
import { DTYPE_BYTES } from "../tensor_types.ts";
import { type ZipMember, zipMembers } from "../../zip.ts";
import { MAX_PICKLE, type TorchContent } from "./content.ts";
import { storageRecord, torchGlobals } from "./globals.ts";
import { unpickle } from "./pickle.ts";
import type { StorageRecord } from "./records.ts";

/** More members than any checkpoint has storages. */
const MAX_MEMBERS = 200_000;

/**
 * The zip form (PyTorch 1.6 on): `<name>/data.pkl` is the pickle, `<name>/data/<key>` the storages, uncompressed so
 * that a tensor can be read where it lies (torch/csrc/jit/serialization, caffe2/serialize/inline_container.h).
 *
 * @throws {KcellfmError} tag "file".
 */
export async function readZipForm(path: string): Promise<TorchContent> {
  const members = await listMembers(path);
  const pickle = [...members.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (!pickle) {
    throw fileError(`Cannot read ${path}: it is a zip without data.pkl, not what torch.save writes`);
  }
  const folder = pickle.slice(0, -"data.pkl".length);
  requireLittleEndian(path, members.get(`${folder}byteorder`));
  const starts = new Map<string, number>();
  const persistent = (id: unknown): StorageRecord => {
    const storage = storageRecord(id, path);
    const member = members.get(`${folder}data/${storage.key}`);
    const bytes = storage.elements * DTYPE_BYTES[storage.dtype];
    if (!member || member.length < bytes) {
      const has = member ? `has ${member.length} bytes` : "is missing";
      throw fileError(
        `Cannot read ${path}: storage ${storage.key} ${has}, ${bytes} were expected; fetch it again`,
      );
    }
    starts.set(storage.key, member.start);
    return storage;
  };
  const bytes = readRange(path, smallEnough(path, members.get(pickle)!));
  const { value } = unpickle(bytes, 0, { where: path, globals: torchGlobals(path), persistent });
  return { value, startOf: (key) => starts.get(key)! };
}

function smallEnough(path: string, pickle: FileRange): FileRange {
  if (pickle.length <= MAX_PICKLE) return pickle;
  throw fileError(
    `Cannot read ${path}: its data.pkl has ${pickle.length} bytes, at most ${MAX_PICKLE} were expected`,
  );
}

function requireLittleEndian(path: string, order: FileRange | undefined): void {
  if (!order) return; // files before PyTorch 2.1 do not say, and are little-endian but for mainframes
  const text = new TextDecoder().decode(readRange(path, { ...order, length: Math.min(order.length, 16) }));
  if (text === "little") return;
  throw fileError(
    `Cannot read ${path}: its numbers are ${text}-endian; save it again on a little-endian machine`,
  );
}

async function listMembers(path: string): Promise<Map<string, FileRange>> {
  const members = new Map<string, FileRange>();
  try {
    for await (const member of zipMembers(path)) {
      requireReadable(path, member, members);
      members.set(member.name, member);
    }
  } catch (error) {
    if (error instanceof KcellfmError) throw error;
    throw fileError(`Cannot read ${path}: its zip is damaged (${messageOf(error)}); fetch it again`, error);
  }
  return members;
}

function requireReadable(
  path: string,
  { name, packing }: ZipMember,
  known: ReadonlyMap<string, unknown>,
): void {
  if (known.size >= MAX_MEMBERS) {
    throw fileError(`Cannot read ${path}: it has more than ${MAX_MEMBERS} members`);
  }
  if (known.has(name)) throw fileError(`Cannot read ${path}: it has two members named ${name}`);
  if (packing === "stored") return;
  throw fileError(
    `Cannot read ${path}: member ${name} is compressed, as in a TorchScript program; save the state dict by torch.save`,
  );
}
