import { crc32, deflateRawSync } from "node:zlib";

/** One member of a zip that no honest tool would write. */
export interface Member {
  readonly name: string;
  readonly data?: string | Uint8Array;
  /** Store it deflated. */
  readonly deflate?: boolean;
  /** Unix file mode, such as 0o120777 for a symbolic link. */
  readonly mode?: number;
  /** The unpacked size that its records claim; default the truth. */
  readonly claimed?: number;
}

/** The bytes of a zip with exactly these members (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). */
export function makeZip(members: readonly Member[]): Uint8Array<ArrayBuffer> {
  const [locals, centrals]: Uint8Array[][] = [[], []];
  let offset = 0;
  for (const member of members) {
    const name = new TextEncoder().encode(member.name);
    const plain = typeof member.data === "string"
      ? new TextEncoder().encode(member.data)
      : member.data ?? new Uint8Array();
    const data = member.deflate ? deflateRawSync(plain) : plain;
    const common = [
      ...uint16(member.deflate ? 8 : 0),
      ...uint32(0), // time and date
      ...uint32(crc32(plain)),
      ...uint32(data.length),
      ...uint32(member.claimed ?? plain.length),
      ...uint16(name.length),
      ...uint16(0), // no extra field
    ];
    const local = [0x50, 0x4b, 3, 4, ...uint16(20), ...uint16(0x800), ...common];
    const mode = ((member.mode ?? 0o100644) << 16) >>> 0;
    const central = [0x50, 0x4b, 1, 2, 20, 3, ...uint16(20), ...uint16(0x800), ...common];
    centrals.push(
      Uint8Array.from([...central, ...new Array(6).fill(0), ...uint32(mode), ...uint32(offset)]),
      name,
    );
    locals.push(Uint8Array.from(local), name, data);
    offset += local.length + name.length + data.length;
  }
  const size = centrals.reduce((sum, { length }) => sum + length, 0);
  const count = uint16(members.length);
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...count, ...count, ...uint32(size), ...uint32(offset), 0, 0];
  return concat([...locals, ...centrals, Uint8Array.from(end)]);
}

/** The zip with a zip64 locator that points so far out that no file has the position. */
export function farZip64(zip: Uint8Array): Uint8Array<ArrayBuffer> {
  const end = zip.slice(-22).fill(0xff, 8, 20); // the counts and offsets are in the zip64 record
  const locator = Uint8Array.from([0x50, 0x4b, 6, 7, ...uint32(0), ...new Array(8).fill(0xee), ...uint32(1)]);
  return concat([zip.slice(0, -22), locator, end]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const uint16 = (value: number): number[] => [value & 255, (value >> 8) & 255];

export const uint32 = (value: number): number[] => [...uint16(value & 0xffff), ...uint16(value >>> 16)];
