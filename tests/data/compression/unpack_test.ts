import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { compressionOf, unbzip2, unxz } from "../../../lib/data/mod.ts";

/** printf 'abcabcabc%.0s' $(seq 40), by bzip2 1.0.8 and xz 5.4.1 in base64. */
const TEXT = "abcabcabc".repeat(40);
const BZIP2 = Uint8Array.fromBase64("QlpoOTFBWSZTWXifL70AADuBADgAIAAwzAmqaaodUNUPF3JFOFCQeJ8vvQ==");
const XZ = Uint8Array.fromBase64(
  "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AFnAAtdADCYiK1LNvYepgAAAACP0HlAa4FhdAABJ+gCAAAAxqVRa7HEZ/sCAAAAAARZWg==",
);

/** The bytes in pieces of `size`. */
async function* inPieces(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  return await new Response(ReadableStream.from(pieces)).text();
}

const twice = (bytes: Uint8Array) => Uint8Array.from([...bytes, ...bytes]);

Deno.test("compressionOf tells gzip, bzip2 and xz by their first bytes", () => {
  equal([gzipSync("x"), BZIP2, XZ, new Uint8Array(9)].map(compressionOf), ["gzip", "bzip2", "xz", "none"]);
});

for (const [name, unpack, packed] of [["unbzip2", unbzip2, BZIP2], ["unxz", unxz, XZ]] as const) {
  Deno.test(`${name} unpacks what its program packed, also two streams in a row`, async () => {
    equal(await textOf(unpack(inPieces(packed))), TEXT);
    equal(await textOf(unpack(inPieces(twice(packed)))), TEXT + TEXT);
  });

  Deno.test(`${name} refuses every single changed byte and every shorter stream with a RangeError`, async () => {
    for (let at = 0; at < packed.length; at++) {
      const changed = packed.slice();
      changed[at] ^= 0x10;
      const result = textOf(unpack(inPieces(changed))).catch((error) => error);
      const found = await result;
      if (typeof found === "string") equal(found, TEXT, `byte ${at}`); // a bit that means nothing
      else equal(found.constructor, RangeError, `byte ${at}: ${found}`);
      await rejects(
        textOf(unpack(inPieces(packed.subarray(0, at + 1 < packed.length ? at + 1 : 1)))),
        RangeError,
      );
    }
    equal(await textOf(unpack(inPieces(packed))), TEXT); // and it goes on working
  });
}

Deno.test("unbzip2 refuses a run that repeats a symbol more often than 32 bits can count", async () => {
  // A block with two symbols whose codes are "1" (RUNA) and "01", and then nothing but ones.
  const bits = [
    ..."BZh9".split("").map((c) => c.charCodeAt(0).toString(2).padStart(8, "0")),
    (0x314159265359).toString(2).padStart(48, "0"), // block
    "0".repeat(32 + 1 + 24), // checksum, not randomised, origin
    "1" + "0".repeat(15) + "1" + "0".repeat(15), // byte 0 occurs
    "010" + "000000000000001".padStart(15, "0") + "0", // two tables, one group by the first
    ...["00001" + "0" + "100" + "0", "00001" + "0" + "100" + "0"], // lengths 1, 2, 2
    "0".repeat(64),
  ].join("");
  const bytes = Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
  await rejects(textOf(unbzip2(inPieces(bytes))), /a run is longer than its block/);
});
