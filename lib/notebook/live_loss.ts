import { type Figure, lines } from "../figures/mod.ts";
import { figureForms, figureStill } from "./figure_forms.ts";
import { interruptSignal } from "./interrupt.ts";
import { type Bundle, currentOutput, type Output } from "./output.ts";
import { progress, type ProgressOptions } from "./progress.ts";

/** A bar and the curve of a loss under the cell, drawn in place while training runs. */
export interface LiveLoss {
  /** Adds the loss of a step; drawn at most once a second. */
  update(step: number, loss: number): Promise<void>;
  /** Draws the whole curve, for good; the pointer then shows its values. */
  finish(): Promise<void>;
  /** Aborts when the interrupt button is pressed. Given to a training, it stops after its step, with its state saved. */
  readonly signal: AbortSignal;
}

export interface LiveLossOptions extends ProgressOptions {
  /** Label of the y axis; default "loss". */
  readonly y?: string;
}

const REDRAW_MS = 1000;
/** Points of the curve: each is the mean of the steps around it, which a curve of single batches would hide. */
const POINTS = 120;

/**
 * Starts the curve of a training of `steps` steps. Used as `progress` is:
 *
 * ```ts ignore
 * const curve = liveLoss("Pretraining", steps);
 * await train({ ..., directory, signal: curve.signal, onStep: ({ step, loss }) => curve.update(step, loss) });
 * await curve.finish();
 * ```
 */
export function liveLoss(title: string, steps: number, options: LiveLossOptions = {}): LiveLoss {
  const { y = "loss", output = currentOutput(), ...rest } = options;
  const losses: Loss[] = [];
  let finished = false;
  const withCurve: Output = {
    rich: output.rich,
    async display(bundle, place) {
      if (!output.rich || losses.length < 2) return output.display(bundle, place);
      const figure = lossCurve(losses, { title, y });
      await output.display(
        finished ? await finalBundle(bundle, figure) : await liveBundle(bundle, figure),
        place,
      );
    },
  };
  const bar = progress(title, steps, { ...rest, output: withCurve, redrawMs: REDRAW_MS });
  return {
    signal: interruptSignal(),
    update(step, loss) {
      losses.push({ step, loss });
      return bar.update(step, `loss ${loss.toPrecision(3)}`);
    },
    finish() {
      finished = true;
      return bar.finish();
    },
  };
}

/** While it grows, a picture is enough, and nothing of it has to be loaded. */
async function liveBundle(bundle: Bundle, figure: Figure): Promise<Bundle> {
  return { ...bundle, "text/html": `${bundle["text/html"]}${await figureStill(figure)}` };
}

async function finalBundle(bundle: Bundle, figure: Figure): Promise<Bundle> {
  const forms = await figureForms(figure);
  return { ...bundle, ...forms, "text/html": `${bundle["text/html"]}${forms["text/html"]}` };
}

interface Loss {
  readonly step: number;
  readonly loss: number;
}

/** The loss over the steps, each point the mean of a stretch of them. */
function lossCurve(losses: readonly Loss[], { title, y }: { title: string; y: string }): Figure {
  const width = Math.ceil(losses.length / POINTS);
  const parts = Array.from(
    { length: Math.ceil(losses.length / width) },
    (_, k) => losses.slice(k * width, (k + 1) * width),
  );
  const mean = (part: readonly Loss[], of: keyof Loss) =>
    part.reduce((sum, row) => sum + row[of], 0) / part.length;
  const [xs, ys] = (["step", "loss"] as const).map((of) => parts.map((part) => mean(part, of)));
  const subtitle = width > 1 ? `each point is the mean of ${width} steps` : "each point is a step";
  const series = [{ name: y, x: xs, y: ys, dots: false }];
  return lines({ title, subtitle, series, x: "optimiser steps", y, height: 320 });
}
