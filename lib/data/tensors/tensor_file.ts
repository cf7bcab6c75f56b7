import { fileError, host, requireFolder, writeAtomically } from "../../runtime/mod.ts";
import { readRange } from "./file_range.ts";
import { requireFile } from "../hdf5/check.ts";
import { layOut, narrow } from "./safetensors.ts";
import { headerLength, parseHeader } from "./safetensors_header.ts";
import { type LazyTensor, type TensorDtype, widen } from "./tensor_types.ts";
import { readTorchCheckpoint, torchFormOf } from "./torch/checkpoint.ts";

/** Tensors by name in a file of either kind; their bytes stay there until they are read. */
export interface TensorFile {
  readonly path: string;
  readonly form: "safetensors" | "torch zip" | "torch legacy";
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Of a safetensors file; empty for one of PyTorch. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a `.safetensors`, `.pth`, `.pt` or `.bin`, told apart by what they begin with, and lists its tensors.
 *
 * @throws {KcellfmError} tag "file", when it is neither, or damaged.
 */
export async function openTensors(path: string): Promise<TensorFile> {
  if (torchFormOf(path) === null) {
    requireSafetensors(path);
    return openSafetensors(path);
  }
  const checkpoint = await readTorchCheckpoint(path);
  return { path, form: checkpoint.form, tensors: checkpoint.flatten(), metadata: {} };
}

/** The element types that {@linkcode writeTensors} can write floats in; the others become what we read them as. */
export type FloatDtype = "F32" | "F16";

/**
 * Writes tensors as one safetensors file, one tensor in memory at a time. Floats are written as `dtype`, by default
 * half precision where it was so and float32 elsewhere; integers as I32 or U8.
 *
 * @throws {KcellfmError} tag "file", when a tensor cannot be read or the folder does not exist.
 */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, LazyTensor>,
  { dtype, metadata = {} }: { dtype?: FloatDtype; metadata?: Record<string, string> } = {},
): Promise<void> {
  requireFolder(path);
  const entries = new Map(
    [...tensors].map(([name, it]) => [name, { dtype: writtenAs(it.dtype, dtype), shape: it.shape }]),
  );
  const { head, names } = layOut(entries, metadata);
  await writeAtomically(path, (temporary) => {
    using file = host.files.change(temporary);
    file.write(0, head);
    let at = head.length;
    for (const name of names) {
      const bytes = narrow({ ...tensors.get(name)!.read(), dtype: entries.get(name)!.dtype });
      file.write(at, bytes);
      at += bytes.length;
    }
  });
}

/** Type that each tensor is written in: the one it is widened to on reading, except half precision, which floats can take. */
const WRITTEN: Readonly<Record<TensorDtype, TensorDtype>> = {
  F64: "F32",
  F32: "F32",
  F16: "F16",
  BF16: "F32",
  I64: "I32",
  I32: "I32",
  I16: "I32",
  I8: "I32",
  U8: "U8",
  BOOL: "BOOL",
};

function writtenAs(stored: TensorDtype, wanted?: FloatDtype): TensorDtype {
  return wanted && /^B?F\d/.test(stored) ? wanted : WRITTEN[stored];
}

/** A pointer or a web page in place of the weights is the usual accident; its first bytes would pass for a length. */
function requireSafetensors(path: string): void {
  const { size } = requireFile(path);
  const head = new TextDecoder("latin1").decode(readRange(path, { start: 0, length: Math.min(size, 64) }));
  if (head.startsWith("version https://git-lfs")) {
    throw fileError(
      `Cannot read ${path}: it is a Git LFS pointer in place of the file; run git lfs pull, or deno task data fetch`,
    );
  }
  if (head[8] === "{" || path.endsWith(".safetensors")) return;
  throw fileError(
    `Cannot read ${path}: it begins neither as safetensors nor as what torch.save writes; fetch it again`,
  );
}

function openSafetensors(path: string): TensorFile {
  const { size } = requireFile(path);
  const length = headerLength(readRange(path, { start: 0, length: Math.min(8, size) }), {
    size,
    where: path,
  });
  const body = 8 + length;
  const header = parseHeader(readRange(path, { start: 8, length }), { size: size - body, where: path });
  const tensors = new Map<string, LazyTensor>();
  for (const [name, { dtype, shape, start, length }] of header.entries) {
    const range = { start: body + start, length };
    const where = `${path}, tensor "${name}"`;
    const read = () => ({ dtype, shape, data: widen(readRange(path, range), { dtype, where }) });
    tensors.set(name, { dtype, shape, place: `${range.start}+${length}`, read });
  }
  return { path, form: "safetensors", tensors, metadata: header.metadata };
}
