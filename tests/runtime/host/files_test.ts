import { deepStrictEqual, equal, throws } from "node:assert/strict";
import { files as inBrowser } from "../../../lib/runtime/host/browser/files.ts";
import { files as inDeno } from "../../../lib/runtime/host/deno/files.ts";
import type { Files } from "../../../lib/runtime/mod.ts";
import { inFolder } from "../../folder.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

/** What both forms of files must do alike. */
const RULES: Readonly<Record<string, (files: Files, folder: string) => void>> = {
  "keeps what is written, appended and copied": (files, folder) => {
    files.write(`${folder}/a`, bytes("one"));
    files.append(`${folder}/a`, bytes(" two"));
    files.copy(`${folder}/a`, `${folder}/b`);
    files.append(`${folder}/b`, bytes("!"));
    equal(text(files.read(`${folder}/a`)), "one two");
    equal(text(files.read(`${folder}/b`)), "one two!");
    equal(files.stat(`${folder}/a`)?.size, 7);
  },
  "replaces a file by another that is renamed, and lists what is there": (files, folder) => {
    files.makeFolder(`${folder}/deep/down`);
    files.write(`${folder}/a`, bytes("old"));
    files.write(`${folder}/new`, bytes("new"));
    files.rename(`${folder}/new`, `${folder}/a`);
    equal(text(files.read(`${folder}/a`)), "new");
    deepStrictEqual(files.list(folder).sort(), ["a", "deep"]);
    equal(files.stat(`${folder}/deep`)?.isDirectory, true);
    files.remove(`${folder}/deep`);
    equal(files.stat(`${folder}/deep/down`), null);
  },
  "says ENOENT of a file that is not there": (files, folder) => {
    const code = (error: unknown) => (error as { code?: string }).code === "ENOENT";
    throws(() => files.read(`${folder}/none`), code);
    throws(() => files.open(`${folder}/none`), code);
    equal(files.stat(`${folder}/none`), null);
  },
  "changes any place of an open file": (files, folder) => {
    using file = files.change(`${folder}/x`);
    file.write(4, bytes("five"));
    file.write(0, bytes("four"));
    file.resize(6);
    equal(file.size, 6);
    const into = new Uint8Array(6);
    equal(file.read(0, into), 6);
    equal(text(into), "fourfi");
  },
};

for (const [rule, check] of Object.entries(RULES)) {
  Deno.test(`files of a browser and of Deno: each ${rule}`, async () => {
    check(inBrowser, `/test/${rule.length}`);
    await inFolder((folder) => check(inDeno, folder));
  });
}
