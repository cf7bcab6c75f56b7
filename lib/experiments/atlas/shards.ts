import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { statOrNull, usageError } from "../../runtime/mod.ts";

/** One file of an atlas. */
export interface ShardFile {
  readonly path: string;
  /** Its name without folder and endings, which its part has too. */
  readonly name: string;
  readonly bytes: number;
}

/**
 * The shards that names stand for: files, folders (all .h5ad in them) and patterns such as `atlas/*.h5ad`, in the order of
 * their names within each.
 *
 * @throws {KcellfmError} tag "usage", when a name stands for nothing or two shards have one name.
 */
export function findShards(names: readonly string[]): ShardFile[] {
  const paths = names.flatMap((name) => {
    const found = expand(name);
    if (found.length > 0) return found.sort();
    throw usageError(`Cannot find shards: ${name} is no file, no folder with .h5ad files and matches none`);
  });
  const shards = paths.map((path) => ({
    path,
    name: basename(path).replace(/\.h5ad$/i, ""),
    bytes: statOrNull(path)?.size ?? 0,
  }));
  const twice = shards.find(({ name }, i) => shards.findIndex((other) => other.name === name) < i);
  if (!twice) return shards;
  throw usageError(
    `Cannot annotate two shards called ${twice.name}: their answers would have one name; rename one`,
  );
}

function expand(name: string): string[] {
  const stat = statOrNull(name);
  if (stat?.isDirectory) return globSync(join(name, "*.h5ad"));
  return stat ? [name] : globSync(name);
}
