import { deepStrictEqual, rejects, throws } from "node:assert/strict";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { compression as inBrowser } from "../../../lib/runtime/host/browser/compression.ts";
import { compression as inDeno } from "../../../lib/runtime/host/deno/compression.ts";
import { createRng } from "../../../lib/runtime/mod.ts";

const rng = createRng("compression");
const plain = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 1000 < 500 ? rng.int(256) : i % 7);
const PACKED = {
  gzip: new Uint8Array(gzipSync(plain)),
  zlib: new Uint8Array(deflateSync(plain)),
  raw: new Uint8Array(deflateRawSync(plain)),
};
const FORMS = ["gzip", "zlib", "raw"] as const;

async function* piecesOf(bytes: Uint8Array, size = 70_001) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(await Array.fromAsync(pieces) as BlobPart[]).arrayBuffer());
}

for (const [where, compression] of Object.entries({ "a browser": inBrowser, Deno: inDeno })) {
  const unpack = (bytes: Uint8Array, form: typeof FORMS[number]) =>
    new Uint8Array(compression.unpack(bytes, { form, most: plain.length }));

  Deno.test(`compression of ${where} unpacks what zlib packs, at once and in pieces`, async () => {
    for (const form of FORMS) {
      deepStrictEqual(unpack(PACKED[form], form), plain);
      deepStrictEqual(await joined(compression.inflate(piecesOf(PACKED[form]), form)), plain);
    }
  });

  Deno.test(`compression of ${where} reads members of gzip that follow each other`, async () => {
    const members = new Uint8Array([...gzipSync("one "), ...gzipSync("two")]);
    for (const size of [1, 7, 1000]) {
      const text = new TextDecoder().decode(
        await joined(compression.inflate(piecesOf(members, size), "gzip")),
      );
      deepStrictEqual(text, "one two", `pieces of ${size} bytes`);
    }
  });

  Deno.test(`compression of ${where} refuses more than it may unpack, and what is damaged or cut off`, async () => {
    for (const form of FORMS) {
      const options = { form, most: plain.length };
      throws(() => compression.unpack(PACKED[form], { ...options, most: plain.length - 1 }), RangeError);
      throws(() => compression.unpack(PACKED[form].subarray(0, 1000), options), Error);
      await rejects(joined(compression.inflate(piecesOf(PACKED[form].subarray(0, 1000)), form)), Error);
    }
    const damaged = PACKED.gzip.slice().fill(7, 100, 200);
    throws(() => compression.unpack(damaged, { form: "gzip", most: plain.length }), Error);
    await rejects(joined(compression.inflate(piecesOf(damaged), "gzip")), Error);
  });

  Deno.test(`compression of ${where} packs what it unpacks again`, async () => {
    const packed = await joined(compression.gzip(piecesOf(plain)));
    deepStrictEqual(unpack(packed, "gzip"), plain);
    deepStrictEqual(unpack(compression.pack(plain, 1), "gzip"), plain);
  });
}
