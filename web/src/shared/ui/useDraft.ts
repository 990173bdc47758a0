import { useEffect, useRef } from "react";
import { onGoodbye } from "../api/goodbye";

const PREFIX = "om-draft-";

onGoodbye(() => {
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX)))
    sessionStorage.removeItem(key);
});

/** What was typed into a form before a reload or a crash; never pass passwords. */
export function readDraft<T extends object>(name: string, empty: T): T {
  try {
    return { ...empty, ...(JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "{}") as Partial<T>) };
  } catch {
    return empty;
  }
}

export function dropDraft(name: string): void {
  sessionStorage.removeItem(PREFIX + name);
}

/** Keep the values of a form while the tab lives. */
export function useDraft(name: string, values: object): void {
  const text = JSON.stringify(values);
  const first = useRef(text);
  useEffect(() => {
    if (text !== first.current) sessionStorage.setItem(PREFIX + name, text);
  }, [name, text]);
}
