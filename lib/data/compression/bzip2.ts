import { BitReader } from "./bits.ts";
import { type CodeTable, codeTable, readCode } from "./huffman.ts";

/** "1AEY&SY": the digits of pi begin a block, those of its root the end of a stream. */
const BLOCK = 0x314159265359;
const END = 0x177245385090;
/** Bytes that a block takes at most when packed: every one of its 900,000 symbols a code of 20 bits, and the tables. */
const LARGEST_BLOCK = 2_500_000;
/** Symbols that share a code table before the next is chosen. */
const GROUP = 50;

/**
 * Unpacks bzip2 block by block; streams that follow each other are one. Block checksums are verified. The decoders on
 * npm run on for ever where a crafted block repeats a symbol more often than 32 bits can count; this one is bounded by
 * the block's size.
 *
 * Format: J. Seward's bzip2 1.0.8, decompress.c; the block transform is Burrows and Wheeler, SRC report 124 (1994).
 *
 * @throws {RangeError} when the data are damaged or truncated.
 */
export async function* unbzip2(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bits = new BitReader(pieces);
  await bits.prepare(LARGEST_BLOCK);
  while (!bits.atEnd()) {
    const size = readHeader(bits);
    const block = new Uint32Array(size);
    for (;;) {
      await bits.prepare(LARGEST_BLOCK);
      const magic = bits.read(24) * 2 ** 24 + bits.read(24);
      const checksum = bits.read(16) * 2 ** 16 + bits.read(16);
      if (magic === END) break;
      if (magic !== BLOCK) throw damaged("a block does not begin where it should");
      yield unpackBlock(bits, block, checksum);
    }
    bits.toByte();
  }
}

const damaged = (why: string) => new RangeError(why);

/** Bytes of a block before its symbols were sorted: the level is the number of 100,000s. */
function readHeader(bits: BitReader): number {
  const [magic, level] = [bits.read(24), bits.read(8) - 0x30];
  if (magic !== 0x425a68 || level < 1 || level > 9) throw damaged("a stream does not begin with BZh");
  return 100_000 * level;
}

function unpackBlock(bits: BitReader, block: Uint32Array, checksum: number): Uint8Array {
  if (bits.read(1) === 1) throw damaged("a block is randomised, as no program writes it since 1997");
  const origin = bits.read(24);
  const symbols = readSymbolsUsed(bits);
  const [selectors, tables] = readTables(bits, symbols.length + 2);
  const count = readSymbols(bits, block, { symbols, selectors, tables });
  if (origin >= count) throw damaged("a block begins outside itself");
  const bytes = undoRuns(block, chain(block, count, origin), count);
  if (checksumOf(bytes) !== checksum) throw damaged("the checksum of a block does not fit");
  return bytes;
}

/** The byte values that occur: 16 bits say which sixteenths have any, then 16 bits for each of those. */
function readSymbolsUsed(bits: BitReader): Uint8Array {
  const sixteenths = bits.read(16);
  const used: number[] = [];
  for (let high = 0; high < 16; high++) {
    if ((sixteenths & (0x8000 >> high)) === 0) continue;
    const low = bits.read(16);
    for (let k = 0; k < 16; k++) if ((low & (0x8000 >> k)) !== 0) used.push(16 * high + k);
  }
  return Uint8Array.from(used);
}

/** The table that each group of symbols is read by, and the tables. */
function readTables(bits: BitReader, symbols: number): [Uint8Array, CodeTable[]] {
  const [tables, groups] = [bits.read(3), bits.read(15)];
  if (tables < 2 || tables > 6 || groups === 0) throw damaged("a block has no code tables");
  const recent = Uint8Array.from({ length: tables }, (_, i) => i);
  const selectors = new Uint8Array(groups);
  for (let i = 0; i < groups; i++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= tables) throw damaged("a code table is missing");
    selectors[i] = toFront(recent, place);
  }
  return [selectors, Array.from({ length: tables }, () => codeTable(readLengths(bits, symbols)))];
}

/** Code lengths, each as a walk up and down from the one before. */
function readLengths(bits: BitReader, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 1 ? -1 : 1;
      if (length < 1 || length > 20) break;
    }
    if (length < 1 || length > 20) throw damaged("a code has an impossible length");
    lengths[symbol] = length;
  }
  return lengths;
}

/** Moves the entry at `place` to the front and returns it. */
function toFront(list: Uint8Array, place: number): number {
  const value = list[place];
  list.copyWithin(1, 0, place);
  list[0] = value;
  return value;
}

interface Coding {
  readonly symbols: Uint8Array;
  readonly selectors: Uint8Array;
  readonly tables: readonly CodeTable[];
}

/** Fills the block with the bytes that the symbols stand for; returns how many there are. */
function readSymbols(bits: BitReader, block: Uint32Array, { symbols, selectors, tables }: Coding): number {
  const recent = symbols.slice();
  const end = symbols.length + 1;
  let [count, run, weight] = [0, 0, 1];
  for (let k = 0;; k++) {
    if (k >= GROUP * selectors.length) throw damaged("a block does not end");
    const symbol = readCode(bits, tables[selectors[Math.floor(k / GROUP)]]);
    if (symbol < 2) { // 0 and 1 are the digits of a run's length, in a system without zero
      run += weight << symbol;
      weight <<= 1;
      if (count + run > block.length) throw damaged("a run is longer than its block");
      continue;
    }
    block.fill(recent[0], count, count + run);
    count += run;
    [run, weight] = [0, 1];
    if (symbol === end) return count;
    if (count >= block.length) throw damaged("a block is longer than it may be");
    block[count++] = toFront(recent, symbol - 1);
  }
}

/** Threads the sorted bytes in their original order: each entry keeps its byte, and above it the next entry. */
function chain(block: Uint32Array, count: number, origin: number): number {
  const next = new Uint32Array(257);
  for (let i = 0; i < count; i++) next[(block[i] & 255) + 1]++;
  for (let byte = 0; byte < 256; byte++) next[byte + 1] += next[byte];
  for (let i = 0; i < count; i++) block[next[block[i] & 255]++] |= i << 8;
  return block[origin] >>> 8;
}

/** Four equal bytes are followed by how many more of them there are. */
function undoRuns(block: Uint32Array, first: number, count: number): Uint8Array {
  let out = new Uint8Array(Math.ceil(1.1 * count) + 300);
  let [length, at, last, equal] = [0, first, -1, 0];
  for (let i = 0; i < count; i++) {
    const entry = block[at];
    at = entry >>> 8;
    const byte = entry & 255;
    if (length + 256 > out.length) out = grown(out);
    if (equal === 4) {
      out.fill(last, length, length += byte);
      [equal, last] = [0, -1];
      continue;
    }
    equal = byte === last ? equal + 1 : 1;
    last = byte;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

/** CRC-32 from the highest bit down, as Ethernet has it. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let k = 0; k < 8; k++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

function checksumOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc << 8) ^ CRC[(crc >>> 24) ^ bytes[i]];
  return ~crc >>> 0;
}
