import type { LessonStep } from "../manifest.ts";
import { h } from "./dom.ts";

/** What to do at each step, and the part of the page that it is about. */
const TASKS = [
  { task: "Start with the example: real cells, named while you watch.", about: "#cells-title" },
  {
    task: "Look at what was read, and at the first impression: every name is a term of the ontology.",
    about: ".facts-panel",
  },
  {
    task: "Choose a type in the list: its definition is what the language model has read.",
    about: ".types-panel",
  },
  {
    task: "Look at the map: each point is a cell, its colour the type that it was called.",
    about: ".map-panel",
  },
  { task: "Look where the answer has to be sure. Then drop a file of your own.", about: ".sure" },
];

/** The lesson: one step at a time, in the words of chapter 0. */
export function lessonPanel(
  steps: readonly LessonStep[],
  onStart: () => void,
): HTMLElement {
  let at = 0;
  const body = h("div", { "aria-live": "polite" });
  const back = h("button", { type: "button", class: "quiet", onclick: () => show(at - 1) }, "Back");
  const next = h("button", { type: "button", class: "button", onclick: () => show(at + 1) }, "Next");
  const begin = h("button", { type: "button", class: "button", onclick: onStart }, "Name the example");
  function show(step: number) {
    at = step;
    const { title, text } = steps[at];
    const { task, about } = TASKS[at];
    body.replaceChildren(
      h("p", { class: "faint" }, `Step ${at + 1} of ${steps.length}`),
      h("h2", {}, title),
      h("p", {}, text),
      h("p", {}, h("b", {}, task)),
    );
    back.hidden = at === 0;
    next.hidden = at === steps.length - 1;
    begin.hidden = at > 0;
    document.querySelectorAll(".shown").forEach((element) => element.classList.remove("shown"));
    if (at > 0) document.querySelector(about)?.classList.add("shown");
  }
  show(0);
  return h(
    "section",
    { class: "panel lesson", "aria-label": "A lesson in five steps" },
    body,
    h("div", { class: "row" }, back, begin, next),
  );
}
