import { Buffer } from "node:buffer";
import { join } from "node:path";
import { z } from "zod";
import {
  fileError,
  makeFolder,
  parseJson,
  resultsDir,
  ROOT,
  writeFileAtomically,
} from "../lib/runtime/mod.ts";
import { createCommand, runCommand } from "../lib/cli/mod.ts";
import { licenceFor, requireAccepted } from "./licences.ts";

const LockSchema = z.object({ npm: z.record(z.string(), z.object({ integrity: z.string().optional() })) });

/** One package of deno.lock as CycloneDX 1.6 has it. */
export interface Component {
  readonly type: "library";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly { alg: "SHA-512"; content: string }[];
  readonly licenses: readonly { license: { name: string } }[];
}

/** `deno task sbom`: every package that deno.lock pins, as a CycloneDX document. */
export const command = createCommand(
  "sbom",
  "Lists every package of deno.lock with its checksum and licence; fails at a licence that was not accepted.",
  {
    out: "the CycloneDX file (default: data/results/sbom.json)",
  },
).action(async ({ out }) => {
  const path = out ?? join(resultsDir(), "sbom.json");
  if (out === undefined) await makeFolder(resultsDir());
  const components = lockedComponents();
  requireAccepted(components);
  const document = { bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components };
  await writeFileAtomically(path, JSON.stringify(document, null, 1) + "\n");
  console.log(`${components.length} packages; written: ${path}`);
});

/** The packages of our own lock file, with the licences that they state or that were read. */
export const lockedComponents = (): Component[] =>
  componentsOf(
    Deno.readTextFileSync(join(ROOT, "deno.lock")),
    (name, version) => licenceFor(name, licenceOf(name, version)),
  );

/**
 * The packages of a lock file in its order; `licence` tells that of a name and version.
 *
 * @throws {KcellfmError} tag "file", when it is no lock file.
 * Source: CycloneDX 1.6 (ECMA-424), package-url.
 */
export function componentsOf(lock: string, licence: (name: string, version: string) => string): Component[] {
  const parsed = LockSchema.safeParse(parseJson(lock, "deno.lock"));
  if (!parsed.success) throw fileError("Cannot read deno.lock: it has no packages of npm; run deno install");
  const packages = new Map(Object.entries(parsed.data.npm).map(([key, entry]) => [plainKey(key), entry]));
  return [...packages].map(([key, { integrity }]) => {
    const at = key.lastIndexOf("@");
    const [name, version] = [key.slice(0, at), key.slice(at + 1)];
    const content = integrity?.startsWith("sha512-")
      ? Buffer.from(integrity.slice(7), "base64").toString("hex")
      : null;
    return {
      type: "library",
      name,
      version,
      purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
      hashes: content === null ? [] : [{ alg: "SHA-512", content }],
      licenses: [{ license: { name: licence(name, version) } }],
    };
  });
}

/** `name@version` without the peers that deno adds after "_". */
const plainKey = (key: string): string => /^(@?[^@]+@[^_]+)/.exec(key)?.[1] ?? key;

const LicenceSchema = z.object({ license: z.string() });

/** What a package's own package.json says; "unknown" where it is not installed or says nothing. */
function licenceOf(name: string, version: string): string {
  const folder = `${name.replace("/", "+")}@${version}`;
  try {
    const path = join(ROOT, "node_modules/.deno", folder, "node_modules", name, "package.json");
    return LicenceSchema.parse(JSON.parse(Deno.readTextFileSync(path))).license;
  } catch {
    return "unknown";
  }
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
