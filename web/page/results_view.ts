import type { Answer, Download, TypeRow } from "../protocol.ts";
import type { Client } from "./client.ts";
import { detailsPanel } from "./details.ts";
import { h } from "./dom.ts";
import { type CellMapView, drawMap } from "./map.ts";
import { resultsPanel } from "./results.ts";

export interface ResultsOptions {
  readonly client: Client;
  readonly onDownload: (what: Download) => Promise<void>;
}

/** The answer on the page, with the map, the details of the chosen type and the whole report. */
export class ResultsView {
  readonly element: HTMLElement;
  #map: CellMapView | null = null;

  constructor(readonly answer: Answer, readonly options: ResultsOptions) {
    this.element = resultsPanel(answer, {
      onType: (type) => void this.#choose(type),
      onDownload: (what) => void options.onDownload(what),
    });
    this.element.append(this.#report());
  }

  focus(): void {
    this.element.querySelector<HTMLElement>("#results-title")?.focus();
  }

  async drawMap(): Promise<void> {
    const place = this.#part("#map");
    try {
      const places = await this.options.client.ask({ kind: "map" });
      this.#map = await drawMap(place, {
        places,
        types: this.answer.types,
        onType: (type) => void this.#choose(type),
      });
    } catch (error) {
      place.textContent = `The map cannot be drawn: ${textOf(error)}`;
    }
  }

  async #choose(type: TypeRow): Promise<void> {
    this.#mark(type.index);
    const place = this.#part("#details");
    place.textContent = "Looking at its cells ...";
    try {
      const details = await this.options.client.ask({ kind: "type", index: type.index });
      place.replaceChildren(detailsPanel(details, () => this.#close()));
      place.querySelector<HTMLElement>("#details-title")?.focus();
    } catch (error) {
      place.textContent = `Its cells cannot be shown: ${textOf(error)}`;
    }
  }

  #close(): void {
    this.#part("#details").replaceChildren();
    const chosen = this.element.querySelector<HTMLElement>('[aria-pressed="true"]');
    this.#mark(null);
    chosen?.focus();
  }

  #mark(index: number | null): void {
    this.#map?.highlight(index);
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-type]")) {
      button.setAttribute("aria-pressed", String(button.dataset.type === String(index)));
    }
  }

  /** The same page that the report's button saves, below the answer; made when it is opened. */
  #report(): HTMLElement {
    const place = h("div", {}, "The report is being drawn ...");
    const fill = async () => {
      try {
        const { blob } = await this.options.client.ask({ kind: "download", what: "report" });
        const srcdoc = await blob.text();
        place.replaceChildren(h("iframe", { title: "The report", class: "report", sandbox: "", srcdoc }));
      } catch (error) {
        place.textContent = `The report cannot be drawn: ${textOf(error)}`;
      }
    };
    const onToggle = (event: Event) => {
      if ((event.currentTarget as HTMLDetailsElement).open && !place.firstElementChild) void fill();
    };
    return h("details", { class: "panel", ontoggle: onToggle }, h("summary", {}, "The whole report"), place);
  }

  #part(selector: string): HTMLElement {
    const found = this.element.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`the answer has no part ${selector}`);
    return found;
  }
}

const textOf = (error: unknown): string => error instanceof Error ? error.message : String(error);
