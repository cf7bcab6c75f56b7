import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DownloadProgress } from "../../../lib/data/fetch/progress.ts";
import { fetchFile, findFile, whereIs } from "../../../lib/data/fetch/dataset.ts";
import type { Dataset } from "../../../lib/data/fetch/registry.ts";
import type { Answer } from "./download_server.ts";
import { CONTENT, filesIn, withCache } from "./download_helpers.ts";
import { bytesOf, cutAt, entryFor, serve, silentAt, status, whole } from "./download_server.ts";

Deno.test("fetchFile downloads once, leaves nothing but the file and its lock, and then works without a network", () =>
  withCache(async (options) => {
    await using server = serve(whole(CONTENT));
    const entry = entryFor(CONTENT, server.url);
    const seen: DownloadProgress[] = [];
    const path = await fetchFile(entry, { ...options, onProgress: (progress) => seen.push(progress) });
    assert.equal(path, join(options.cache, "things/file.bin"));
    assert.deepEqual(await Deno.readFile(path), CONTENT);
    assert.deepEqual(await filesIn(join(options.cache, "things")), ["file.bin", "file.bin.lock.json"]);
    assert.equal(await findFile(entry, options), path);
    assert.equal(await fetchFile(entry, options), path);
    assert.equal(server.requests.length, 1);
    assert.equal(seen.at(-1)?.receivedBytes, CONTENT.length);
    assert.equal(seen.at(-1)?.totalBytes, CONTENT.length);
  }));

Deno.test("fetchFile resumes after a cut, asking for the rest of the same version", () =>
  withCache(async (options) => {
    await using server = serve(cutAt(CONTENT, 60_000), whole(CONTENT));
    const path = await fetchFile(entryFor(CONTENT, server.url), options);
    assert.deepEqual(await Deno.readFile(path), CONTENT);
    assert.match(server.requests[1].range ?? "", /^bytes=[1-9]\d*-$/);
    assert.equal(server.requests[1].ifRange, '"v1"');
  }));

Deno.test("fetchFile resumes in a later run what an earlier one began", () =>
  withCache(async (options) => {
    await using server = serve(cutAt(CONTENT, 60_000), status(503), status(503), whole(CONTENT));
    const entry = entryFor(CONTENT, server.url);
    await assert.rejects(fetchFile(entry, { ...options, attempts: 2 }), { tag: "network" });
    assert.equal(await findFile(entry, options), null);
    assert.deepEqual(await Deno.readFile(await fetchFile(entry, options)), CONTENT);
    assert.match(server.requests.at(-1)?.range ?? "", /^bytes=[1-9]\d*-$/);
  }));

Deno.test("fetchFile starts over when the server ignores Range", () =>
  withCache(async (options) => {
    await using server = serve(cutAt(CONTENT, 60_000), whole(CONTENT, { ranges: false }));
    assert.deepEqual(await Deno.readFile(await fetchFile(entryFor(CONTENT, server.url), options)), CONTENT);
  }));

Deno.test("fetchFile starts over when the file changed since the cut", () =>
  withCache(async (options) => {
    await using server = serve(cutAt(bytesOf(200_000, 2), 60_000, '"v0"'), whole(CONTENT));
    assert.deepEqual(await Deno.readFile(await fetchFile(entryFor(CONTENT, server.url), options)), CONTENT);
  }));

Deno.test("fetchFile fetches a glued file again, whole, when only its checksum betrays it", () =>
  withCache(async (options) => {
    await using server = serve(cutAt(bytesOf(200_000, 2), 60_000), whole(CONTENT)); // both claim to be "v1"
    assert.deepEqual(await Deno.readFile(await fetchFile(entryFor(CONTENT, server.url), options)), CONTENT);
  }));

Deno.test("fetchFile gives up on a part longer than the file and starts over", () =>
  withCache(async (options) => {
    await using server = serve(whole(CONTENT));
    const folder = join(options.cache, "things");
    await Deno.mkdir(folder);
    await Deno.writeFile(join(folder, "file.bin.part"), bytesOf(300_000));
    const origin = { url: server.url, validator: '"v1"' };
    await Deno.writeTextFile(join(folder, "file.bin.part.json"), JSON.stringify(origin));
    assert.deepEqual(await Deno.readFile(await fetchFile(entryFor(CONTENT, server.url), options)), CONTENT);
  }));

Deno.test("fetchFile retries a server error and a silent connection", () =>
  withCache(async (options) => {
    await using server = serve(status(500), silentAt(CONTENT, 1000), whole(CONTENT));
    const path = await fetchFile(entryFor(CONTENT, server.url), { ...options, idleMs: 500 });
    assert.deepEqual(await Deno.readFile(path), CONTENT);
    assert.equal(server.requests.length, 3);
  }));

Deno.test("fetchFile does not ask twice for what is not there", () =>
  withCache(async (options) => {
    await using server = serve(status(404));
    const said = { tag: "network", message: /thing: .*answers 404; .*things\/file\.bin.*KCELLFM_MIRROR/ };
    await assert.rejects(fetchFile(entryFor(CONTENT, server.url), options), said);
    assert.equal(server.requests.length, 1);
    assert.deepEqual(await filesIn(join(options.cache, "things")), []);
  }));

for (
  const [lie, answer] of Object.entries({
    "other bytes of the same length": whole(bytesOf(200_000, 3)),
    "more bytes": whole(bytesOf(200_001)),
    "fewer bytes": whole(bytesOf(1000)),
  })
) {
  Deno.test(`fetchFile keeps nothing when the server sends ${lie}`, () =>
    withCache(async (options) => {
      await using server = serve(answer);
      const entry = entryFor(CONTENT, server.url);
      await assert.rejects(fetchFile(entry, options), { tag: "network", message: /^Cannot fetch thing: / });
      assert.equal(await findFile(entry, options), null);
    }));
}

Deno.test("fetchFile says which file, from where and where to put it when nothing answers", () =>
  withCache(async (options) => {
    const entry = entryFor(CONTENT, "http://127.0.0.1:9/file.bin"); // port 9 (discard): nobody listens
    const said = /thing: http:\/\/127\.0\.0\.1:9\/file\.bin fails 3 times .*put it at .*things\/file\.bin/;
    await assert.rejects(fetchFile(entry, options), { tag: "network", message: said });
  }));

Deno.test("fetchFile says that a file without a public address needs a mirror", () =>
  withCache(async (options) => {
    const said = /no public address; set KCELLFM_MIRROR .*things\/file\.bin/;
    await assert.rejects(fetchFile(entryFor(CONTENT, undefined), options), { tag: "network", message: said });
  }));

Deno.test("fetchFile names the page of a file that has no fixed address", () =>
  withCache(async (options) => {
    const entry = {
      ...entryFor(CONTENT, undefined),
      mirrorOnly: undefined,
      page: "https://example.org/data",
    };
    const said =
      /^Cannot fetch thing: download it from https:\/\/example\.org\/data and put it at .*file\.bin/;
    await assert.rejects(fetchFile(entry, options), { tag: "network", message: said });
    assert.equal(whereIs(entry, options), "by hand");
  }));

Deno.test("fetchFile stops when told to and resumes later", () =>
  withCache(async (options) => {
    await using server = serve(silentAt(CONTENT, 1000), whole(CONTENT));
    const entry = entryFor(CONTENT, server.url);
    const { abort, signal } = abortable();
    await assert.rejects(fetchFile(entry, { ...options, signal, onProgress: abort }), { name: "AbortError" });
    assert.deepEqual(await Deno.readFile(await fetchFile(entry, options)), CONTENT);
    assert.equal(server.requests[1].range, "bytes=1000-");
  }));

function abortable() {
  const controller = new AbortController();
  return { abort: () => controller.abort(), signal: controller.signal };
}

Deno.test("fetchFile called at once by many brings one whole file", () =>
  withCache(async (options) => {
    await using server = serve(cutAt(CONTENT, 60_000), whole(CONTENT));
    const entry = entryFor(CONTENT, server.url);
    const paths = await Promise.all(Array.from({ length: 4 }, () => fetchFile(entry, options)));
    assert.equal(new Set(paths).size, 1);
    assert.deepEqual(await Deno.readFile(paths[0]), CONTENT);
    assert.equal(server.requests.length, 2); // the cut and the rest: the others waited
  }));

/** Starts `download_child.ts` as another process. */
function fetchInProcess(cache: string, entry: Dataset): Deno.ChildProcess {
  const script = join(import.meta.dirname ?? ".", "download_child.ts");
  const flags = "run --no-check --allow-read --allow-write --allow-env --allow-net=127.0.0.1".split(" ");
  const args = [...flags, script, cache, JSON.stringify(entry)];
  return new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" }).spawn();
}

Deno.test("fetchFile by two processes at once, one of which is killed, brings one whole file", () =>
  withCache(async ({ cache }) => {
    const begun = Promise.withResolvers<void>();
    const hang: Answer = (request) => {
      begun.resolve();
      return silentAt(CONTENT, 60_000)(request);
    };
    await using server = serve(hang, whole(CONTENT));
    const entry = entryFor(CONTENT, server.url);
    const first = fetchInProcess(cache, entry);
    await begun.promise;
    const second = fetchInProcess(cache, entry);
    while (!await hasBytes(join(cache, "things/file.bin.part"), 60_000)) await delay(20);
    first.kill("SIGKILL"); // it holds the lock and 60,000 bytes
    assert.equal((await second.status).code, 0);
    assert.deepEqual(await Deno.readFile(join(cache, entry.path)), CONTENT);
    assert.equal(server.requests[1].range, "bytes=60000-");
    await first.status;
  }));

const hasBytes = (path: string, bytes: number): Promise<boolean> =>
  Deno.stat(path).then((stat) => stat.size >= bytes, () => false);
