type Wipe = () => void | Promise<void>;

const wipes = new Set<Wipe>();

/** Register what must not outlive a session: caches, databases, drafts. */
export function onGoodbye(wipe: Wipe): void {
  wipes.add(wipe);
}

/** Wipe everything of the person who leaves; one failing wipe does not spare the others. */
export async function goodbye(): Promise<void> {
  await Promise.allSettled([...wipes].map(async (wipe) => wipe()));
}
