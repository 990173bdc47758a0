import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import type { QueryClient } from "@tanstack/react-query";
import {
  type PersistQueryClientOptions,
  persistQueryClientRestore,
  persistQueryClientSubscribe,
} from "@tanstack/react-query-persist-client";
import { onGoodbye } from "@/shared/api/goodbye";
import { mayBeSignedIn } from "@/shared/api/session";

const DATABASE = "omenigen-reads";
const STORE = "saved";
const WEEK_MS = 7 * 24 * 3_600_000;
/** Raise it when the shape of a cached answer changes. */
const SHAPE = "1";
const THROTTLE_MS = 1_000;

/** One IndexedDB store of texts. It is read before the first paint, so it does without a library. */
class Shelf {
  private opened: Promise<IDBDatabase> | null = null;
  private gone = false;

  async ask<T>(mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const db = await this.open();
    return answer(what(db.transaction(STORE, mode).objectStore(STORE)));
  }

  /** A write that waited for its second must not bring back what was wiped meanwhile. */
  async keep(key: string, value: string): Promise<void> {
    if (!this.gone) await this.ask("readwrite", (store) => store.put(value, key));
  }

  async destroy(): Promise<void> {
    this.gone = true;
    if (this.opened) (await this.opened).close();
    this.opened = null;
    await answer(indexedDB.deleteDatabase(DATABASE));
  }

  private open(): Promise<IDBDatabase> {
    if (!this.opened) {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      this.opened = answer(request).then((db) => {
        // Another tab signs out and deletes the database: let it.
        db.onversionchange = () => db.close();
        return db;
      });
    }
    return this.opened;
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Reads survive a reload and a week without a network, in IndexedDB. Resolves when the saved ones are back. */
export async function keepReads(queries: QueryClient): Promise<void> {
  const shelf = new Shelf();
  const persister = createAsyncStoragePersister({
    key: "queries",
    throttleTime: THROTTLE_MS,
    storage: {
      getItem: (key) => shelf.ask("readonly", (store) => store.get(key)),
      setItem: (key, value) => shelf.keep(key, value),
      removeItem: (key) => shelf.ask("readwrite", (store) => store.delete(key)),
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
      // Saved a moment before the page was left, or a week ago: shown at once, and asked for anew.
      await queries.invalidateQueries({ refetchType: "none" });
    } catch {
      // A private window without IndexedDB, or an unreadable copy: the network answers instead.
      return;
    }
  }
  const stop = persistQueryClientSubscribe(options);
  onGoodbye(async () => {
    stop();
    queries.clear();
    await shelf.destroy();
  });
}
