import { z } from "zod";
import {
  cacheDir,
  dirname,
  join,
  makeFolder,
  messageOf,
  networkError,
  readText,
  usageError,
  writeFileAtomically,
} from "../../runtime/mod.ts";
import { fetchFile } from "./dataset.ts";
import type { FetchOptions } from "./places.ts";
import type { Dataset } from "./registry.ts";

const HUB = "https://huggingface.co";
const SPEC = /^hf:([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?$/;

const LockSchema = z.object({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  files: z.array(z.object({
    path: z.string(),
    bytes: z.int().nonnegative(),
    /** Large files have one on the hub; the others are pinned by their first download. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/).optional(),
  })),
});

/** The revision that was found at the first request; it stays in use until this file is deleted. */
type HubLock = z.infer<typeof LockSchema>;

/** Options for finding files of the Hugging Face hub. */
export interface HubOptions extends FetchOptions {
  /** Default https://huggingface.co. */
  readonly hubUrl?: string;
}

/** Files of one commit of a model repository, on disk. */
export interface HubFiles {
  readonly commit: string;
  /** One path a wanted file. */
  readonly paths: readonly string[];
}

/** A repository on the hub at a revision (branch, tag or commit). */
interface HubRevision {
  readonly repo: string;
  readonly revision: string;
}

/**
 * Fetches files of a model on the Hugging Face hub into the cache, as `fetchDataset` does: resumed, checked, never
 * half. A branch or tag means the commit that it was when first asked for; what is in the cache needs no network.
 *
 * @param spec `hf:owner/name@revision`; without a revision, the branch main
 * @param wanted for each file the names it may have, best first
 * @throws {KcellfmError} tag "usage" for a malformed name, "network" when a file can be had from nowhere.
 */
export async function fetchHubFiles(
  spec: string,
  wanted: readonly (readonly string[])[],
  options: HubOptions = {},
): Promise<HubFiles> {
  const asked = parseSpec(spec);
  const lock = await lockRevision(asked, wanted, options);
  const paths: string[] = [];
  for (const names of wanted) {
    const file = names.flatMap((name) => lock.files.find(({ path }) => path === name) ?? [])[0];
    if (!file) throw networkError(`Cannot fetch ${spec}: it has none of ${names.join(", ")}`);
    paths.push(await fetchFile(datasetOf(asked, { ...file, commit: lock.commit }, options), options));
  }
  return { commit: lock.commit, paths };
}

function parseSpec(spec: string): HubRevision {
  const [, repo, revision = "main"] = SPEC.exec(spec) ?? [];
  if (repo && !/(^|\/)\.+(\/|$)/.test(`${repo}/${revision}`)) return { repo, revision };
  throw usageError(`Cannot fetch "${spec}": expected hf:owner/name or hf:owner/name@revision`);
}

function datasetOf(
  { repo }: HubRevision,
  { path, bytes, sha256, commit }: HubLock["files"][number] & { commit: string },
  { hubUrl = HUB }: HubOptions,
): Dataset {
  return {
    name: `hf:${repo}/${path}`,
    path: `hub/${repo}/${commit}/${path}`,
    what: `${path} of a model on the Hugging Face hub`,
    use: "text encoder: weights of the user's choice",
    licence: "as the model says",
    origin: `${repo} @ ${commit}`,
    bytes,
    sha256,
    url: `${hubUrl}/${repo}/resolve/${commit}/${path}`,
  };
}

async function lockRevision(
  asked: HubRevision,
  wanted: readonly (readonly string[])[],
  options: HubOptions,
): Promise<HubLock> {
  const path = join(options.cache ?? cacheDir(), "hub", asked.repo, `${asked.revision}.json`);
  const known = readLock(path);
  if (known && wanted.every((names) => names.some((name) => known.files.some((it) => it.path === name)))) {
    return known;
  }
  const lock = await resolveRevision(asked, { names: wanted.flat(), commit: known?.commit, options });
  makeFolder(dirname(path));
  await writeFileAtomically(path, JSON.stringify(lock, null, 2) + "\n");
  return lock;
}

function readLock(path: string): HubLock | null {
  try {
    return LockSchema.parse(JSON.parse(readText(path)));
  } catch {
    return null; // a missing or broken lock only means that the hub is asked again
  }
}

async function resolveRevision(
  { repo, revision }: HubRevision,
  { names, commit, options }: { names: string[]; commit?: string; options: HubOptions },
): Promise<HubLock> {
  const { hubUrl = HUB } = options;
  const { modelInfo, pathsInfo } = await import("@huggingface/hub"); // a third of a second that few runs need
  try {
    const { sha } = commit
      ? { sha: commit }
      : await modelInfo({ name: repo, revision, additionalFields: ["sha"], hubUrl });
    const found = await pathsInfo({ repo, paths: names, revision: sha, hubUrl });
    const files = found.map(({ path, size, lfs }) => ({ path, bytes: lfs?.size ?? size, sha256: lfs?.oid }));
    return LockSchema.parse({ commit: sha, files });
  } catch (error) {
    throw networkError(
      `Cannot fetch hf:${repo}@${revision}: ${hubUrl} does not say what it holds (${
        messageOf(error)
      }); without a ` +
        `network, download ${
          names.join(", ")
        } (those that are there) from ${HUB}/${repo} into a folder and give the folder`,
      error,
    );
  }
}
