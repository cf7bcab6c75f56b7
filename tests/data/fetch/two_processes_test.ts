import assert from "node:assert/strict";
import { join } from "node:path";
import { openH5ad } from "../../../lib/data/mod.ts";
import { readResults } from "../../../lib/metrics/mod.ts";
import { host, ROOT } from "../../../lib/runtime/mod.ts";
import { inFolder } from "../../folder.ts";
import { bytesOf, entryFor, serve, whole } from "./download_server.ts";
import { filesIn } from "./download_helpers.ts";
import { makeZip } from "./make_zip.ts";

const FLAGS = ["read", "write", "env", "sys", "ffi", "net=127.0.0.1"].map((name) => `--allow-${name}`);

/** Runs the same script in two processes at once; answers what each printed, once both have ended well. */
async function runTwice(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], env, cwd: ROOT });
  const ends = await Promise.all([command.output(), command.output()]);
  return ends.map(({ code, stdout, stderr }) => {
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  });
}

const script = (path: string, ...args: string[]) => ["run", "--no-check", ...FLAGS, path, ...args];

Deno.test("two processes that fetch one archive at once ask for it once and unpack it whole", () =>
  inFolder(async (cache) => {
    const archive = makeZip([{ name: "a.bin", data: bytesOf(50_000) }, { name: "b.bin", data: bytesOf(9) }]);
    await using server = serve(whole(archive));
    const entry = entryFor(archive, server.url, { path: "set.zip", opens: "a.bin" });
    await runTwice(script("tests/data/fetch/download_child.ts", cache, JSON.stringify(entry)));
    assert.equal(server.requests.length, 1);
    assert.deepEqual(await filesIn(cache), ["set", "set.zip", "set.zip.lock.json"]);
    assert.deepEqual(await Deno.readFile(join(cache, "set/a.bin")), bytesOf(50_000));
    assert.deepEqual(await filesIn(join(cache, "set")), ["a.bin", "b.bin"]);
  }));

Deno.test("two processes that simulate one set at once leave one whole file", () =>
  inFolder(async (cache) => {
    const sizes = ["--preset", "nano", "--cells", "50", "--types", "3", "--genes", "90"];
    const env = { KCELLFM_CACHE: cache };
    const [first, second] = await runTwice(script("lib/cli/data.ts", "simulate", ...sizes), env);
    assert.equal(first, second);
    const folder = join(cache, "simulated");
    assert.deepEqual(await filesIn(folder), ["atlas-nano-42.h5ad"]);
    const file = await openH5ad(join(folder, "atlas-nano-42.h5ad"));
    assert.deepEqual([file.nObs, file.nVars, file.rows(0, 50).rows], [50, 90, 50]);
    file.close();
  }));

Deno.test("a result that two processes write at once can be read at any time", () =>
  inFolder(async (folder) => {
    const code = `import { writeResult } from "${import.meta.resolve("lib/metrics/mod.ts")}";
      const scores = { metrics: {}, sd: {}, baselines: {}, published: {}, versions: {} };
      const data = { real: false, cells: 1, genes: 1, sha256: "x".repeat(20_000) };
      for (let seed = 0; seed < 60; seed++) {
        await writeResult({ task: "demo", set: "cells", split: "none", repeats: 1, preset: "nano", seed, backend: "wasm",
          data, ...scores, seconds: 0, cells_per_second: null, peak_mb: null }, ${JSON.stringify(folder)});
      }`;
    let running = true;
    const both = runTwice(["eval", "--no-check", code]).finally(() => running = false);
    let read = 0;
    while (running) {
      const results = readResults(folder);
      for (const { data } of results) assert.equal(String(data.sha256).length, 20_000);
      read += results.length;
      await host.turn();
    }
    await both;
    assert.ok(read > 10, `${read} reads`);
    assert.deepEqual(await filesIn(folder), ["demo-cells.json"]);
  }));
