import { fileSha256, findDataset } from "../../data/fetch/mod.ts";
import type { Result } from "../../metrics/mod.ts";
import { usageError } from "../../runtime/mod.ts";
import { type CycleSet, readCycleSet } from "./read.ts";
import { type TwinName, TWINS, writeTwin } from "./twins.ts";

/** Printed by the original for GSE64016, 75 test cells of one split; the best epoch is chosen on the test cells. */
const PUBLISHED: Result["published"] = {
  accuracy: 0.5467,
  last_epoch_accuracy: 0.44,
  source: "the original's notebook: best of 50 epochs on the test cells, and the last",
};

/** Names of the registry; the original's set is known by its accession here. */
const REGISTRY_NAMES: Readonly<Record<TwinName, string>> = {
  mesc_buettner: "mesc_buettner",
  ipsc_fucci: "ipsc_fucci",
  gse64016: "h1_fucci",
};

/** Number of repeated splits of a set: more for small sets, because one split of them says little. */
export const repeatsOf = (name: string): number => name === "ipsc_fucci" ? 5 : 20;

/** Options for choosing the cells of a run. */
export interface CycleSetOptions {
  readonly seed: number;
  /** Use the simulated twin even if the file is available; default false. */
  readonly simulated?: boolean;
}

/**
 * A set by name (see {@linkcode TWINS}), from the cache or the mirror, else its simulated twin; or cells of known phase
 * in a file of the user's.
 *
 * @throws {KcellfmError} tag "usage", when it is neither a name nor a path.
 */
export async function openCycleSet(
  name: string,
  { seed, simulated = false }: CycleSetOptions,
): Promise<CycleSet> {
  if (!isTwinName(name)) return await realSet(requirePath(name), { name: fileName(name) });
  const path = simulated ? null : await findDataset(REGISTRY_NAMES[name]);
  if (path !== null) {
    return await realSet(path, { name, ...(name === "gse64016" && { published: PUBLISHED }) });
  }
  return await readCycleSet(await writeTwin(name, seed), { name, real: false, sha256: null });
}

function requirePath(name: string): string {
  if (/[./\\]/.test(name)) return name;
  throw usageError(
    `Cannot find the set "${name}": give a file (.csv, .h5ad, ...) or one of ${
      Object.keys(TWINS).join(", ")
    }`,
  );
}

const isTwinName = (name: string): name is TwinName => name in TWINS;

const fileName = (path: string): string =>
  path.replace(/^.*[\\/]/, "").replace(/\.(csv|tsv|txt|h5ad|h5|mtx)(\.gz)?$/, "").replaceAll(
    /[^\w.+-]/g,
    "_",
  );

const realSet = async (path: string, facts: Pick<CycleSet, "name" | "published">): Promise<CycleSet> =>
  await readCycleSet(path, { ...facts, real: true, sha256: await fileSha256(path) });
