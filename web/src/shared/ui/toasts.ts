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

const LINE = 5;

/**
 * Say one thing at the lower edge for five seconds; several wait in line. What went well or badly (an answer to somebody's
 * doing, a congratulation) does not wait behind news: it goes first, and the other comes back after it.
 */
export function toast(body: ToastBody): void {
  lastId += 1;
  const said = { ...body, id: lastId };
  const answers = body.tone === "good" || body.tone === "bad";
  useToasts.setState(({ waiting }) => {
    const same = body.key === undefined ? -1 : waiting.findIndex((one) => one.key === body.key);
    if (same >= 0) return { waiting: waiting.with(same, said) };
    return { waiting: answers ? [said, ...waiting].slice(0, LINE) : [...waiting, said].slice(-LINE) };
  });
}

export function dismissToast(id: number): void {
  useToasts.setState(({ waiting }) => ({ waiting: waiting.filter((one) => one.id !== id) }));
}
