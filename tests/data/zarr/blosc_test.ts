import { deepStrictEqual as equal, throws } from "node:assert/strict";
import { unblosc } from "../../../lib/data/zarr/blosc.ts";
import { crc32c } from "../../../lib/data/zarr/crc32c.ts";
import { zarrFixture } from "./helpers.ts";

interface Case {
  readonly name: string;
  readonly packed: string;
  readonly sum: number;
  readonly bytes: number;
}

/** Containers of numcodecs 0.11 (c-blosc 1.21): five compressors, three shuffles, five lengths and widths. */
const CASES: Case[] = JSON.parse(Deno.readTextFileSync(zarrFixture("blosc.json")));

/** Position counts: a byte in the wrong place changes it. */
const sumOf = (bytes: Uint8Array) => bytes.reduce((sum, byte, i) => sum + byte * ((i + 1) % 65521), 0);

Deno.test("unblosc unpacks all compressors, shuffles and widths of c-blosc", () => {
  equal(CASES.length, 75);
  for (const { name, packed, sum, bytes } of CASES) {
    const plain = unblosc(Uint8Array.fromBase64(packed), bytes);
    equal([plain.length, sumOf(plain)], [bytes, sum], name);
  }
});

Deno.test("unblosc refuses containers that were changed or cut with a RangeError, or fills no more than they claim", () => {
  for (const { packed, bytes } of CASES.filter((_, i) => i % 3 === 0)) {
    const whole = Uint8Array.fromBase64(packed);
    for (let at = 0; at < whole.length; at += 1 + (whole.length >> 5)) {
      const changed = whole.slice();
      changed[at] ^= 0xff;
      for (const input of [changed, whole.subarray(0, at)]) {
        try {
          equal(unblosc(input, bytes).length <= bytes, true);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
        }
      }
    }
  }
  throws(() => unblosc(Uint8Array.fromBase64(CASES[0].packed), 10), RangeError);
});

Deno.test("crc32c is Castagnoli's", () => {
  equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283); // RFC 3720's check value
});
