type Child = Node | string | null | false;
type Props = Readonly<Record<string, unknown>>;

/** An element: properties that begin with `on` are listeners, `class` and names with a dash are attributes. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name in element && name !== "class" && name !== "list") {
      Object.assign(element, { [name]: value });
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return element;
}

export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`;
export const count = (value: number): string => value.toLocaleString("en-US");

/** A table with a caption; numbers stand at the right. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
): HTMLElement {
  const isNumber = (value: string | Node) => typeof value === "string" && /^[\d.,]+( %)?$/.test(value);
  const numeric = heads.map((_, k) => rows.length > 0 && rows.every((row) => isNumber(row[k])));
  const className = (k: number) => numeric[k] ? "n" : undefined;
  return h(
    "div",
    { class: "scroll", tabIndex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h(
        "thead",
        {},
        h("tr", {}, ...heads.map((head, k) => h("th", { scope: "col", class: className(k) }, head))),
      ),
      h(
        "tbody",
        {},
        ...rows.map((row) => h("tr", {}, ...row.map((cell, k) => h("td", { class: className(k) }, cell)))),
      ),
    ),
  );
}

/** The term's page at EBI's Ontology Lookup Service; the page opens only when a person follows it. */
export function termLink(id: string): Node | string {
  if (!/^CL:\d+$/.test(id)) return id || "no term";
  const href = `https://www.ebi.ac.uk/ols4/ontologies/cl/classes?obo_id=${encodeURIComponent(id)}`;
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, id);
}

/** A part of the page by its id. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no part ${id}`);
  return found;
}
