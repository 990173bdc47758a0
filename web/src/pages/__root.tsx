import { useHotkeys } from "@mantine/hooks";
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet, redirect, useMatches } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { meQuery } from "@/features/accounts/api";
import { mayBeSignedIn } from "@/shared/api/session";
import { ensureWords, useT } from "@/shared/i18n/i18n";
import { useFollow } from "@/shared/live/live";
import { lazily } from "@/shared/ui/lazily";
import { HeaderExtras } from "@/shared/ui/Page";
import { Shell } from "@/shared/ui/Shell";
import { ToastArea } from "@/shared/ui/ToastArea";
import { Extras } from "./-extras";
import { linkTo, places } from "./-nav";
import { NotFound } from "./-not-found";

const Palette = lazily(
  () => import("./-palette"),
  (module) => module.Palette,
);

interface RouterContext {
  queries: QueryClient;
}

/** Pages that may be seen without an account say so: `staticData: { open: true }`. */
declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    open?: boolean;
  }
}

export const Route = createRootRouteWithContext<RouterContext>()({
  beforeLoad: async ({ context, location, matches }) => {
    // A page's words travel with it: the first part of an address is the name of its feature.
    await ensureWords(location.pathname.split("/")[1] ?? "");
    if (matches.some((match) => match.staticData.open)) return;
    const me = mayBeSignedIn() ? await context.queries.ensureQueryData(meQuery) : null;
    if (!me) throw redirect({ to: "/sign-in", search: { next: location.href === "/" ? undefined : location.href } });
  },
  component: Root,
  notFoundComponent: NotFound,
});

function Root() {
  const open = useMatches({ select: (matches) => matches.some((match) => match.staticData.open) });
  return (
    <>
      {open ? <Outlet /> : <Inside />}
      <ToastArea />
    </>
  );
}

function Inside() {
  const t = useT("common");
  const { data: me } = useQuery(meQuery);
  const [asked, setAsked] = useState(0);
  const ask = () => setAsked((times) => times + 1);
  useFollow(me ? `user.${me.id}` : null);
  useHotkeys([["mod+K", ask]], []);
  const items = places
    .filter((place) => place.main)
    .map((place) => ({ to: linkTo(place), label: t(`nav.${place.word}`), icon: place.icon }));
  return (
    <HeaderExtras value={me ? <Extras userId={me.id} /> : null}>
      <Shell items={items} onPalette={ask}>
        <Outlet />
      </Shell>
      {asked > 0 && (
        <Suspense>
          <Palette asked={asked} />
        </Suspense>
      )}
    </HeaderExtras>
  );
}
