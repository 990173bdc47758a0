import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { ApiError } from "@/shared/api/errors";
import type { components } from "@/shared/api/schema";
import { mayBeSignedIn } from "@/shared/api/session";

export type Me = components["schemas"]["Me"];

/** Who is here; null for nobody. Without the session's cookie the server is not even asked. */
export const meQuery = queryOptions<Me | null>({
  queryKey: ["me"],
  queryFn: async () => {
    if (!mayBeSignedIn()) return null;
    try {
      return await unwrap(api.GET("/api/v1/me"));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});
