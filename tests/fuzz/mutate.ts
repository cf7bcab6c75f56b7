import type { Rng } from "../../lib/runtime/mod.ts";

/** Numbers on which readers stumble: none, the largest of each width, one before and one after. */
const EDGES = [
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x7fff,
  0xffff,
  0x7fffffff,
  0x80000000,
  0xffffffff,
  2 ** 40,
  2 ** 53,
];
/** Pieces that mean something in one of the text formats. */
const WORDS = [
  "",
  "\n",
  "\t",
  ",",
  '"',
  "{",
  "}",
  "[",
  "]",
  "null",
  "NaN",
  "-1",
  "1e999",
  "99999999999",
  "%",
  ":",
  "\0",
];

/**
 * A copy of `bytes` with one to four changes: bits, bytes, whole numbers at the edges of their range, stretches cut out, doubled
 * or swapped, words put in, the end cut off. Half of them fall into the first or last 512 bytes, where headers and indexes lie.
 */
export function mutate(bytes: Uint8Array, rng: Rng): Uint8Array<ArrayBuffer> {
  let changed = bytes.slice();
  const changes = rng.choice([1, 1, 1, 2, 4]);
  for (let i = 0; i < changes && changed.length > 0; i++) changed = rng.choice(CHANGES)(changed, rng);
  return changed;
}

/** The JSON with one of its values replaced, removed, renamed or nested: it still parses, and means something else. */
export function mutateJson(bytes: Uint8Array, rng: Rng): Uint8Array<ArrayBuffer> {
  const root = { root: JSON.parse(new TextDecoder().decode(bytes)) };
  changeValue(pickParent(root, rng), rng);
  return new TextEncoder().encode(JSON.stringify(root.root ?? null));
}

/** A safetensors file whose header, which is JSON behind its length, is changed as JSON. */
export function mutateHeader(bytes: Uint8Array, rng: Rng): Uint8Array<ArrayBuffer> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = mutateJson(bytes.subarray(8, 8 + length), rng);
  const size = new BigUint64Array([BigInt(header.length)]);
  return joined(new Uint8Array(size.buffer), header, bytes.subarray(8 + length));
}

type Json = { [key: string]: unknown };

/** An object or array somewhere below: a few steps down, or the first without children of that kind. */
function pickParent(root: Json, rng: Rng): Json {
  let parent = root;
  for (let depth = 1 + rng.int(5); depth > 0; depth--) {
    const inner = Object.values(parent).filter((value): value is Json =>
      isJson(value) && Object.keys(value).length > 0
    );
    if (inner.length === 0) break;
    parent = rng.choice(inner);
  }
  return parent;
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null;

function changeValue(parent: Json, rng: Rng): void {
  const key = rng.choice(Object.keys(parent));
  const value = parent[key];
  const kind = rng.int(6);
  if (kind === 0) delete parent[key];
  else if (kind === 1) parent[rng.choice(["__proto__", "constructor", "toString", "x", "\n"])] = value;
  else if (kind === 2) parent[key] = [value, value];
  else {parent[key] = rng.choice([
      null,
      true,
      "",
      "a\u0000b",
      "../..",
      -1,
      0,
      1.5,
      1e300,
      2 ** 31,
      2 ** 53,
      [],
      {},
    ]);}
}

type Change = (bytes: Uint8Array<ArrayBuffer>, rng: Rng) => Uint8Array<ArrayBuffer>;

const CHANGES: readonly Change[] = [
  setByte,
  setByte,
  flipBit,
  flipBit,
  setNumber,
  setNumber,
  setNumber,
  cutOut,
  repeat,
  swap,
  putWord,
  cutEnd,
];

function setByte(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  bytes[place(bytes, rng)] = rng.int(256);
  return bytes;
}

function flipBit(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  bytes[place(bytes, rng)] ^= 1 << rng.int(8);
  return bytes;
}

/** Little-endian, as all the binary formats here are. */
function setNumber(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  const at = place(bytes, rng);
  let rest = rng.choice(EDGES);
  for (let i = 0; i < rng.choice([1, 2, 4, 8]) && at + i < bytes.length; i++) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

function cutOut(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  const [at, length] = stretch(bytes, rng);
  return joined(bytes.subarray(0, at), bytes.subarray(at + length));
}

function repeat(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  const [at, length] = stretch(bytes, rng);
  return joined(bytes.subarray(0, at + length), bytes.subarray(at));
}

function swap(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  const [at, length] = stretch(bytes, rng);
  bytes.copyWithin(place(bytes, rng), at, at + length);
  return bytes;
}

function putWord(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  const at = place(bytes, rng);
  return joined(bytes.subarray(0, at), new TextEncoder().encode(rng.choice(WORDS)), bytes.subarray(at));
}

function cutEnd(bytes: Uint8Array<ArrayBuffer>, rng: Rng) {
  return rng.int(4) > 0 ? bytes : bytes.slice(0, rng.int(bytes.length));
}

function place({ length }: Uint8Array, rng: Rng): number {
  const within = [
    () => rng.int(length),
    () => rng.int(length),
    () => rng.int(512),
    () => length - 1 - rng.int(512),
  ];
  return Math.max(0, Math.min(length - 1, rng.choice(within)()));
}

function stretch(bytes: Uint8Array, rng: Rng): [at: number, length: number] {
  return [place(bytes, rng), 1 + rng.int(rng.choice([4, 64, 1024]))];
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
