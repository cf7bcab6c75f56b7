import { z } from "zod";
import registry from "../../../data/registry.json" with { type: "json" };
import { dataError, parseJson, usageError } from "../../runtime/mod.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits");
const RelativePath = z.string().regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/, "expected a relative path without ..");

/** Of a data set or a group. */
const NAME = /^[a-z0-9][a-z0-9_.-]*$/;

/** Role of a set of labelled cells in the corpus that models are pretrained on and chosen by. */
const CorpusSchema = z.strictObject({
  /**
   * train: may be learned from. development: looked at to choose settings, never learned from in a run that is judged on it.
   * spatial, species, perturbation: for other experiments.
   */
  use: z.enum(["train", "development", "spatial", "species", "perturbation"]),
  species: z.enum(["human", "mouse"]),
  tissue: z.string().min(1),
  study: z.string().min(1),
  /** Null where the source does not say. */
  donors: z.int().positive().nullable(),
  /** Genes: the whole transcriptome, a subset that a package chose of it, or a targeted panel of probes. */
  panel: z.enum(["whole", "subset", "targeted"]),
  /** Number of Cell Ontology terms among its labels. */
  terms: z.int().positive(),
  /** Column of obs whose words name the types, where the file has no Cell Ontology ids. */
  labels: z.string().optional(),
  /** Read raw, where X is scaled. */
  useRaw: z.literal(true).optional(),
  /** Form of the values, if they do not show it. */
  values: z.literal("counts").optional(),
  /** Cells with one of these values in a column of obs take no part in training: others of their donors are in a development set. */
  leaveOut: z.strictObject({ column: z.string(), values: z.array(z.string()) }).optional(),
  notes: z.string().optional(),
  /** For a set made of a public file of R: its address, and which objects and columns of it were read. */
  r: z.strictObject({
    url: z.url(),
    object: z.string().optional(),
    matrix: z.string().optional(),
    label: z.string().optional(),
  }).optional(),
});

const DatasetSchema = z.strictObject({
  /** The name that a user types. */
  name: z.string().regex(NAME),
  /** Path of the file, below the cache and below a mirror alike. */
  path: RelativePath,
  what: z.string().min(1),
  /** The purpose of the data set in the product. */
  use: z.string().min(1),
  /** Names under which several are fetched together. */
  groups: z.array(z.string().regex(NAME)).optional(),
  licence: z.string().min(1),
  origin: z.string().min(1),
  citation: z.string().optional(),
  /** Size and checksum of the file at `path`; a deposit that was never seen has none until its first download. */
  bytes: z.int().positive().optional(),
  sha256: Sha256.optional(),
  url: z.url().optional(),
  /** Set when `url` serves the file before gzip: its size and checksum, where known. It is gzipped on arrival. */
  plain: z.strictObject({ bytes: z.int().positive(), sha256: Sha256 }).partial().optional(),
  /** For an archive: what to open in it once it is unpacked ("." for all of it). */
  opens: RelativePath.optional(),
  /** No public address: a mirror has it, or nobody. */
  mirrorOnly: z.literal(true).optional(),
  /** For labelled cells of the corpus. */
  corpus: CorpusSchema.optional(),
  /** A page where a person can download it, for a file without a fixed address. */
  page: z.url().optional(),
}).refine((it) => [it.url, it.mirrorOnly, it.page].filter((source) => source !== undefined).length === 1, {
  message: "expected exactly one of url, mirrorOnly and page",
}).refine((it) => it.plain === undefined || (it.url !== undefined && it.path.endsWith(".gz")), {
  message: "plain needs a url, and a path that ends in .gz",
}).refine((it) => (it.opens !== undefined) === /\.(tar\.gz|tgz|zip)$/.test(it.path), {
  message: "an archive, and nothing else, says what it opens",
});

/** The schema of `data/registry.json`. */
export const RegistrySchema = z.strictObject({ version: z.literal(1), datasets: z.array(DatasetSchema) });

/** One file that the product can use: what it is, where it comes from, and how to know it is whole. */
export type Dataset = Readonly<z.infer<typeof DatasetSchema>>;

const DATASETS: readonly Dataset[] = RegistrySchema.parse(registry).datasets;

/**
 * The data sets of a registry's text; `where` names it in errors.
 *
 * @throws {KcellfmError} tag "file", when it is not JSON; tag "data", naming the first field that is wrong.
 */
export function parseRegistry(text: string, where: string): readonly Dataset[] {
  const result = RegistrySchema.safeParse(parseJson(text, where));
  if (result.success) return result.data.datasets;
  const [{ path, message }] = result.error.issues;
  throw dataError(`Cannot use the registry ${where}: ${path.join(".") || "(root)"}: ${message}`);
}

/** Permitted use of a set of the corpus. */
export type CorpusUse = z.infer<typeof CorpusSchema>["use"];

/** A data set of the corpus. */
export type CorpusDataset = Dataset & { readonly corpus: z.infer<typeof CorpusSchema> };

/** Every data set of the corpus with one of these uses, in the registry's order. */
export const corpusDatasets = (...uses: readonly CorpusUse[]): CorpusDataset[] =>
  DATASETS.flatMap((it) => it.corpus && uses.includes(it.corpus.use) ? [{ ...it, corpus: it.corpus }] : []);

/** Every data set of `data/registry.json`, in its order. */
export const listDatasets = (): readonly Dataset[] => DATASETS;

/**
 * The data set of that name.
 *
 * @throws {KcellfmError} tag "usage", when no data set has the name; the message offers similar ones.
 */
export function datasetNamed(name: string): Dataset {
  const found = DATASETS.find((dataset) => dataset.name === name);
  if (found) return found;
  const similar = similarNames(name);
  const hint = similar.length > 0
    ? `did you mean ${similar.join(", ")}?`
    : "the registry has no name like it";
  throw usageError(`Cannot find a data set named "${name}": ${hint} (\`deno task data list\` shows all)`);
}

/** The data sets of a group by its name, or the one of that name. @throws {KcellfmError} as {@linkcode datasetNamed}. */
export function datasetsNamed(name: string): readonly Dataset[] {
  const group = DATASETS.filter((dataset) => dataset.groups?.includes(name));
  return group.length > 0 ? group : [datasetNamed(name)];
}

function similarNames(name: string): string[] {
  const words = name.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word.length > 2);
  const known = new Set(DATASETS.flatMap((dataset) => [dataset.name, ...(dataset.groups ?? [])]));
  return [...known].filter((it) => words.some((word) => it.includes(word))).slice(0, 4);
}
