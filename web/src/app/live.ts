import { accountsLive } from "@/features/accounts/live";
import { achievementsLive } from "@/features/achievements/live";
import { builderLive } from "@/features/builder/live";
import { noticesLive } from "@/features/notices/live";
import { statsLive } from "@/features/stats/live";
import type { LiveFeature } from "@/shared/live/handlers";

/** Every feature that listens to streams; the engine asks each of them, there is no central switch. */
export const liveFeatures: readonly LiveFeature[] = [
  accountsLive,
  achievementsLive,
  statsLive,
  noticesLive,
  builderLive,
];
