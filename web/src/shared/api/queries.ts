import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";

/** One client for the app; reads survive a week offline (see app/persist.ts). */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 7 * 24 * 3_600_000,
        networkMode: "offlineFirst",
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.status >= 500,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
