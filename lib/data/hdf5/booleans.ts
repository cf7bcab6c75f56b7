import { fileError, host } from "../../runtime/mod.ts";
import { EditableBytes, type Entry, type FileBytes, findPath, type Message, messagesOf } from "./format.ts";

/**
 * Booleans as h5py writes them, an enumeration of FALSE and TRUE in a byte: AnnData's readers insist on them, and h5wasm
 * cannot make enumerations. It is told to write a text of the right length, whose message is then replaced in the closed file.
 *
 * Layout: HDF5 File Format Specification 3.0, sections IV.A.1.a, IV.A.2.d (datatype) and IV.A.2.m (attribute).
 */

/** A boolean to be made: an attribute, or the type of a dataset of bytes. */
export interface PendingBoolean {
  readonly path: string;
  /** The attribute; null for the dataset itself, whose placeholder is then an attribute of that name. */
  readonly attribute: string | null;
  readonly value: boolean;
  /** The text that stands in its place. */
  readonly placeholder: string;
}

/** Attributes that stand in for a dataset's type have this name: all names must be of 7 letters. */
export const PLACEHOLDER_NAME = "boolean";
/** So that the message is as long as that of the boolean: 72 bytes. */
export const PLACEHOLDER_BYTES = 40;

const DATATYPE = 0x03;
const ATTRIBUTE = 0x0c;
const MESSAGE_BYTES = 72;
const NAME_AT = 8;

/** An enumeration of one signed byte: FALSE 0, TRUE 1. */
const BOOLEAN_TYPE = [
  ...[0x18, 2, 0, 0, 1, 0, 0, 0],
  ...[0x10, 8, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0],
  ...new TextEncoder().encode("FALSE\0\0\0TRUE\0\0\0\0"),
  ...[0, 1],
];

/** The text for the n-th boolean of a file. */
export const placeholderOf = (n: number): string => `kcellfm boolean ${n} `.padEnd(PLACEHOLDER_BYTES, ".");

/**
 * Makes the booleans that stand as texts in a closed file. `from` is where the file ended before they were written.
 *
 * @throws {KcellfmError} tag "file", when one is not found; the file must not be used then.
 */
export function makeBooleans(path: string, pending: readonly PendingBoolean[], from: number): void {
  if (pending.length === 0) return;
  using file = host.files.change(path);
  const bytes = new EditableBytes(file);
  for (const boolean of pending) {
    const message = messageByPath(bytes, boolean) ?? messageByText(bytes, boolean, from);
    if (!message) throw fileError(`Cannot write ${boolean.path} of ${path}: its boolean was not found`);
    if (boolean.attribute === null) retype(bytes, boolean, message);
    else bytes.write(message.body, attributeBody(boolean.attribute, boolean.value));
  }
}

function attributeBody(name: string, value: boolean): Uint8Array {
  const body = new Uint8Array(MESSAGE_BYTES);
  body.set([1, 0, name.length + 1, 0, BOOLEAN_TYPE.length, 0, 8, 0]);
  body.set(new TextEncoder().encode(name), NAME_AT);
  body.set(BOOLEAN_TYPE, 16);
  body.set([1], 56); // the dataspace of a scalar, version 1
  body[64] = Number(value);
  return body;
}

/** The placeholder's message becomes the type, and the type of bytes a message of no meaning. */
function retype(bytes: EditableBytes, { path }: PendingBoolean, placeholder: Message): void {
  const entry = findPath(bytes, path);
  const messages = isEntry(entry) ? messagesOf(bytes, entry.object) : [];
  const old = messages.find(({ type }) => type === DATATYPE);
  if (!old) throw fileError(`Cannot write ${path}: the type of its values was not found`);
  const body = new Uint8Array(MESSAGE_BYTES);
  body.set(BOOLEAN_TYPE);
  bytes.write(placeholder.body, body);
  bytes.write(placeholder.body - 8, Uint8Array.of(DATATYPE, 0, MESSAGE_BYTES, 0, 1));
  bytes.write(old.body - 8, Uint8Array.of(0, 0));
}

const isEntry = (entry: Entry | "missing" | null): entry is Entry => entry !== null && entry !== "missing";

function messageByPath(bytes: FileBytes, boolean: PendingBoolean): Message | null {
  const entry = findPath(bytes, boolean.path);
  if (!isEntry(entry)) return null;
  return messagesOf(bytes, entry.object).find((message) =>
    message.type === ATTRIBUTE && message.size === MESSAGE_BYTES &&
    bytes.text(message.body + MESSAGE_BYTES - PLACEHOLDER_BYTES, PLACEHOLDER_BYTES - 1) ===
      boolean.placeholder.slice(0, -1)
  ) ?? null;
}

/** Bytes looked through at a time. */
const STRIDE = 1 << 20;

/** Where a group above is of the newer format: the placeholder lies in what was added at the file's end. */
function messageByText(bytes: FileBytes, { placeholder }: PendingBoolean, from: number): Message | null {
  const wanted = new TextEncoder().encode(placeholder);
  for (let at = from;; at += STRIDE) {
    const piece = bytes.read(at, STRIDE + PLACEHOLDER_BYTES);
    const found = indexOf(piece, wanted);
    if (found >= 0) {
      const body = at + found - (MESSAGE_BYTES - PLACEHOLDER_BYTES);
      const [type, size] = [bytes.uint(body - 8, 2), bytes.uint(body - 6, 2)];
      return type === ATTRIBUTE && size === MESSAGE_BYTES ? { type, body, size } : null;
    }
    if (piece.length < STRIDE) return null;
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, k) => bytes[at + k] === byte)) return at;
  }
  return -1;
}
