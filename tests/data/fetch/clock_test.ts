import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { fetchFile } from "../../../lib/data/fetch/dataset.ts";
import { createMeter, type DownloadProgress } from "../../../lib/data/fetch/progress.ts";
import { ROOT } from "../../../lib/runtime/mod.ts";
import { CONTENT, withCache } from "./download_helpers.ts";
import { entryFor, serve, whole } from "./download_server.ts";

Deno.test("fetchFile finds its file again whatever its date has become, without asking anybody", () =>
  withCache(async (options) => {
    await using server = serve(whole(CONTENT));
    const entry = entryFor(CONTENT, server.url);
    const path = await fetchFile(entry, options);
    for (const date of ["1970-01-02", "2099-12-31"]) {
      await Deno.utime(path, new Date(date), new Date(date));
      await Deno.utime(`${path}.lock.json`, new Date(date), new Date(date));
      assert.equal(await fetchFile(entry, options), path);
    }
    assert.equal(server.requests.length, 1);
  }));

Deno.test("createMeter reports no negative rate where its clock goes back", () => {
  const times = [5000, 1000, 1200, 9000];
  const reports: DownloadProgress[] = [];
  const meter = createMeter("file", (progress) => reports.push(progress), () => times.shift() ?? 0);
  for (const bytes of [10, 20, 30, 40]) meter.update(bytes, 40);
  assert.ok(reports.length > 1);
  for (const { bytesPerSecond, secondsLeft } of reports) {
    assert.ok(bytesPerSecond >= 0 && Number.isFinite(bytesPerSecond));
    assert.ok(secondsLeft === null || secondsLeft >= 0);
  }
});

Deno.test("nothing in lib reads the clock of the wall, but for the date in messages to Jupyter", () => {
  const files = globSync("lib/**/*.ts", { cwd: ROOT }).filter((file) => !file.includes("/assembly/"));
  assert.ok(files.length > 100);
  const readers = files.filter((file) =>
    /\bDate\.now\b|\bnew Date\(\)/.test(Deno.readTextFileSync(join(ROOT, file)))
  );
  assert.deepEqual(readers, ["lib/notebook/runner/wire.ts"]);
});
