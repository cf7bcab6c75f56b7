import type { ByteStream, Input } from "./input.ts";
import { NA_INTEGER } from "./values.ts";

/** Of a number as text: no one needs more. */
const LONGEST = 64;
const SPACE = 32;
const BACKSLASH = 0x5c;

/** R's `ascii = TRUE`: a number or a text a line, texts escaped as in C. */
export function asciiInput(stream: ByteStream): Input {
  const int = async () => wholeNumber(await word(stream));
  const fill = async <T extends Int32Array | Float64Array | Uint8Array>(
    out: T,
    next: () => Promise<number>,
  ) => {
    for (let i = 0; i < out.length; i++) out[i] = await next();
    return out;
  };
  const claimed = (count: number) => {
    stream.claim(2 * count); // a digit and a new line
    return count;
  };
  return {
    int,
    ints: async (count) => await fill(new Int32Array(claimed(count)), int),
    doubles: async (count) =>
      await fill(new Float64Array(claimed(count)), async () => realNumber(await word(stream))),
    raw: async (count) =>
      await fill(new Uint8Array(claimed(count)), async () => parseInt(await word(stream), 16)),
    text: (length) => escapedText(stream, length),
    async skip(_kind, count) {
      for (let i = 0; i < count; i++) await word(stream);
    },
  };
}

/** The next word, without the white space before it. */
async function word(stream: ByteStream): Promise<string> {
  let text = "";
  let byte = await passSpace(stream);
  while (byte > SPACE) {
    text += String.fromCharCode(byte);
    stream.advance(1);
    if (text.length > LONGEST) throw new RangeError(`no number is written as "${text}"`);
    if (!await stream.hasMore()) break;
    byte = stream.peek(1)[0];
  }
  return text;
}

/** Goes to the next byte that is no white space, and returns it. */
async function passSpace(stream: ByteStream): Promise<number> {
  await stream.need(1);
  let byte = stream.peek(1)[0];
  while (byte <= SPACE) {
    stream.advance(1);
    await stream.need(1);
    byte = stream.peek(1)[0];
  }
  return byte;
}

function wholeNumber(text: string): number {
  const value = text === "NA" ? NA_INTEGER : Number(text);
  if ((value | 0) === value) return value;
  throw new RangeError(`"${text}" is no whole number`);
}

function realNumber(text: string): number {
  const special = { NA: NaN, NaN, Inf: Infinity, "-Inf": -Infinity }[text];
  const value = special ?? Number(text);
  if (special !== undefined || !Number.isNaN(value)) return value;
  throw new RangeError(`"${text}" is no number`);
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  v: 11,
  b: 8,
  r: 13,
  f: 12,
  a: 7,
  "\\": BACKSLASH,
  "?": 63,
  "'": 39,
  '"': 34,
};

async function escapedText(stream: ByteStream, length: number): Promise<Uint8Array> {
  stream.claim(length);
  const out = new Uint8Array(length);
  if (length > 0) await passSpace(stream);
  for (let i = 0; i < length; i++) {
    const byte = await nextByte(stream);
    out[i] = byte === BACKSLASH ? await escaped(stream) : byte;
  }
  return out;
}

async function escaped(stream: ByteStream): Promise<number> {
  const byte = await nextByte(stream);
  const letter = String.fromCharCode(byte);
  if (!/[0-7]/.test(letter)) return ESCAPES[letter] ?? byte;
  let value = byte - 48;
  for (let digits = 1; digits < 3; digits++) {
    await stream.need(1);
    const digit = stream.peek(1)[0] - 48;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
    stream.advance(1);
  }
  return value;
}

async function nextByte(stream: ByteStream): Promise<number> {
  await stream.need(1);
  const byte = stream.peek(1)[0];
  stream.advance(1);
  return byte;
}
