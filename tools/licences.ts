import { dataError } from "../lib/runtime/mod.ts";
import type { Component } from "./sbom.ts";

/** Licences under which parts may be passed on with this product; those with AND are held to each of theirs. */
const ACCEPTED = new Set([
  ...["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "Zlib"],
  "MPL-2.0", // binds changes to its own files only, and we change none
  "LicenseRef-h5wasm",
]);

/** Packages whose package.json points to a file or is not installed here; their licences were read by a person. */
const READ: readonly (readonly [RegExp, string])[] = [
  [/^h5wasm$/, "LicenseRef-h5wasm"], // NIST: public domain; HDF5 inside: like BSD-3-Clause
  [/^nodejs-polars-/, "MIT"], // the same library for other systems
  [/^@esbuild\//, "MIT"], // the same program for other systems
];

/** The licence of a package, given what its package.json states. */
export const licenceFor = (name: string, stated: string): string =>
  READ.find(([names]) => names.test(name))?.[1] ?? stated;

/**
 * Fails when a part has a licence that nobody has accepted.
 *
 * @throws {KcellfmError} tag "data", naming the parts.
 */
export function requireAccepted(components: readonly Component[]): void {
  const others = components.flatMap(({ name, version, licenses }) => {
    const stated = licenses[0].license.name;
    return stated.replace(/^\((.*)\)$/, "$1").split(/ AND /).every((one) => ACCEPTED.has(one))
      ? []
      : `${name} ${version} (${stated})`;
  });
  if (others.length === 0) return;
  throw dataError(
    `Cannot pass on ${others.join(", ")}: the licence is not among those accepted (${
      [...ACCEPTED].join(", ")
    }); read it, then drop the package or accept it in tools/licences.ts`,
  );
}
