export * from "./header.ts";
export { interruptSignal } from "./interrupt.ts";
export * from "./live_loss.ts";
export { type Bundle, currentOutput, type Output } from "./output.ts";
export * from "./progress.ts";
export * from "./settings.ts";
export { show, type Showable } from "./show.ts";
export { type Frame, frameHtml, type TableOptions } from "./table.ts";
