/** The search field of every page: looks through the index that lies beside it, with no server. */
(() => {
  const field = document.querySelector('input[type="search"]');
  const status = document.querySelector("search [role=status]");
  const found = document.querySelector(".found");

  const load = (src) =>
    new Promise((onload, onerror) =>
      document.head.append(Object.assign(document.createElement("script"), { src, onload, onerror }))
    );
  let loading; // with the first letter, since few readers search
  const index = () =>
    loading ??= load("assets/minisearch.js").then(() => load("assets/search_index.js")).then(() =>
      globalThis.MiniSearch.loadJS(globalThis.kcellfmSearch.index, globalThis.kcellfmSearch.options)
    );

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  /** Some words around the longest term that was found, which is marked. */
  function excerpt({ text, terms }) {
    const lower = text.toLowerCase();
    const term = terms.filter((it) => lower.includes(it)).sort((a, b) => b.length - a.length)[0] ?? "";
    const at = lower.indexOf(term), from = text.lastIndexOf(" ", Math.max(0, at - 50)) + 1;
    const end = at + term.length;
    return [
      text.slice(from, at),
      element("mark", {}, text.slice(at, end)),
      text.slice(end, end + 90).replace(/\S*$/, "…"),
    ];
  }

  const item = (hit) =>
    element(
      "li",
      {},
      element("a", { href: hit.href }, element("b", {}, hit.title), ` · ${hit.chapter}`),
      element("p", {}, ...excerpt(hit)),
    );

  const SEARCH = {
    combineWith: "AND",
    prefix: (term) => term.length > 2,
    fuzzy: (term) => term.length > 4 ? 0.15 : false,
    boost: { title: 4, chapter: 2 },
  };
  async function search() {
    const query = field.value.trim();
    const hits = query.length < 2 ? [] : (await index()).search(query, SEARCH);
    if (query !== field.value.trim()) return; // typed on while the index was loading
    status.textContent = query.length < 2 ? "" : `${hits.length || "no"} places`;
    found.replaceChildren(...hits.slice(0, 12).map(item));
  }
  field.addEventListener("input", search);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input")) return;
    event.preventDefault();
    field.focus();
  });
})();
