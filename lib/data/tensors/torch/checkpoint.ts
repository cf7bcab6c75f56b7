import { fileError } from "../../../runtime/mod.ts";
import { readRange } from "../file_range.ts";
import { requireFile } from "../../hdf5/check.ts";
import type { LazyTensor } from "../tensor_types.ts";
import type { TorchForm } from "./content.ts";
import { LEGACY_START, readLegacyForm } from "./legacy.ts";
import { tensorsIn, type TorchValue, unfold } from "./tree.ts";
import { readZipForm } from "./zip.ts";

/** Contents of a file written by `torch.save`. */
export interface TorchCheckpoint {
  readonly form: TorchForm;
  readonly root: TorchValue;
  /** The tensors by dotted path (`bert_state.embeddings.LayerNorm.weight`, `layers.0`), in the order of the file. */
  flatten(): Map<string, LazyTensor>;
}

const ZIP_START = [0x50, 0x4b, 0x03, 0x04];

/**
 * Reads what `torch.save` wrote (`.pth`, `.pt`, `.bin`), in the zip form or the one before it, without running
 * anything: pickles go through a machine of ours that knows the few names that tensors need and refuses all others.
 * (npm's readers of pickles construct what a resolver hands them, and get PyTorch's magic number wrong.)
 * Tensors stay in the file until `read()`; strided ones are made contiguous.
 *
 * @throws {KcellfmError} tag "file", when the file is damaged, of another kind, or asks for a name that is refused.
 */
export async function readTorchCheckpoint(path: string): Promise<TorchCheckpoint> {
  const form = torchFormOf(path);
  if (form === null) {
    throw fileError(
      `Cannot read ${path}: it does not begin as files of torch.save do (a zip, or PyTorch's magic number)`,
    );
  }
  const content = form === "torch zip" ? await readZipForm(path) : readLegacyForm(path);
  const root = unfold(content, path);
  return { form, root, flatten: () => tensorsIn(root, path) };
}

/** The form of a file of PyTorch by its first bytes, or null. @throws {KcellfmError} tag "file", when it cannot be read. */
export function torchFormOf(path: string): TorchForm | null {
  const { size } = requireFile(path);
  const head = readRange(path, { start: 0, length: Math.min(size, LEGACY_START.length) });
  const begins = (start: readonly number[]) => start.every((byte, i) => head[i] === byte);
  if (begins(ZIP_START)) return "torch zip";
  return begins(LEGACY_START) ? "torch legacy" : null;
}
