import assert from "node:assert/strict";
import { join } from "node:path";
import { finishTogether, writeTogether } from "../../lib/runtime/mod.ts";
import { oneLine } from "../data/helpers.ts";
import { inFolder } from "../folder.ts";

/** What a folder holds, by name. */
const contents = (folder: string) =>
  Object.fromEntries(
    Array.from(Deno.readDirSync(folder), ({ name }) => [name, Deno.readTextFileSync(join(folder, name))]),
  );

Deno.test("writeTogether replaces all files or none", () =>
  inFolder(async (folder) => {
    await writeTogether(folder, { "a.txt": "1", "b.bin": new TextEncoder().encode("1") });
    assert.throws(
      () => writeTogether(folder, { "a.txt": "2", "none/b.bin": "2" }),
      oneLine("file", /the folder .*none does not exist/),
    );
    assert.deepEqual(contents(folder), { "a.txt": "1", "b.bin": "1" });
  }));

Deno.test("finishTogether makes good the renames of a run that was killed between two of them", () =>
  inFolder(async (folder) => {
    const journal = { "a.txt.7.tmp": "a.txt", "b.txt.7.tmp": "b.txt" };
    const found = { "a.txt": "2", "b.txt": "1", "b.txt.7.tmp": "2", "pending.json": JSON.stringify(journal) };
    for (const [name, text] of Object.entries(found)) Deno.writeTextFileSync(join(folder, name), text);
    finishTogether(folder);
    assert.deepEqual(contents(folder), { "a.txt": "2", "b.txt": "2" });
    finishTogether(folder); // nothing more to do
    for (const [name, text] of Object.entries(found)) Deno.writeTextFileSync(join(folder, name), text);
    await writeTogether(folder, { "a.txt": "3" });
    assert.deepEqual(contents(folder), { "a.txt": "3", "b.txt": "2" });
  }));

Deno.test("finishTogether renames nothing outside of its folder, and nothing but what we write", () =>
  inFolder((folder) => {
    const inner = join(folder, "inner");
    Deno.mkdirSync(inner);
    for (const name of ["a.tmp", "a.txt"]) Deno.writeTextFileSync(join(folder, name), name);
    for (
      const journal of [{ "../a.tmp": "b.txt" }, { "a.tmp": "../a.txt" }, { "a.txt": "b.txt" }, {
        "a.tmp": "b\0.txt",
      }, ["a.tmp"]]
    ) {
      Deno.writeTextFileSync(join(inner, "pending.json"), JSON.stringify(journal));
      assert.throws(() => finishTogether(inner), oneLine("file", /pending\.json is not one of ours/));
    }
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(), [
      "a.tmp",
      "a.txt",
      "inner",
    ]);
    return Promise.resolve();
  }));

Deno.test("writeTogether by eight at once leaves the files of one of them", () =>
  inFolder(async (folder) => {
    const texts = Array.from({ length: 8 }, (_, i) => String(i));
    await Promise.all(texts.map((text) => writeTogether(folder, { a: text, b: text, c: text })));
    const found = contents(folder);
    assert.deepEqual(Object.keys(found).sort(), ["a", "b", "c"]);
    assert.equal(new Set(Object.values(found)).size, 1, JSON.stringify(found));
  }));
