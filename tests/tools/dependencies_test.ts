import assert from "node:assert/strict";
import { join } from "node:path";
import { requireAccepted } from "tools/licences.ts";
import { componentsOf, lockedComponents } from "tools/sbom.ts";
import { ROOT } from "../../lib/runtime/mod.ts";

const { imports }: { imports: Record<string, string> } = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
);

Deno.test("every import of deno.json is pinned exactly and has its line in DEPENDENCIES.md", () => {
  const table = Deno.readTextFileSync(join(ROOT, "docs/DEPENDENCIES.md"));
  for (const [name, target] of Object.entries(imports)) {
    if (name === "lib/" || name === "tools/") continue;
    const match = /^npm:((?:@[^/]+\/)?[^@/]+)@(\d+\.\d+\.\d+)(\/.*)?$/.exec(target);
    assert.ok(match, `${name} is not pinned to one version of npm: ${target}`);
    assert.ok(
      table.includes(`| ${match[1]} | ${match[2]} |`),
      `docs/DEPENDENCIES.md has no ${match[1]} ${match[2]}`,
    );
  }
});

Deno.test("componentsOf lists each package of the lock once, with address, checksum and licence", () => {
  const lock = JSON.stringify({
    npm: {
      "@a/b@1.2.3_c@4.0.0": { integrity: "sha512-AAEC" },
      "@a/b@1.2.3": { integrity: "sha512-AAEC" },
      "c@4.0.0": {},
    },
  });
  const components = componentsOf(lock, (name) => `licence of ${name}`);
  assert.deepEqual(components.map(({ purl }) => purl), ["pkg:npm/%40a/b@1.2.3", "pkg:npm/c@4.0.0"]);
  assert.deepEqual(components[0].hashes, [{ alg: "SHA-512", content: "000102" }]);
  assert.equal(components[1].licenses[0].license.name, "licence of c");
});

Deno.test("every package of the lock has a licence that was accepted and a checksum", () => {
  const components = lockedComponents();
  assert.ok(components.length > 100);
  requireAccepted(components);
  assert.deepEqual(components.filter(({ hashes }) => hashes.length === 0), []);
});

Deno.test("requireAccepted names what has another licence, or none, and each part of a double one", () => {
  const of = (name: string) =>
    componentsOf(
      JSON.stringify({ npm: { "a@1.0.0": {}, "b@2.0.0": {} } }),
      (it) => it === "a" ? name : "MIT",
    );
  assert.doesNotThrow(() => requireAccepted(of("MIT AND Apache-2.0")));
  for (const name of ["GPL-3.0-only", "unknown", "MIT AND GPL-3.0-only"]) {
    assert.throws(() => requireAccepted(of(name)), {
      tag: "data",
      message: new RegExp(`a 1\\.0\\.0 \\(${name}\\):`),
    });
  }
});

Deno.test("no package may run a script when it is installed", () => {
  const { allowScripts } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json")));
  assert.equal(allowScripts, undefined);
});
