import assert from "node:assert/strict";
import { compile, MODULES } from "tools/build_kernels.ts";

/** Kinds of the sections of a wasm module, in order. */
function sections(bytes: Uint8Array): number[] {
  const kinds: number[] = [];
  let at = 8; // after the magic number and the version
  while (at < bytes.length) {
    kinds.push(bytes[at++]);
    let size = 0;
    for (let shift = 0;; shift += 7) {
      size += (bytes[at] & 127) * 2 ** shift;
      if (bytes[at++] < 128) break;
    }
    at += size;
  }
  return kinds;
}

const DATA_SECTION = 11;

for (const name of Object.keys(MODULES) as (keyof typeof MODULES)[]) {
  const committed = () => Deno.readFile(new URL(`../../lib/kernels/assembly/${name}`, import.meta.url));

  Deno.test(`${name} equals a rebuild of its sources (deno task kernels:build)`, async () => {
    assert.deepEqual(await committed(), await compile(name));
  });

  Deno.test(`${name} keeps no data of its own in tfjs's memory`, async () => {
    assert.ok(!sections(await committed()).includes(DATA_SECTION));
  });
}
