import Dexie, { type EntityTable } from "dexie";
import type { PatchFrame } from "./frames";
import { judge, provenBy, type StreamBase } from "./reduce";

interface StreamRow {
  name: string;
  version: number;
}

interface EntityRow {
  stream: string;
  key: string;
  value: unknown;
  /** The stream's version at which this value is true. */
  version: number;
}

/** A command on its way; it leaves when the base shows what it made, or stands at the versions that its answer named. */
export interface OutboxRow {
  client_id: string;
  state: "queued" | "sending" | "accepted" | "failed";
  versions: Record<string, number>;
  body: unknown;
}

export interface Snapshot {
  epoch: string;
  streams: Record<string, StreamBase>;
}

/**
 * The device's copy of the streams. Every change of a stream is ONE transaction: its entities, its version, and the
 * outbox rows that the change proves. If it aborts, the version did not move and the server is simply asked again.
 */
export class Base {
  private readonly db: Dexie & {
    meta: EntityTable<{ name: string; value: string }, "name">;
    streams: EntityTable<StreamRow, "name">;
    entities: Dexie.Table<EntityRow, [string, string]>;
    outbox: EntityTable<OutboxRow, "client_id">;
  };

  constructor(name = "omenigen-live") {
    this.db = new Dexie(name) as Base["db"];
    this.db.version(1).stores({ meta: "name", streams: "name", entities: "[stream+key], stream", outbox: "client_id" });
  }

  async epoch(): Promise<string | null> {
    return (await this.db.meta.get("epoch"))?.value ?? null;
  }

  /** Stream → version, of everything held. */
  async versions(): Promise<Map<string, number>> {
    return new Map((await this.db.streams.toArray()).map((row) => [row.name, row.version]));
  }

  async read(stream: string): Promise<StreamBase | null> {
    return this.db.transaction("r", [this.db.streams, this.db.entities], async () => {
      const row = await this.db.streams.get(stream);
      if (!row) return null;
      const entities = await this.db.entities.where({ stream }).toArray();
      return {
        version: row.version,
        entities: Object.fromEntries(entities.map((entity) => [entity.key, entity.value])),
      };
    });
  }

  /** Apply a frame by the gap rule. The version is read inside the transaction: two tabs cannot disagree about it. */
  async apply(frame: PatchFrame): Promise<"apply" | "drop" | "gap"> {
    const { meta, streams, entities, outbox } = this.db;
    return this.db.transaction("rw", [meta, streams, entities, outbox], async () => {
      const mine = (await streams.get(frame.stream))?.version ?? null;
      const verdict = judge(mine, frame);
      if (verdict !== "apply") return verdict;
      const put = frame.put ?? {};
      await entities.bulkPut(
        Object.entries(put).map(([key, value]) => ({ stream: frame.stream, key, value, version: frame.to })),
      );
      await entities.bulkDelete((frame.drop ?? []).map((key) => [frame.stream, key]));
      await streams.put({ name: frame.stream, version: frame.to });
      await this.settle(provenBy(put));
      return verdict;
    });
  }

  /** Take fresh copies of streams; what they do not name is not there any more. */
  async replace(snapshot: Snapshot): Promise<void> {
    const { meta, streams, entities, outbox } = this.db;
    await this.db.transaction("rw", [meta, streams, entities, outbox], async () => {
      await meta.put({ name: "epoch", value: snapshot.epoch });
      for (const [name, fresh] of Object.entries(snapshot.streams)) {
        await entities.where({ stream: name }).delete();
        await entities.bulkPut(
          Object.entries(fresh.entities).map(([key, value]) => ({ stream: name, key, value, version: fresh.version })),
        );
        await streams.put({ name, version: fresh.version });
        await this.settle(provenBy(fresh.entities));
      }
    });
  }

  async wipe(stream: string): Promise<void> {
    const { streams, entities, outbox } = this.db;
    await this.db.transaction("rw", [streams, entities, outbox], async () => {
      await entities.where({ stream }).delete();
      await streams.delete(stream);
      await this.settle([]);
    });
  }

  /** Another life of the server: all copies go, the outbox stays and is sent again. */
  async begin(epoch: string): Promise<void> {
    const { meta, streams, entities, outbox } = this.db;
    await this.db.transaction("rw", [meta, streams, entities, outbox], async () => {
      await Promise.all([entities.clear(), streams.clear(), meta.put({ name: "epoch", value: epoch })]);
      await outbox.filter((row) => row.state === "accepted").modify({ state: "queued", versions: {} });
    });
  }

  async queue(row: OutboxRow): Promise<void> {
    await this.db.outbox.put(row);
  }

  async waiting(): Promise<OutboxRow[]> {
    return this.db.outbox.toArray();
  }

  /** An answer came: the row stays until the base has reached the versions that it named. It moves no cursor. */
  async accept(clientId: string, versions: Record<string, number>): Promise<void> {
    await this.db.transaction("rw", [this.db.outbox, this.db.streams], async () => {
      await this.db.outbox.update(clientId, { state: "accepted", versions });
      await this.settle([]);
    });
  }

  async destroy(): Promise<void> {
    await this.db.delete();
  }

  private async settle(proven: readonly string[]): Promise<void> {
    await this.db.outbox.bulkDelete([...proven]);
    const accepted = await this.db.outbox.filter((row) => row.state === "accepted").toArray();
    for (const row of accepted) {
      const here = await this.db.streams.bulkGet(Object.keys(row.versions));
      // A stream that is not held (left, or never followed) will never say it.
      const reached = Object.values(row.versions).every(
        (version, index) => version <= (here[index]?.version ?? version),
      );
      if (reached) await this.db.outbox.delete(row.client_id);
    }
  }
}
