import { type LiveFeature, livePart } from "@/shared/live/handlers";
import { type Me, meQuery } from "./api";

/** A profile changed on one device is changed on all. */
export const accountsLive: LiveFeature = {
  parts: [
    livePart<Me | null>({
      stream: "user",
      keys: ["me"],
      query: () => meQuery.queryKey,
      apply: (me, patch) => (me === null ? me : ((patch.put.me as Me | undefined) ?? me)),
    }),
  ],
};
