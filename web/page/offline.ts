const TRIED = "kcellfm reloaded";

/**
 * Registers the service worker, which keeps the page for use without a network. Where the server does not isolate the page
 * it does so itself, which takes one reload: only while `mayReload` says that nothing has been begun.
 */
export async function keepOffline(base: string, mayReload: () => boolean): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(`${base}service_worker.js`, { scope: base });
    await navigator.serviceWorker.ready;
    if (crossOriginIsolated || sessionStorage.getItem(TRIED) || !mayReload()) return;
    sessionStorage.setItem(TRIED, "yes");
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true })
      );
    }
    if (mayReload()) location.reload();
  } catch (error) {
    console.warn("The page works, but not without a network:", error); // private windows refuse service workers
  }
}
