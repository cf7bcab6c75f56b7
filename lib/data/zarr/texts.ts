import { decodeStrings } from "../hdf5/decode.ts";
import type { ArrayMeta } from "./types.ts";

/**
 * Texts as numcodecs' vlen-utf8 lays them out: how many, then each as its length and its bytes.
 *
 * @throws {RangeError} when they reach beyond the chunk.
 */
export function decodeTexts(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw new RangeError("a chunk of texts is too short");
  const count = view.getUint32(0, true);
  if (4 * count > bytes.length) throw new RangeError(`a chunk of texts claims ${count}`);
  const decoder = new TextDecoder();
  const out = new Array<string>(count);
  let at = 4;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw new RangeError("a chunk of texts is damaged");
    const length = view.getUint32(at, true);
    at += 4;
    if (at + length > bytes.length) throw new RangeError("a chunk of texts is damaged");
    out[i] = decoder.decode(bytes.subarray(at, at + length));
    at += length;
  }
  return out;
}

/** The inverse of {@linkcode decodeTexts}. */
export function encodeTexts(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => encoder.encode(text));
  const out = new Uint8Array(4 + parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  view.setUint32(0, texts.length, true);
  let at = 4;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

/** Texts of a fixed width: bytes, or four bytes a character. */
export function unicodeTexts(bytes: Uint8Array<ArrayBuffer>, type: ArrayMeta["type"]): string[] {
  if (type.kind !== "unicode") {
    const size = type.kind === "string" ? type.size : 0;
    if (size === 0) throw new TypeError(`texts were expected, it holds ${type.kind} values`);
    return decodeStrings({ buffer: bytes.buffer, offset: 0, count: bytes.length / size }, type as never);
  }
  if (type.size === 0) return [];
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / type.size }, (_, i) => {
    let text = "";
    for (let at = i * type.size; at < (i + 1) * type.size; at += 4) {
      const code = view.getUint32(at, true);
      if (code === 0) break;
      text += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    }
    return text;
  });
}
