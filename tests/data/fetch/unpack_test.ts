import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { create } from "tar";
import { archiveGate } from "../../../lib/data/fetch/archive_gate.ts";
import { fetchFile } from "../../../lib/data/fetch/dataset.ts";
import { unpackInto } from "../../../lib/data/fetch/unpack.ts";
import { filesIn, withCache } from "./download_helpers.ts";
import { entryFor, serve, whole } from "./download_server.ts";
import { farZip64, makeZip, type Member } from "./make_zip.ts";

const good: Member = { name: "set/train.csv", data: "a,b\n1,2\n" };

Deno.test("fetchFile unpacks no zip with a member that would land outside, is a link, is there twice, or lies", () =>
  withCache(async (options) => {
    const cases: [Member[], RegExp][] = [
      [[{ name: "../escaped.csv", data: "x" }], /"\.\.\/escaped\.csv" would lead out of its folder/],
      [[{ name: "set/../../escaped.csv", data: "x" }], /"set\/\.\.\/\.\.\/escaped\.csv" would lead out/],
      [[{ name: "/escaped.csv", data: "x" }], /"\/escaped\.csv" would lead out/],
      [[{ name: "C:/escaped.csv", data: "x" }], /escaped\.csv" would lead out/],
      [[{ name: "..\\escaped.csv", data: "x" }], /escaped\.csv" would lead out/],
      [[{ name: "set//train.csv", data: "x" }], /"set\/\/train\.csv" would not land in the folder/],
      [[{ name: "set/a\u0000b", data: "x" }], /would not land in the folder/],
      [
        [{ name: "set", data: "/etc", mode: 0o120777 }, good],
        /"set" is neither a file nor a folder \(links are refused\)/,
      ],
      [[{ name: "pipe", mode: 0o010644 }], /"pipe" is neither a file nor a folder/],
      [[good, { ...good, data: "other" }], /"set\/train\.csv" is there twice/],
      [[good, { name: "SET/Train.csv" }], /"SET\/Train\.csv" is there twice/],
      [[{ name: "set", data: "a file" }, good], /not a directory|ENOTDIR|File exists|is there twice/i],
      [[{ ...good, deflate: true, claimed: 3 }], /does not unpack to the 3 bytes that it claims/],
      [[{ ...good, deflate: true, claimed: 2 ** 32 - 2 }], /unpacks to more than \d+ bytes/],
    ];
    for (const [members, message] of cases) {
      const content = makeZip([{ name: "first.csv", data: "1" }, ...members]);
      await using server = serve(whole(content));
      const entry = entryFor(content, server.url, { path: "things/x.zip", opens: "." });
      await assert.rejects(fetchFile(entry, options), { tag: "file", message });
      assert.deepEqual(
        await filesIn(join(options.cache, "things")),
        ["x.zip", "x.zip.lock.json"],
        String(message),
      );
      assert.deepEqual(await filesIn(options.cache), ["things"]); // nothing of it is left, here or outside
      assert.ok(!(await filesIn(dirname(options.cache))).includes("escaped.csv"));
      await Deno.remove(join(options.cache, "things"), { recursive: true });
    }
  }));

Deno.test("unpackInto stops at a zip that unpacks to far more than it is", () =>
  withCache(async ({ cache }) => {
    const archive = join(cache, "bomb.zip");
    const zeros = new Uint8Array(1 << 22);
    const members = Array.from({ length: 8 }, (_, i) => ({ name: `${i}`, data: zeros, deflate: true }));
    await Deno.writeFile(archive, makeZip(members));
    await assert.rejects(unpackInto(join(cache, "bomb"), archive), {
      tag: "file",
      message: /unpacks to more than/,
    });
    await assert.rejects(unpackInto(join(cache, "bomb"), archive, { members: 7, bytes: 2 ** 30 }), {
      message: /more than 7 members/,
    });
    assert.deepEqual(await filesIn(cache), ["bomb.zip"]);
    await unpackInto(join(cache, "bomb"), archive, { bytes: 2 ** 30 });
    assert.equal((await filesIn(join(cache, "bomb"))).length, 8);
  }));

Deno.test("unpackInto refuses a zip that points outside of itself, and goes on", () =>
  withCache(async ({ cache }) => {
    const archive = join(cache, "far.zip");
    await Deno.writeFile(archive, farZip64(makeZip([good])));
    const said = { tag: "file", message: /far\.zip: 64-bit value exceeds .*; delete it/ };
    await assert.rejects(unpackInto(join(cache, "far"), archive), said);
    assert.deepEqual(await filesIn(cache), ["far.zip"]);
  }));

Deno.test("unpackInto takes no tar.gz with a link, and nothing of it stays", () =>
  withCache(async ({ cache }) => {
    const source = join(cache, "source");
    await Deno.mkdir(source);
    await Deno.writeTextFile(join(source, "a.csv"), "1");
    await Deno.symlink("../../../..", join(source, "link"));
    const archive = join(cache, "x.tar.gz");
    await create({ gzip: true, file: archive, cwd: source }, ["a.csv", "link"]);
    const said = { tag: "file", message: /"link" is neither a file nor a folder/ };
    await assert.rejects(unpackInto(join(cache, "x"), archive), said);
    assert.deepEqual(await filesIn(cache), ["source", "x.tar.gz"]);
  }));

Deno.test("archiveGate takes the paths of honest archives", () => {
  const objection = archiveGate(100);
  for (const name of ["set/", "set/train.csv", "set/.hidden", "a..b/c d (1).csv", "ümlaut/Ω.csv"]) {
    assert.equal(objection({ name, bytes: 10, kind: name.endsWith("/") ? "folder" : "file" }), null, name);
  }
});
