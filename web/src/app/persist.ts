import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import type { QueryClient } from "@tanstack/react-query";
import {
  type PersistQueryClientOptions,
  persistQueryClientRestore,
  persistQueryClientSubscribe,
} from "@tanstack/react-query-persist-client";
import Dexie, { type EntityTable } from "dexie";
import { onGoodbye } from "@/shared/api/goodbye";
import { mayBeSignedIn } from "@/shared/api/session";

const DATABASE = "omenigen-reads";
const WEEK_MS = 7 * 24 * 3_600_000;
/** Raise it when the shape of a cached answer changes. */
const SHAPE = "1";
const THROTTLE_MS = 1_000;

/** Reads survive a reload and a week without a network, in IndexedDB. Resolves when the saved ones are back. */
export async function keepReads(queries: QueryClient): Promise<void> {
  const db = new Dexie(DATABASE) as Dexie & { saved: EntityTable<{ key: string; value: string }, "key"> };
  db.version(1).stores({ saved: "key" });
  const persister = createAsyncStoragePersister({
    key: "queries",
    throttleTime: THROTTLE_MS,
    storage: {
      getItem: async (key) => (await db.saved.get(key))?.value ?? null,
      setItem: async (key, value) => {
        await db.saved.put({ key, value });
      },
      removeItem: (key) => db.saved.delete(key),
    },
  });
  const options: PersistQueryClientOptions = {
    queryClient: queries,
    persister,
    maxAge: WEEK_MS,
    buster: SHAPE,
    dehydrateOptions: {
      // Nobody ("null") is not worth keeping, and what says gcTime 0 (codes, keys) must not touch the disk.
      shouldDehydrateQuery: (query) =>
        query.state.status === "success" && query.state.data !== null && query.gcTime > 0 && mayBeSignedIn(),
    },
  };
  if (mayBeSignedIn()) {
    try {
      await persistQueryClientRestore(options);
    } catch {
      // A private window without IndexedDB, or an unreadable copy: the network answers instead.
      return;
    }
  }
  const stop = persistQueryClientSubscribe(options);
  onGoodbye(async () => {
    stop();
    queries.clear();
    await db.delete();
  });
}
