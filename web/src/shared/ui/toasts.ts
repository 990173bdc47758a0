import { create } from "zustand";

export interface ToastBody {
  text: string;
  tone?: "plain" | "good" | "bad" | "spark";
  /** «Отменить», «Повторить»: one short verb. */
  action?: { label: string; run: () => void };
  /** Small drawing at the left, already rendered (a badge). */
  figure?: React.ReactNode;
  /** A toast with the same key replaces the one that waits or is shown, and its five seconds begin again. */
  key?: string;
}

interface Toasts {
  waiting: readonly (ToastBody & { id: number })[];
}

let lastId = 0;

export const useToasts = create<Toasts>(() => ({ waiting: [] }));

/** Say one thing at the lower edge for five seconds; several wait in line. */
export function toast(body: ToastBody): void {
  lastId += 1;
  const said = { ...body, id: lastId };
  useToasts.setState(({ waiting }) => {
    const same = body.key === undefined ? -1 : waiting.findIndex((one) => one.key === body.key);
    return { waiting: same < 0 ? [...waiting, said].slice(-5) : waiting.with(same, said) };
  });
}

export function dismissToast(id: number): void {
  useToasts.setState(({ waiting }) => ({ waiting: waiting.filter((one) => one.id !== id) }));
}
