import { useRouter } from "@tanstack/react-router";
import { ErrorState } from "@/shared/ui/ErrorState";

/** What a page shows when it could not even begin: most often no network and nothing saved yet. */
export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <main id="content">
      <ErrorState error={error} onRetry={again} order={1} />
    </main>
  );
}
