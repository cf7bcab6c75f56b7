import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { create } from "tar";
import { createMeter, type DownloadProgress } from "../../../lib/data/fetch/progress.ts";
import { fetchFile, findDataset, findFile, whereIs } from "../../../lib/data/fetch/dataset.ts";
import { bytesOf, entryFor, serve, sha256, status, whole } from "./download_server.ts";
import { CONTENT, filesIn, withCache } from "./download_helpers.ts";

Deno.test("fetchFile unpacks a tar.gz once and gives what there is to open in it", () =>
  withCache(async (options) => {
    const source = await Deno.makeTempDir();
    await Deno.mkdir(join(source, "matrices/hg19"), { recursive: true });
    await Deno.writeTextFile(join(source, "matrices/hg19/genes.tsv"), "ENSG1\tA\n");
    const archive = join(source, "x.tar.gz");
    await create({ gzip: true, file: archive, cwd: source }, ["matrices"]);
    const content = await Deno.readFile(archive);
    await using server = serve(whole(content));
    const entry = entryFor(content, server.url, { path: "x.tar.gz", opens: "matrices/hg19" });
    const path = await fetchFile(entry, options);
    assert.equal(path, join(options.cache, "x/matrices/hg19"));
    assert.equal(await Deno.readTextFile(join(path, "genes.tsv")), "ENSG1\tA\n");
    assert.equal(await findFile(entry, options), path);
    await assert.rejects(findFile({ ...entry, opens: "other" }, options), {
      tag: "file",
      message: /not hold other/,
    });
    await Deno.remove(source, { recursive: true });
  }));

/** set/train.csv with "a,b\n1,2\n", by Python 3.11's zipfile. */
const ZIP =
  "UEsDBBQAAAAAAAAAIVAAAAAAAAAAAAAAAAAEAAAAc2V0L1BLAwQUAAAAAAAAACFQeweXCggAAAAIAAAADQAAAHNldC90cmFpbi5jc3ZhLGIKMSwyClBLAQIUAxQAAAAAAAAAIVAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAACAAQAAAABzZXQvUEsBAhQDFAAAAAAAAAAhUHsHlwoIAAAACAAAAA0AAAAAAAAAAAAAAIABIgAAAHNldC90cmFpbi5jc3ZQSwUGAAAAAAIAAgBtAAAAVQAAAAAA";

Deno.test("fetchFile unpacks a zip, and leaves no folder of a damaged one", () =>
  withCache(async (options) => {
    const content = Uint8Array.from(atob(ZIP), (letter) => letter.charCodeAt(0));
    const damaged = content.slice(0, 100);
    await using server = serve(whole(content), whole(damaged));
    const entry = entryFor(content, server.url, { path: "x.zip", opens: "." });
    const path = await fetchFile(entry, options);
    assert.equal(await Deno.readTextFile(join(path, "set/train.csv")), "a,b\n1,2\n");
    const half = entryFor(damaged, server.url, { path: "y.zip", opens: "." });
    await assert.rejects(fetchFile(half, options), { tag: "file", message: /^Cannot unpack .*y\.zip: / });
    assert.deepEqual((await filesIn(options.cache)).filter((name) => name.startsWith("y")), [
      "y.zip",
      "y.zip.lock.json",
    ]);
  }));

Deno.test("fetchFile gzips what the address serves plain, and checks the content", () =>
  withCache(async (options) => {
    await using server = serve(whole(CONTENT));
    const gz = new Uint8Array(gzipSync(CONTENT, { level: 1 }));
    const plain = { bytes: CONTENT.length, sha256: sha256(CONTENT) };
    const entry = entryFor(gz, server.url, { path: "file.bin.gz", plain });
    const path = await fetchFile(entry, options);
    assert.deepEqual(new Uint8Array(gunzipSync(await Deno.readFile(path))), CONTENT);
    await Deno.remove(`${path}.lock.json`);
    assert.equal(await findFile(entry, options), path); // another gzip of the same content is the same data set
  }));

Deno.test("findFile gzips into place the plain form that a person put there", () =>
  withCache(async (options) => {
    const plain = { bytes: CONTENT.length, sha256: sha256(CONTENT) };
    const entry = entryFor(new Uint8Array(gzipSync(CONTENT)), "http://127.0.0.1:9/x", {
      path: "file.bin.gz",
      plain,
    });
    await Deno.writeFile(join(options.cache, "file.bin"), CONTENT);
    const path = await findFile(entry, options);
    assert.equal(path, join(options.cache, "file.bin.gz"));
    assert.deepEqual(new Uint8Array(gunzipSync(await Deno.readFile(path))), CONTENT);
  }));

Deno.test("fetchFile pins the checksum of a deposit at its first download", () =>
  withCache(async (options) => {
    await using server = serve(whole(CONTENT), whole(bytesOf(200_000, 5), { etag: '"v2"' }));
    const entry = { ...entryFor(CONTENT, server.url), bytes: undefined, sha256: undefined };
    await Deno.remove(await fetchFile(entry, options));
    await assert.rejects(fetchFile(entry, options), { tag: "network", message: new RegExp(sha256(CONTENT)) });
  }));

Deno.test("fetchFile refuses a web page where an h5ad of unknown checksum should be", () =>
  withCache(async (options) => {
    await using server = serve(whole(new TextEncoder().encode("<html>please log in</html>")));
    const entry = {
      ...entryFor(CONTENT, server.url, { path: "x.h5ad" }),
      bytes: undefined,
      sha256: undefined,
    };
    await assert.rejects(fetchFile(entry, options), {
      tag: "network",
      message: /does not begin as \.h5ad files do/,
    });
  }));

Deno.test("findFile notices a cached file that was changed behind its lock", () =>
  withCache(async (options) => {
    await using server = serve(whole(CONTENT));
    const entry = entryFor(CONTENT, server.url);
    const path = await fetchFile(entry, options);
    await Deno.writeFile(path, bytesOf(200_000, 9));
    await Deno.utime(path, 0, 0);
    await assert.rejects(findFile(entry, options), {
      tag: "file",
      message: /as thing: its sha256 is .*delete it/,
    });
  }));

Deno.test("findFile takes a mirror folder as it is and refuses a truncated file in it", () =>
  withCache(async (options) => {
    const mirror = await Deno.makeTempDir();
    const entry = entryFor(CONTENT, undefined);
    assert.equal(await findFile(entry, { ...options, mirror }), null);
    await Deno.mkdir(join(mirror, "things"));
    await Deno.writeFile(join(mirror, entry.path), CONTENT);
    assert.equal(await findFile(entry, { ...options, mirror }), join(mirror, entry.path));
    assert.equal(whereIs(entry, { ...options, mirror }), "mirror");
    await Deno.truncate(join(mirror, entry.path), 10);
    const said = { tag: "file", message: /it has 10 bytes, expected 200000/ };
    await assert.rejects(findFile(entry, { ...options, mirror }), said);
    await Deno.remove(mirror, { recursive: true });
    await assert.rejects(findFile(entry, { ...options, mirror }), {
      tag: "file",
      message: /there is no folder/,
    });
  }));

Deno.test("findFile copies from a mirror address into the cache, and takes its 404 for an answer", () =>
  withCache(async (options) => {
    await using server = serve(status(404), whole(CONTENT));
    const mirror = new URL("/data", server.url).href;
    const entry = entryFor(CONTENT, undefined);
    assert.equal(await findFile(entry, { ...options, mirror }), null);
    assert.equal(await findFile(entry, { ...options, mirror }), join(options.cache, entry.path));
    assert.equal(whereIs(entry, options), "cache");
  }));

Deno.test("findDataset finds nothing in an empty cache without a mirror", () =>
  withCache(async (options) => {
    assert.equal(await findDataset("pbmc3k", options), null);
    assert.throws(() => findDataset("nothing_like_it", options), { tag: "usage" });
  }));

Deno.test("createMeter gives the rate of the last seconds and the time left", () => {
  const seen: DownloadProgress[] = [];
  let clock = 0;
  const meter = createMeter("thing", (progress) => seen.push(progress), () => clock);
  for (clock = 0; clock <= 10_000; clock += 50) meter.update(clock < 5000 ? 0 : (clock - 5000) * 10, 100_000);
  const last = seen[seen.length - 1];
  assert.equal(seen.length, 101); // at most one in 100 ms
  assert.equal(last.bytesPerSecond, 10_000);
  assert.equal(last.secondsLeft, 5);
});
