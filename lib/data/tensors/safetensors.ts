import { fileError, host } from "../../runtime/mod.ts";
import { headerLength, parseHeader } from "./safetensors_header.ts";
import { DTYPE_BYTES, elementsOf, type StoredTensor, type TensorDtype, widen } from "./tensor_types.ts";

export type { StoredTensor, TensorDtype } from "./tensor_types.ts";

/** The content of one safetensors file. */
export interface Safetensors {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

/** Reads a safetensors file; `where` names it in errors. @throws {KcellfmError} tag "file", when it is malformed. */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const start = 8 + headerLength(bytes, { size: bytes.length, where });
  const body = bytes.subarray(start);
  const { metadata, entries } = parseHeader(bytes.subarray(8, start), { size: body.length, where });
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, start, length }] of entries) {
    const raw = body.slice(start, start + length);
    tensors.set(name, { dtype, shape, data: widen(raw, { dtype, where: `${where}, tensor "${name}"` }) });
  }
  return { tensors, metadata };
}

/** {@linkcode decodeSafetensors} of a file on disk. */
export function readSafetensors(path: string): Safetensors {
  let bytes: Uint8Array;
  try {
    bytes = host.files.read(path);
  } catch (error) {
    throw fileError(`Cannot read ${path}: the file is missing or not readable`, error);
  }
  return decodeSafetensors(bytes, path);
}

/**
 * Lays tensors out as one safetensors file, sorted by name so that equal content gives equal bytes.
 * A Float32Array under dtype "F16" is rounded to half precision.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const { head, names, size } = layOut(tensors, metadata);
  const out = new Uint8Array(size);
  out.set(head);
  let at = head.length;
  for (const name of names) {
    const bytes = narrow(tensors.get(name)!);
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

/** Length and header of the file for these tensors, and the order in which their bytes follow. */
export function layOut(
  tensors: ReadonlyMap<string, Pick<StoredTensor, "dtype" | "shape">>,
  metadata: Record<string, string>,
): { head: Uint8Array<ArrayBuffer>; names: readonly string[]; size: number } {
  const names = [...tensors.keys()].sort();
  const header: [string, unknown][] = [["__metadata__", metadata]];
  let end = 0;
  for (const name of names) {
    const { dtype, shape } = tensors.get(name)!;
    const start = end;
    end += elementsOf(shape) * DTYPE_BYTES[dtype];
    header.push([name, { dtype, shape, data_offsets: [start, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8; // the format aligns its data to 8 bytes with spaces
  const head = new Uint8Array(8 + padded).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return { head, names, size: head.length + end };
}

/** The bytes of a tensor under its dtype. @throws {TypeError} for a dtype that we only read. */
export function narrow({ dtype, data }: StoredTensor): Uint8Array<ArrayBuffer> {
  if (dtype === "F16") return new Uint8Array(Float16Array.from(data).buffer);
  if (!WRITABLE.includes(dtype)) {
    throw new TypeError(`Cannot write dtype ${dtype}: write ${WRITABLE.join(", ")}`);
  }
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

const WRITABLE: readonly TensorDtype[] = ["F32", "F16", "I32", "U8", "BOOL"];
