import {
  annotate,
  type AnnotatedFile,
  annotateFile,
  readCells,
  writeAnnotation,
} from "../../lib/annotate/mod.ts";
import { calledTypes, renderReport } from "../../lib/annotate/report/mod.ts";
import { type CellModel, loadCellCheckpoint, modelEmbedder } from "../../lib/cell/mod.ts";
import { openCells } from "../../lib/data/mod.ts";
import { engineLine } from "../../lib/kernels/mod.ts";
import { loadOntology, type Ontology } from "../../lib/ontology/mod.ts";
import {
  type Backend,
  basename,
  checkpointsDir,
  join,
  makeFolder,
  startBackend,
  stemOf,
} from "../../lib/runtime/mod.ts";
import { blobAt } from "../../lib/runtime/host/browser/mod.ts";
import type {
  AnnotateChoice,
  Answer,
  CellPlaces,
  Download,
  FileFacts,
  GivenFile,
  Progress,
  QuickAnswer,
  ReferenceFacts,
  Started,
  TypeDetails,
  WorkerSettings,
} from "../protocol.ts";
import { answerOf, placesOf } from "./answer.ts";
import { type Evidence, gatherEvidence, typeDetails } from "./details.ts";
import { estimateMemory, gigabytes, requireRoom, roomInTab } from "./memory.ts";
import { placeFiles } from "./place.ts";
import { openSample } from "./sample.ts";

const OUTPUT = "/output";
/** Cells of the first look. */
const QUICK_CELLS = 96;
const SEED = 42;

/** What the page works on: a model, a file of cells, perhaps a reference, and the answer. */
export class Session {
  #input: { readonly path: string; readonly cells: number } | null = null;
  #reference: string | null = null;
  #answer: AnnotatedFile | null = null;
  #evidence: Evidence | null = null;
  /** Drawing the report takes seconds, and it is shown and saved. */
  #report: string | null = null;

  private constructor(
    readonly model: CellModel,
    readonly ontology: Ontology,
    readonly backend: Backend,
    readonly settings: WorkerSettings,
    readonly report: (progress: Progress) => void,
  ) {}

  static async start(settings: WorkerSettings, report: (progress: Progress) => void): Promise<Session> {
    const backend = await startBackend(settings.env.KCELLFM_BACKEND);
    const model = await loadCellCheckpoint(join(checkpointsDir(), "walkthrough"));
    makeFolder(OUTPUT);
    return new Session(model, await loadOntology(null), backend, settings, report);
  }

  get started(): Started {
    const workers = this.settings.workers > 1 ? `${this.settings.workers} workers` : "one worker";
    const { model } = this;
    return {
      engine: `${engineLine(this.backend)}, ${workers}`,
      model: `${model.config.preset}, ${model.config.layers} layers of width ${model.config.width}`,
      types: model.classes.length,
    };
  }

  /** Reads what a file is, without naming its cells. */
  async read(files: readonly GivenFile[]): Promise<FileFacts> {
    this.#forget();
    const path = placeFiles(files, "/input");
    const facts = await this.#facts(path);
    this.#input = { path, cells: facts.cells };
    return facts;
  }

  async readReference(files: readonly GivenFile[]): Promise<ReferenceFacts> {
    const path = placeFiles(files, "/reference");
    const facts = await this.#facts(path);
    const source = await openCells(path, {});
    const labelKeys = labelColumns(source.obs.columns.filter((name) => isLabels(source.obs.values(name))));
    source.close();
    this.#reference = path;
    return { ...facts, labelKeys };
  }

  async #facts(path: string): Promise<FileFacts> {
    const needed = await estimateMemory(path);
    const { deviceMemory } = navigator as { deviceMemory?: number };
    requireRoom(basename(path), needed, roomInTab(deviceMemory));
    const file = await readCells(path, {}, this.model.vocabulary);
    file.cells.source.close();
    const { name, cells, genes, values, overlap } = file.report;
    return {
      name,
      cells,
      genes,
      values: values.kind,
      valuesEvidence: values.evidence,
      overlap: overlap.summary,
      notes: [...values.doubts ?? [], ...overlap.notes],
      memory: gigabytes(needed),
    };
  }

  /** A first answer from some of the cells, named as all are without a reference. */
  async quick(): Promise<QuickAnswer> {
    const { path: input, cells } = this.#given();
    const embedder = modelEmbedder(this.model);
    const open = openSample(QUICK_CELLS);
    const sample = await annotate({ input, truthKey: null }, {
      embedder,
      ontology: this.ontology,
      seed: SEED,
      open,
    });
    const types = calledTypes(sample).map(({ name, share }) => ({ name, share }));
    return { cells: sample.input.cells, total: cells, types };
  }

  async annotate({ labelKey, confidence }: AnnotateChoice, signal: AbortSignal): Promise<Answer> {
    const { path } = this.#given();
    this.#answer = this.#evidence = this.#report = null;
    this.#answer = await annotateFile(path, {
      model: this.model,
      ontology: this.ontology,
      confidence,
      seed: SEED,
      signal,
      workers: this.settings.workers,
      onProgress: (name, done, total) => this.report({ what: `Reading ${name}`, done, total, unit: "cells" }),
      ...(labelKey !== null && this.#reference !== null ? { reference: this.#reference, labelKey } : {}),
    });
    return answerOf(this.#answer);
  }

  /** The cells on a plane. */
  map(): CellPlaces {
    return placesOf(this.#annotation());
  }

  /** A called type, and what speaks for it. */
  async type(index: number): Promise<TypeDetails> {
    const answer = this.#annotation();
    this.#evidence ??= await gatherEvidence(this.#given().path, answer, this.model.vocabulary);
    return typeDetails(index, { answer, evidence: this.#evidence, ontology: this.ontology });
  }

  /** Writes an answer as the command does, to hand it out. */
  async download(what: Download): Promise<{ name: string; blob: Blob }> {
    const answer = this.#annotation();
    const ending = { table: "tsv", report: "html", h5ad: "h5ad" }[what];
    const name = `${stemOf(this.#given().path)}.annotated.${ending}`;
    const out = join(OUTPUT, name);
    if (what === "report") {
      this.#report ??= await renderReport(answer, answer.facts);
      return { name, blob: new Blob([this.#report], { type: "text/html" }) };
    }
    await writeAnnotation(answer, { input: this.#given().path, out }, answer.facts.versions);
    return { name, blob: blobAt(out) };
  }

  #forget(): void {
    this.#input =
      this.#answer =
      this.#evidence =
      this.#report =
        null;
  }

  #given(): { readonly path: string; readonly cells: number } {
    if (this.#input === null) throw new Error("no file was read");
    return this.#input;
  }

  #annotation(): AnnotatedFile {
    if (this.#answer === null) throw new Error("nothing was annotated");
    return this.#answer;
  }
}

/** Columns named like labels come first. */
const LIKELY = ["cell_type", "celltype", "cell_ontology_class", "louvain", "label", "annotation", "cluster"];
const MOST_LABELS = 500;

function isLabels(values: readonly unknown[]): boolean {
  const texts = new Set<unknown>();
  for (const value of values) {
    if (value !== null && typeof value !== "string") return false;
    texts.add(value);
    if (texts.size > MOST_LABELS) return false;
  }
  return texts.size > 1;
}

function labelColumns(columns: readonly string[]): string[] {
  const rank = (name: string) => {
    const at = LIKELY.findIndex((likely) => name.toLowerCase().includes(likely));
    return at < 0 ? LIKELY.length : at;
  };
  return columns.toSorted((a, b) => rank(a) - rank(b));
}
