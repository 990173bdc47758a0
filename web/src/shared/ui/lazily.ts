import { type ComponentType, lazy } from "react";

/** A component whose code comes when it is first shown; without a network it is waited for, and the page stays. */
export function lazily<M, P extends object>(load: () => Promise<M>, pick: (module: M) => ComponentType<P>) {
  return lazy(async () => ({ default: pick(await fetched(load)) }));
}

const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Load a module, again and again where the network fails; rejects when it is online and still cannot be had. */
export async function fetched<M>(load: () => Promise<M>): Promise<M> {
  let attempt = load;
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const pause = PAUSES_MS[tries];
      if (pause === undefined) throw error;
      if (navigator.onLine) await new Promise((resolve) => setTimeout(resolve, pause));
      else await new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));
      attempt = () => afresh<M>(error, tries + 1) ?? load();
    }
  }
}

/** Browsers remember that a module could not be fetched: the same file is asked for by another address. */
function afresh<M>(error: unknown, tries: number): Promise<M> | null {
  const address = error instanceof TypeError ? /https?:\S+\.js/.exec(error.message)?.[0] : undefined;
  return address ? import(/* @vite-ignore */ `${address}?again=${tries}`) : null;
}
