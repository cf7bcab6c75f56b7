import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { TINY_OBO } from "./fixture.ts";
import { inFolder } from "../folder.ts";

Deno.test("loadOntology reads plain and gzipped files alike, and names them", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "tiny.obo"), TINY_OBO);
    await Deno.writeFile(join(folder, "tiny.obo.gz"), gzipSync(TINY_OBO));
    const [plain, packed] = await Promise.all(
      ["tiny.obo", "tiny.obo.gz"].map((name) => loadOntology(join(folder, name))),
    );
    assert.deepEqual([plain.source, packed.source], ["tiny.obo", "tiny.obo.gz"]);
    assert.deepEqual(plain.terms, packed.terms);
  }));

Deno.test("loadOntology refuses a missing file and a truncated one with a line that names it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "cut.obo.gz");
    await Deno.writeFile(path, gzipSync(TINY_OBO).subarray(0, 200));
    await assert.rejects(loadOntology(path), { tag: "file", message: /cut\.obo\.gz/ });
    await assert.rejects(loadOntology(join(folder, "none.obo")), { tag: "file", message: /none\.obo/ });
  }));
