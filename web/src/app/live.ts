import type { LiveFeature } from "@/shared/live/handlers";

/** Every feature that listens to streams; the engine asks each of them, there is no central switch. */
export const liveFeatures: readonly LiveFeature[] = [];
