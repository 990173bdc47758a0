import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { usePreferences } from "@/shared/ui/preferences";
import { resolver, theme } from "./theme";

export function Providers({ queries, children }: { queries: QueryClient; children: ReactNode }) {
  const scheme = usePreferences((preferences) => preferences.scheme);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolver}
      defaultColorScheme={scheme}
      forceColorScheme={scheme === "auto" ? undefined : scheme}
      colorSchemeManager={quiet}
    >
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}

/** The scheme lives in our own preferences; Mantine only follows. */
const quiet = {
  get: () => "auto" as const,
  set: () => {},
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => {},
};
