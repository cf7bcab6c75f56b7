import { fileError } from "../runtime/mod.ts";

/** Element types we read; all but F32, I32 and U8 are widened to one of these on reading. */
export type TensorDtype = "F32" | "F16" | "BF16" | "I64" | "I32" | "U8";

/** One stored tensor in row-major order; `dtype` is the type on disk, `data` what it was widened to. */
export interface StoredTensor {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** The content of one safetensors file. */
export interface Safetensors {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

interface HeaderEntry {
  readonly dtype: TensorDtype;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

const BYTES: Record<TensorDtype, number> = { F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1 };

/** The format's own bound on its header (100 MB), so that a mangled length allocates nothing. */
const MAX_HEADER = 100_000_000;

/** Reads a safetensors file; `where` names it in errors. @throws {KcellfmError} tag "file", when it is malformed. */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const header = parseHeader(bytes, where);
  const body = bytes.subarray(header.end);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header.entries)) {
    tensors.set(name, readTensor(body, entry, `${where}, tensor "${name}"`));
  }
  return { tensors, metadata: header.metadata };
}

/** {@linkcode decodeSafetensors} of a file on disk. */
export function readSafetensors(path: string): Safetensors {
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    throw fileError(`Cannot read ${path}: the file is missing or not readable`, error);
  }
  return decodeSafetensors(bytes, path);
}

function parseHeader(bytes: Uint8Array, where: string) {
  const broken = (why: string, cause?: unknown) =>
    fileError(
      `Cannot read ${where}: ${why}; it is not a whole safetensors file, fetch or write it again`,
      cause,
    );
  if (bytes.length < 8) throw broken(`it holds ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER || 8 + length > bytes.length) throw broken(`its header claims ${length} bytes`);
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const { __metadata__: metadata = {}, ...entries } = json;
    return { metadata, entries: entries as Record<string, HeaderEntry>, end: 8 + length };
  } catch (error) {
    throw broken("its header is not JSON", error);
  }
}

function readTensor(body: Uint8Array, entry: HeaderEntry, where: string): StoredTensor {
  const width = BYTES[entry?.dtype];
  if (!width) {
    throw fileError(
      `Cannot read ${where}: dtype ${entry?.dtype} is not known (known: ${Object.keys(BYTES)})`,
    );
  }
  const [start, end] = entry.data_offsets;
  const size = entry.shape.reduce((product, n) => product * n, 1);
  if (!(end - start === size * width && start >= 0 && end <= body.length)) {
    throw fileError(
      `Cannot read ${where}: shape [${entry.shape}] does not fit bytes ${start}-${end}; fetch it again`,
    );
  }
  return { dtype: entry.dtype, shape: entry.shape, data: widen(body.slice(start, end), entry.dtype) };
}

function widen(raw: Uint8Array, dtype: TensorDtype): Float32Array | Int32Array | Uint8Array {
  const buffer = raw.buffer as ArrayBuffer;
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "I32":
      return new Int32Array(buffer);
    case "U8":
      return raw;
    case "F16":
      return Float32Array.from(new Float16Array(buffer));
    case "BF16":
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case "I64":
      return Int32Array.from(new BigInt64Array(buffer), Number);
  }
}

/**
 * Lays tensors out as one safetensors file, sorted by name so that equal content gives equal bytes.
 * A Float32Array under dtype "F16" is rounded to half precision.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const names = [...tensors.keys()].sort();
  const parts: Uint8Array[] = [];
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const name of names) {
    const tensor = tensors.get(name)!;
    const bytes = narrow(tensor);
    header[name] = {
      dtype: tensor.dtype,
      shape: tensor.shape,
      data_offsets: [offset, offset + bytes.length],
    };
    parts.push(bytes);
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8; // the format aligns its data to 8 bytes with spaces
  const out = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.set(json, 8);
  let at = 8 + padded;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function narrow({ dtype, data }: StoredTensor): Uint8Array {
  if (dtype === "F16") return new Uint8Array(Float16Array.from(data).buffer);
  if (dtype === "BF16" || dtype === "I64") {
    throw new TypeError(`Cannot write dtype ${dtype}: write F32, F16, I32 or U8`);
  }
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
