/**
 * Run by refused_test.ts: writes one file of every kind to a folder, lets a shell command make writing impossible, writes each anew
 * and says as JSON what became of it: `refused_child.ts FOLDER COMMAND BYTES`.
 */
import { join } from "node:path";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { writeH5ad } from "../../lib/data/mod.ts";
import { fetchFile } from "../../lib/data/fetch/dataset.ts";
import { unpackInto } from "../../lib/data/fetch/unpack.ts";
import { type Result, writeResult } from "../../lib/metrics/mod.ts";
import { KcellfmError, statOrNull, writeTogether } from "../../lib/runtime/mod.ts";
import { saveRun, startPosition } from "../../lib/train/state.ts";
import { bytesOf, entryFor, serve, whole } from "../data/fetch/download_server.ts";
import { makeZip } from "../data/fetch/make_zip.ts";

const [folder, command, size] = [Deno.args[0], Deno.args[1], Number(Deno.args[2])];

/** A way of writing: the file that counts, and what writes it with so many bytes of content. */
interface Writing {
  readonly file: string;
  readonly write: (bytes: number) => unknown;
}

const result = (versions: Record<string, string>): Result => ({
  task: "demo",
  set: "cells",
  split: "none",
  repeats: 1,
  preset: "nano",
  seed: 1,
  backend: "wasm",
  data: { real: false, cells: 1, genes: 1, sha256: null },
  metrics: {},
  sd: {},
  baselines: {},
  published: {},
  seconds: 0,
  cells_per_second: null,
  peak_mb: null,
  versions,
});

const floats = (bytes: number) => Float32Array.from(bytesOf(bytes)).subarray(0, bytes / 4);
const archive = await Deno.makeTempFile({ suffix: ".zip" });

const WRITINGS: Record<string, Writing> = {
  result: {
    file: "demo-cells.json",
    write: (bytes) => writeResult(result({ long: "x".repeat(bytes) }), folder),
  },
  "files together": {
    file: "b.bin",
    write: (bytes) => writeTogether(folder, { "a.txt": `${bytes}`, "b.bin": bytesOf(bytes) }),
  },
  "training state": {
    file: "run/training.safetensors",
    write(bytes) {
      const data = floats(bytes);
      const tensors = new Map([["params/a", { dtype: "F32" as const, shape: [data.length], data }]]);
      return saveRun(join(folder, "run"), { position: startPosition(), tensors }, "");
    },
  },
  h5ad: {
    file: "cells.h5ad",
    write(bytes) {
      const x = csrFromDense(Array.from(floats(bytes), (value) => value + 1), 1, bytes / 4);
      const varNames = Array.from({ length: bytes / 4 }, (_, i) => `g${i}`);
      return writeH5ad(join(folder, "cells.h5ad"), { x, obsNames: ["c"], varNames });
    },
  },
  download: {
    file: "things/file.bin",
    async write(bytes) {
      const content = bytesOf(bytes, bytes);
      await using server = serve(whole(content));
      await fetchFile(entryFor(content, server.url, { path: `things-${bytes}/file.bin` }), {
        cache: folder,
        mirror: "",
        backoffMs: 1,
      });
    },
  },
  archive: {
    file: "unpacked/a.bin",
    async write(bytes) {
      await Deno.writeFile(archive, makeZip([{ name: "a.bin", data: bytesOf(bytes), deflate: true }]));
      await unpackInto(join(folder, `unpacked-${bytes}`), archive);
    },
  },
};

const SMALL = 400;
const hashOf = (file: string) =>
  statOrNull(join(folder, file)) && String(Deno.readFileSync(join(folder, file)));

for (const { write } of Object.values(WRITINGS)) await write(SMALL);
const before = Object.values(WRITINGS).map(({ file }) => hashOf(file));
new Deno.Command("sh", { args: ["-c", command], cwd: folder, stderr: "null" }).outputSync();
for (const [i, [what, { file, write }]] of Object.entries(WRITINGS).entries()) {
  const problem = await Promise.try(() => write(size)).then(() => null, (error) => error);
  const kept = hashOf(file) === before[i];
  const said = problem instanceof KcellfmError ? problem.message : String(problem);
  console.log(JSON.stringify({ what, kept, said }));
}
console.log(JSON.stringify({ left: leftovers(folder) }));
await Deno.remove(archive);

/** Temporary files and folders below a folder. */
function leftovers(place: string): string[] {
  return Array.from(Deno.readDirSync(place)).flatMap(({ name, isDirectory }) =>
    name.endsWith(".tmp") ? [name] : isDirectory ? leftovers(join(place, name)) : []
  );
}
