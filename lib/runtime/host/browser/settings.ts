/** Settings that the page gives its host before anything else runs. */
export interface BrowserSettings {
  /** In place of variables of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The address of the folder with TensorFlow.js's wasm modules. */
  readonly wasmFolder: string;
  /** Addresses of workers, by their modules below the root folder. */
  readonly workers: Readonly<Record<string, string>>;
}

let settings: BrowserSettings = { env: {}, wasmFolder: "", workers: {} };

export function configureBrowser(chosen: BrowserSettings): void {
  settings = chosen;
}

export const currentSettings = (): BrowserSettings => settings;
