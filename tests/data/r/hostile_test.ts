import assert from "node:assert/strict";
import { join } from "node:path";
import { openR } from "../../../lib/data/mod.ts";
import { ByteStream } from "../../../lib/data/r/input.ts";
import { inFolder } from "../../folder.ts";
import { oneLine } from "../helpers.ts";
import { rFixture, serialized } from "./helpers.ts";

const LIST = 19;
const INTEGERS = 13;
const NULL = 254;

/** Writes a file of these bytes and expects that it is refused with these words. */
const refused = (bytes: Uint8Array, tag: "file" | "data", words: RegExp) =>
  inFolder(async (folder) => {
    const path = join(folder, "hostile.rds");
    Deno.writeFileSync(path, bytes);
    await assert.rejects(openR(path), oneLine(tag, words));
  });

Deno.test("openR refuses a length that the file cannot hold before memory is taken for it", async () => {
  await refused(
    serialized(INTEGERS, 0x7fffffff),
    "file",
    /it claims 8589934588 bytes at byte \d+, more than the file can hold/,
  );
  await refused(serialized(LIST, -1, 0x100000, 0), "file", /claims \d+ bytes/);
  await refused(serialized(INTEGERS, -7), "file", /a vector has length -7/);
});

Deno.test("openR refuses lists nested without end, and reads long pairlists without going deeper", async () => {
  const nested = Array.from({ length: 100_000 }, () => [LIST, 1]).flat();
  await refused(serialized(nested, NULL), "file", /nested more than 1000 levels deep/);
  const atLimit = Array.from({ length: 999 }, () => [LIST, 1]).flat();
  await refused(serialized(atLimit, NULL), "data", /holds no Seurat object/);
  const pairs = Array.from({ length: 100_000 }, () => [2, NULL]).flat();
  await refused(serialized(pairs, NULL), "data", /holds no Seurat object.*pairs/);
  const language = Array.from({ length: 100_000 }, () => [6, NULL]).flat();
  await refused(serialized(language, NULL), "data", /holds no Seurat object/);
});

Deno.test("ByteStream cuts off what unpacks to more than its limit, and reads no further", async () => {
  let made = 0;
  async function* endless() {
    for (;; made++) yield new Uint8Array(1000);
  }
  const stream = new ByteStream(endless(), 5500);
  await assert.rejects(stream.skip(1e9), new RangeError("it unpacks to more than 5500 bytes"));
  assert.equal(made, 5);
});

Deno.test("openR refuses what no R writes, in one line", async () => {
  await refused(serialized(77), "file", /items of type 77 are not known/);
  await refused(serialized(0xff | (9 << 8)), "file", /refers to item 9 of 0/);
  await refused(new TextEncoder().encode("RDX9\nX\n"), "file", /saved in R's format 9/);
  await refused(new TextEncoder().encode("A\n2\n262146\nx\n"), "file", /"x" is no whole number/);
  await refused(serialized(238, NULL, NULL, NULL), "file", /a compact vector has no form/);
  await refused(serialized(), "file", /it ends at byte 14/);
});

Deno.test("openR refuses a file that was cut anywhere, and never crashes", async () => {
  const bytes = Deno.readFileSync(rFixture("native.rds"));
  for (const length of [1, 2, 14, 40, 700, bytes.length - 1]) {
    await refused(bytes.slice(0, length), "file", /hostile\.rds: it (ends at byte|does not begin)/);
  }
  for (const name of ["seurat.rds", "experiment.rda", "matrix.rda"]) {
    const packed = Deno.readFileSync(rFixture(name));
    await refused(packed.slice(0, packed.length >> 1), "file", /damaged or truncated/);
  }
});
