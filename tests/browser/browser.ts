import { fileURLToPath } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** No sandbox, since containers seldom allow one; nothing that would call home; WebGL without a graphics card. */
const ARGS = (
  "--no-sandbox --disable-gpu --enable-unsafe-swiftshader --disable-quic --no-first-run " +
  "--disable-background-networking --disable-component-update --disable-sync"
).split(" ");
const IN_PAGE = fileURLToPath(new URL("in_page.js", import.meta.url));

export type Scheme = "light" | "dark";

/** Starts a headless browser, closed whatever happens. */
export async function withBrowser<T>(path: string, use: (browser: Browser) => Promise<T>): Promise<T> {
  // playwright looks, when it is loaded, for a file of WSL that Deno shows to nobody, unless this is set
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: path, args: ARGS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** What a page may take to load or to answer: machines of CI are slow, and two pages load at once. */
const PATIENCE_MS = 120_000;

/** What a page did that it should not have done. */
export interface Watched {
  readonly page: Page;
  /** Errors of its console, and of scripts that broke. */
  readonly errors: string[];
  /** Requests that left this machine; none of them was answered. */
  readonly requests: string[];
}

/** A page that sees no network but what `allowed` lets through, and on which `kcellfmInspect` answers. */
export async function watchedPage(
  context: BrowserContext,
  allowed: (url: URL) => boolean,
): Promise<Watched> {
  const errors: string[] = [], requests: string[] = [];
  await context.addInitScript({ path: IN_PAGE });
  await context.route((url) => !allowed(url), (route) => {
    requests.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => void errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return { page, errors, requests };
}

/** One figure as the page shows it. */
export interface FigureState {
  readonly title: string;
  readonly drawn: boolean;
  readonly width: number;
  readonly height: number;
  readonly marks: number;
}

/** Pixels below which a figure cannot be read. */
const LEAST = 100;

/** What is wrong with a figure, in words; null when it is drawn, has a size and marks inside. */
export function figureProblem({ title, drawn, width, height, marks }: FigureState): string | null {
  if (!drawn) return `figure "${title}" was not drawn`;
  if (width < LEAST || height < LEAST) return `figure "${title}" is ${width} x ${height} pixels`;
  return marks > 0 ? null : `figure "${title}" has no marks`;
}

/** The rules of accessibility that the open page breaks seriously, contrast among them. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>("kcellfmInspect.serious()");
}
