import type { QueryClient } from "@tanstack/react-query";
import { type Me, meQuery } from "@/features/accounts/api";
import { goodbye } from "@/shared/api/goodbye";
import { startLive, stopLive } from "@/shared/live/live";
import { offerUpdate } from "./pwa";
import type { makeRouter } from "./router";

type Router = ReturnType<typeof makeRouter>;

/** Live updates run while somebody is signed in; when the session ends elsewhere, this tab goes to the door too. */
export function watchSession(queries: QueryClient, router: Router): void {
  let here: Me["id"] | null = null;

  const leave = async () => {
    here = null;
    stopLive();
    await goodbye();
    const isOpen = router.state.matches.some((match) => match.staticData.open);
    if (!isOpen) window.location.assign("/sign-in");
  };

  const begin = async (id: Me["id"]) => {
    // What the features do with patches is not needed to paint the first page.
    const { liveFeatures } = await import("./live");
    if (here === id)
      startLive({ queries, features: liveFeatures, onSignedOut: () => void leave(), onUpdate: offerUpdate });
  };

  const look = () => {
    const me = queries.getQueryData(meQuery.queryKey);
    if (me === undefined || (me?.id ?? null) === here) return;
    if (me === null) return void leave();
    here = me.id;
    void begin(me.id);
  };

  queries.getQueryCache().subscribe(look);
  look();
}
