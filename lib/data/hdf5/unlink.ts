import { fileError, host } from "../../runtime/mod.ts";
import { EditableBytes, type Entry, ENTRY_BYTES, findPath, NODE_HEAD_BYTES } from "./format.ts";

/**
 * Removes the link to `target` (such as `obs/kcellfm_cell_type`) from a closed HDF5 file, so that something else can
 * take its name. h5wasm has no H5Ldelete; this does what it does to a group of the original format, which keeps its
 * links in symbol nodes without checksums: the entry is taken out and the later ones move up. The object itself
 * stays behind as unused space. Messages call the file `shown`.
 *
 * @throws {KcellfmError} tag "file", when the group is of the newer format.
 */
export function unlink(path: string, target: string, { shown }: { shown: string }): void {
  using file = host.files.change(path);
  const bytes = new EditableBytes(file);
  const entry = findPath(bytes, target);
  if (entry === "missing") return;
  if (entry === null) {
    throw fileError(
      `Cannot replace ${target} of ${shown}: its group is of HDF5's newer format, from which links cannot be ` +
        `removed here; delete it with the program that wrote it, then run this again`,
    );
  }
  removeEntry(bytes, entry);
}

/** Moves the later entries of the node up and lowers its count; the tree's keys stay valid bounds. */
function removeEntry(bytes: EditableBytes, { node, slot }: Entry): void {
  const count = bytes.uint(node + 6, 2);
  const at = node + NODE_HEAD_BYTES + slot * ENTRY_BYTES;
  const later = bytes.read(at + ENTRY_BYTES, (count - slot - 1) * ENTRY_BYTES);
  bytes.write(at, later);
  bytes.write(node + 6, Uint8Array.of((count - 1) & 255, (count - 1) >> 8));
}
