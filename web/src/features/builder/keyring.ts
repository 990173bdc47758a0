import { create } from "zustand";

/** Keys that were made or pasted in this tab, by game. Memory only: nothing of this is ever stored. */
const useRing = create<Readonly<Record<number, string>>>(() => ({}));

export function holdKey(game: number, key: string): void {
  useRing.setState({ [game]: key });
}

export function dropKey(game: number): void {
  useRing.setState({ [game]: "" });
}

export function useHeldKey(game: number): string {
  return useRing((ring) => ring[game] ?? "");
}
