import assert from "node:assert/strict";
import { join } from "node:path";
import {
  decodeSafetensors,
  encodeSafetensors,
  openTensors,
  writeTensors,
} from "../../../lib/data/tensors/mod.ts";
import { concat } from "../fetch/make_zip.ts";

/** A safetensors file with this header; `claimed` is the length that it says the header has. */
function safetensors(header: unknown, { data = new Uint8Array(16), claimed = -1n } = {}): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = claimed < 0n ? BigInt(json.length) : claimed;
  return concat([new Uint8Array(BigUint64Array.of(length).buffer), json, data]);
}

/** Asserts that the file is refused, read whole or lazily. */
async function refused(content: Uint8Array, message: RegExp): Promise<void> {
  assert.throws(() => decodeSafetensors(content, "x.safetensors"), { tag: "file", message });
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await Deno.writeFile(path, content);
  await assert.rejects(openTensors(path), { tag: "file", message });
  await Deno.remove(path);
}

const F32 = { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] };

Deno.test("openTensors refuses a safetensors header of 2^60 bytes without taking memory for it", async () => {
  for (const claimed of [1n << 60n, (1n << 64n) - 1n, 100_000_001n, 1000n]) {
    await refused(
      safetensors({ a: F32 }, { claimed }),
      /its header claims \d+ bytes; it is not a whole safetensors/,
    );
  }
});

Deno.test("openTensors refuses a safetensors header whose tensors do not lie in the file", async () => {
  const fit = /tensor "a": shape \[.*\] does not fit bytes/;
  const entry = /tensor "a": its entry is not \{dtype, shape, data_offsets\}/;
  const cases: [unknown, RegExp][] = [
    [{ ...F32, shape: [2, 3] }, fit],
    [{ ...F32, data_offsets: [4, 20] }, fit],
    [{ ...F32, data_offsets: [16, 0] }, fit],
    [{ ...F32, shape: [2 ** 52, 2 ** 52], data_offsets: [0, 16] }, fit],
    [{ ...F32, shape: [-2, -2] }, entry],
    [{ ...F32, shape: [0.5, 8] }, entry],
    [{ ...F32, shape: "22" }, entry],
    [{ ...F32, data_offsets: [0] }, entry],
    [{ dtype: "F32" }, entry],
    [null, entry],
    [{ ...F32, dtype: "toString" }, /dtype toString is not known \(known: F64,F32/],
    [{ ...F32, dtype: "F8_E4M3" }, /dtype F8_E4M3 is not known/],
  ];
  for (const [it, message] of cases) await refused(safetensors({ a: it }), message);
  await refused(safetensors({ a: F32 }, { data: new Uint8Array(15) }), fit);
  await refused(safetensors("[1, 2]"), /its header is not an object of JSON/);
  await refused(safetensors("{"), /its header is not JSON/);
  await refused(safetensors({ __metadata__: { a: 1 } }), /its metadata are not texts by name/);
  await refused(new Uint8Array(3), /it holds 3 bytes/);
});

Deno.test("decodeSafetensors and encodeSafetensors take any name", () => {
  const data = Float32Array.from([1, 2, 3, 4]);
  const tensors = new Map(
    ["__proto__", "constructor"].map((name) => [name, { dtype: "F32", shape: [4], data } as const]),
  );
  assert.deepEqual(decodeSafetensors(encodeSafetensors(tensors), "x").tensors, tensors);
});

Deno.test("openTensors knows a Git LFS pointer", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await Deno.writeTextFile(
    path,
    "version https://git-lfs.github.com/spec/v1\noid sha256:5816\nsize 437951328\n",
  );
  await assert.rejects(openTensors(path), { tag: "file", message: /it is a Git LFS pointer .*git lfs pull/ });
  await Deno.remove(path);
});

Deno.test("openTensors lists without reading, and says so when the file was cut short since", async () => {
  const path = await Deno.makeTempFile();
  const data = Float32Array.from([1, 2, 3, 4]);
  await Deno.writeFile(path, encodeSafetensors(new Map([["a", { dtype: "F32", shape: [2, 2], data }]])));
  const { tensors } = await openTensors(path);
  assert.deepEqual(tensors.get("a")!.read().data, data);
  await Deno.truncate(path, (await Deno.stat(path)).size - 1);
  assert.throws(() => tensors.get("a")!.read(), {
    tag: "file",
    message: /it ends at byte \d+, \d+ were expected/,
  });
  await Deno.remove(path);
});

Deno.test("writeTensors leaves nothing behind when a tensor cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  const { tensors } = await openTensors(join(import.meta.dirname!, "../../fixtures/torch/int64_far.pth"));
  await assert.rejects(writeTensors(join(folder, "out.safetensors"), tensors), { tag: "data" });
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder, { recursive: true });
});
