import type { Manifest } from "../manifest.ts";
import type {
  AnnotateChoice,
  Answer,
  FileFacts,
  GivenFile,
  QuickAnswer,
  ReferenceFacts,
} from "../protocol.ts";
import { Client, FailedError } from "./client.ts";
import { h, part } from "./dom.ts";
import { saveAs } from "./download.ts";
import { dropZone } from "./drop.ts";
import { fetchExample } from "./example.ts";
import { factsPanel, quickPanel } from "./facts.ts";
import { lessonPanel } from "./lesson.ts";
import { progressBar } from "./progress.ts";
import { referencePanel } from "./reference.ts";
import { ResultsView } from "./results_view.ts";

/** What the page has of a run; a reference stays when another file of cells comes. */
interface Given {
  files: readonly GivenFile[];
  reference: readonly GivenFile[];
  labelKey: string | null;
}

/** How long a worker may take to hear that it should stop, before it is ended. */
const GRACE_MS = 1500;

/** Fills the page and waits for files. */
export async function startApp(base: string): Promise<App> {
  const manifest: Manifest = await (await fetch(`${base}manifest.json`)).json();
  const app = new App(base, manifest);
  part("app").append(app.element);
  if (new URLSearchParams(location.search).has("lesson")) app.teach();
  return app;
}

/** The page: from files that were dropped to an answer about their cells. */
export class App {
  readonly element: HTMLElement;
  readonly #client: Client;
  readonly #progress = progressBar(() => void this.#cancel());
  readonly #places = {
    lesson: h("div", {}),
    alert: h("div", { role: "alert" }),
    facts: h("div", { class: "pair even" }),
    choices: h("div", {}),
    results: h("div", {}),
  };
  readonly #given: Given = { files: [], reference: [], labelKey: null };
  /** Counts what was begun: answers to what came before are not shown. */
  #run = 0;
  #read = false;

  constructor(readonly base: string, readonly manifest: Manifest) {
    this.#client = new Client(
      { base, env: settingsOf(location.search), workers: workersHere() },
      (progress) => {
        this.#progress.update(progress);
      },
    );
    const { lesson, alert, facts, choices, results } = this.#places;
    this.element = h(
      "div",
      {},
      lesson,
      this.#start(),
      this.#progress.element,
      alert,
      facts,
      choices,
      results,
    );
  }

  hasBegun(): boolean {
    return this.#run > 0;
  }

  /** Shows the five steps of the lesson above the page. */
  teach(): void {
    this.#places.lesson.replaceChildren(
      lessonPanel(this.manifest.lesson, () => void this.#example()),
    );
  }

  #start(): HTMLElement {
    const zone = dropZone({
      id: "cells",
      title: "Drop your cells here",
      about:
        "An .h5ad, a 10x .h5, .h5mu, .loom, the three files of a MatrixMarket folder, .csv or .tsv, a zipped zarr, or an R file.",
      button: "Choose files",
      onFiles: (files) => void this.#take(files),
    });
    const tryOut = h(
      "p",
      { class: "example" },
      h(
        "button",
        { type: "button", class: "quiet", id: "example", onclick: () => void this.#example() },
        "Try it with real cells",
      ),
      h("span", { class: "faint" }, ` ${this.manifest.example.what}`),
    );
    zone.append(tryOut);
    return zone;
  }

  async #example(): Promise<void> {
    await this.#attempt(async () => {
      this.#progress.say("Fetching the example");
      await this.#name([await fetchExample(this.base, this.manifest.example)]);
    });
  }

  async #take(files: readonly GivenFile[]): Promise<void> {
    await this.#attempt(() => this.#name(files));
  }

  async #takeReference(files: readonly GivenFile[]): Promise<void> {
    await this.#attempt(async (isCurrent) => {
      this.#progress.say("Reading the reference");
      const facts = await this.#client.ask({ kind: "readReference", files });
      if (!isCurrent()) return;
      this.#given.reference = files;
      this.#given.labelKey = facts.labelKeys[0] ?? null;
      this.#showChoices(facts);
      if (this.#given.labelKey !== null) await this.#annotate();
    });
  }

  /** Reads files, gives a first impression, then names all cells. */
  async #name(files: readonly GivenFile[]): Promise<void> {
    const run = this.#run;
    const { facts, choices, results } = this.#places;
    for (const place of [facts, choices, results]) place.replaceChildren();
    this.#given.files = files;
    this.#progress.say("Loading the model");
    part("engine").textContent = engineText(await this.#client.start());
    this.#progress.say("Reading the file");
    const read = await this.#client.ask({ kind: "read", files });
    if (run !== this.#run) return;
    this.#read = true;
    this.#showFacts(read);
    this.#showChoices(null);
    this.#progress.say("Looking at some of the cells");
    const quick = await this.#client.ask({ kind: "quick" });
    if (run !== this.#run) return;
    this.#showFacts(read, quick);
    await this.#annotate();
  }

  async #annotate(): Promise<void> {
    const run = this.#run;
    await this.#ensureRead();
    this.#progress.say("Naming all cells");
    const answer = await this.#client.ask({ kind: "annotate", choice: this.#choice() });
    if (run !== this.#run) return;
    this.#progress.hide();
    await this.#showAnswer(answer);
  }

  /** A worker that was ended has forgotten the files. */
  async #ensureRead(): Promise<void> {
    if (this.#read) return;
    await this.#client.ask({ kind: "read", files: this.#given.files });
    if (this.#given.reference.length > 0) {
      await this.#client.ask({ kind: "readReference", files: this.#given.reference });
    }
    this.#read = true;
  }

  #choice(): AnnotateChoice {
    return { labelKey: this.#given.labelKey, confidence: 0.5 };
  }

  #showFacts(read: FileFacts, quick?: QuickAnswer): void {
    this.#places.facts.replaceChildren(
      factsPanel("What was read", read),
      ...quick ? [quickPanel(quick)] : [],
    );
  }

  #showChoices(reference: ReferenceFacts | null): void {
    this.#places.choices.replaceChildren(
      referencePanel({
        reference,
        chosen: this.#given.labelKey,
        onFiles: (files) => void this.#takeReference(files),
        onChange: (labelKey) =>
          void this.#attempt(async () => {
            this.#given.labelKey = labelKey;
            await this.#annotate();
          }),
      }),
    );
  }

  async #showAnswer(answer: Answer): Promise<void> {
    const view = new ResultsView(answer, {
      client: this.#client,
      onDownload: (what) =>
        this.#attempt(async () => {
          this.#progress.say("Writing the answer");
          saveAs(await this.#client.ask({ kind: "download", what }));
        }, { isNew: false }),
    });
    this.#places.results.replaceChildren(view.element);
    view.focus();
    await view.drawMap();
  }

  /** Does something that may fail or be overtaken; what went wrong is shown in its one line. */
  async #attempt(work: (isCurrent: () => boolean) => Promise<void>, { isNew = true } = {}): Promise<void> {
    if (isNew) {
      if (this.hasBegun()) this.#client.cancel();
      this.#run++;
    }
    const run = this.#run;
    const isCurrent = () => run === this.#run;
    this.#places.alert.replaceChildren();
    try {
      await work(isCurrent);
      if (isCurrent()) this.#progress.hide();
    } catch (error) {
      if (!isCurrent()) return;
      this.#progress.hide();
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const isFault = !(error instanceof FailedError) || error.tag === null;
    const text = error instanceof Error ? error.message : String(error);
    if (isFault) this.#forget({ tag: null, message: text });
    const message = error instanceof FailedError && error.tag === "cancelled" ? "Cancelled." : text;
    const again = this.#given.files.length > 0 && !isFault && message === "Cancelled.";
    this.#places.alert.replaceChildren(
      h(
        "div",
        { class: "alert", tabIndex: -1 },
        h("p", {}, isFault ? `Something broke while this file was read: ${message}` : message),
        again &&
          h(
            "button",
            { type: "button", class: "quiet", onclick: () => void this.#take(this.#given.files) },
            "Begin again",
          ),
      ),
    );
    this.#places.alert.querySelector<HTMLElement>(".alert")?.focus();
  }

  #forget(failure: { tag: string | null; message: string }): void {
    this.#client.restart(failure);
    this.#read = false;
  }

  /** Asks the worker to stop, and ends it when it does not hear. */
  async #cancel(): Promise<void> {
    const run = this.#run;
    this.#client.cancel();
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
    if (run === this.#run && !this.#progress.element.hidden) {
      this.#forget({ tag: "cancelled", message: "cancelled" });
    }
  }
}

/** Settings that stand in the address in place of variables of the environment. */
const settingsOf = (search: string): Record<string, string> =>
  Object.fromEntries([...new URLSearchParams(search)].filter(([name]) => name.startsWith("KCELLFM_")));

/** Workers share memory only where the page is isolated; one a core at most, as the command has. */
const MOST_WORKERS = 8;
const workersHere = (): number =>
  crossOriginIsolated ? Math.min(MOST_WORKERS, navigator.hardwareConcurrency) : 1;

const engineText = ({ engine, model, types }: { engine: string; model: string; types: number }): string =>
  `Model: ${model}, ${types} types. Computes on ${engine}.`;
