/**
 * Twenty-six colours for categories, most different first. The first six are Okabe and Ito's (2008); the others
 * were chosen greedily so that the smallest OKLab distance to all earlier ones is largest under normal vision,
 * protanopia and deuteranopia (Machado et al. 2009), visible on white and on the dark page.
 */
export const PALETTE = [
  ...["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#74423f", "#64d8a4", "#727ef1"],
  ...["#aa337a", "#1f48ae", "#a34d16", "#89b27b", "#29d5e4", "#c4c36c", "#5e96d4", "#876655", "#892784"],
  ...["#c49fb0", "#4f69d7", "#e48135", "#a26b95", "#a21c10", "#2e5b5f", "#c5735c", "#a947a3"],
] as const;

/** Colour of everything outside the categories: unlabelled cells, context, reference lines. */
export const NEUTRAL = "#98a2b3";

/** The colour of the i-th category; beyond the palette it starts over (then symbols tell them apart). */
export const colorAt = (index: number): string => PALETTE[index % PALETTE.length];

/** One font for every figure, in the order in which common systems have it. */
export const FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif";

/** Low to high, readable in grey and by colour-blind eyes: viridis, from its nine published anchors. */
export const SEQUENTIAL: [number, string][] = [
  ...([[0, "#440154"], [0.125, "#472d7b"], [0.25, "#3b528b"], [0.375, "#2c728e"], [0.5, "#21918c"]] as const),
  ...([[0.625, "#28ae80"], [0.75, "#5ec962"], [0.875, "#addc30"], [1, "#fde725"]] as const),
].map(([at, color]) => [at, color]);

/** Shares from none to all: page colour to deep blue. */
export const SHARES: [number, string][] = [
  [0, "#f4f7fa"],
  [0.25, "#b5d4e9"],
  [0.5, "#5fa4d0"],
  [0.75, "#1f6fae"],
  [1, "#08306b"],
];

/** Around a middle: blue below, orange above. */
export const DIVERGING: [number, string][] = [
  [0, "#0b4f8a"],
  [0.25, "#6aa9d2"],
  [0.5, "#f4f4f2"],
  [0.75, "#eda55d"],
  [1, "#9c3d00"],
];

/** The colours of page, text and rules, by day and by night. */
export interface PageColors {
  readonly page: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly axis: string;
}

export const LIGHT: PageColors = {
  page: "#ffffff",
  text: "#1f2933",
  faint: "#52606d",
  grid: "#e8ecf0",
  axis: "#9aa5b1",
};

export const DARK: PageColors = {
  page: "#14181d",
  text: "#e4e9ee",
  faint: "#a7b3bf",
  grid: "#29313a",
  axis: "#55626f",
};

/** Style of the text that lies on points, for pages and pictures: an outline in the page's colour behind it. */
export const haloStyle = (page: string): string =>
  `.annotation-text{paint-order:stroke;stroke:${page};stroke-width:3.5px;stroke-linejoin:round}`;
