import type { GivenFile, ReferenceFacts } from "../protocol.ts";
import { count, h } from "./dom.ts";
import { dropZone } from "./drop.ts";

export interface ReferenceChoice {
  /** What is known of the reference; null while there is none. */
  readonly reference: ReferenceFacts | null;
  /** The column of labels in use. */
  readonly chosen: string | null;
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly onChange: (labelKey: string | null) => void;
}

/** A place for a labelled file, and the choice which of its columns holds the labels. */
export function referencePanel({ reference, chosen, onFiles, onChange }: ReferenceChoice): HTMLElement {
  const zone = dropZone({
    id: "reference",
    title: "Have you labelled cells of the same tissue?",
    about: "Drop them here, and your cells are named by them. They stay on this computer, too.",
    button: "Choose a reference",
    onFiles,
  });
  zone.classList.add("small");
  if (reference) zone.append(labelChoice(reference, chosen, onChange));
  return zone;
}

function labelChoice(
  { name, cells, labelKeys }: ReferenceFacts,
  chosen: string | null,
  onChange: (labelKey: string | null) => void,
): HTMLElement {
  const about = `${name}: ${count(cells)} cells. `;
  if (labelKeys.length === 0) {
    return h("p", {}, `${about}It has no column of labels, so it cannot name cells.`);
  }
  const options = [...labelKeys, null].map((key) =>
    h("option", { value: key ?? "", selected: key === chosen }, key ?? "none: name by ontology text")
  );
  const select = h("select", { id: "label-key", onchange: () => onChange(select.value || null) }, ...options);
  return h("p", {}, about, h("label", { htmlFor: "label-key" }, "Its labels are in "), select);
}
