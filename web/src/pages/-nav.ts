import {
  IconAward,
  IconCalendarCheck,
  IconChartBar,
  IconDeviceGamepad2,
  IconListNumbers,
  IconServerCog,
  IconUser,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import type { NavItem } from "@/shared/ui/Shell";

export type Role = "player" | "moderator" | "operator";

interface Place {
  to: string;
  /** Key under `nav` in the shared words. */
  word: string;
  icon: NavItem["icon"];
  /** Also in the bottom bar and the rail: five at most. */
  main?: boolean;
  role?: Role;
}

/** Every place that one can go to: the bar, the palette and Me are made from it. */
export const places: readonly Place[] = [
  { to: "/", word: "today", icon: IconCalendarCheck, main: true },
  { to: "/achievements", word: "achievements", icon: IconAward, main: true },
  { to: "/stats", word: "stats", icon: IconChartBar, main: true },
  { to: "/boards", word: "boards", icon: IconListNumbers, main: true },
  { to: "/me", word: "me", icon: IconUser, main: true },
  { to: "/builder", word: "builder", icon: IconDeviceGamepad2 },
  { to: "/operator", word: "operator", icon: IconServerCog, role: "operator" },
];

const ranks: Record<Role, number> = { player: 0, moderator: 1, operator: 2 };

export function mayOpen(place: Place, role: Role): boolean {
  return !place.role || ranks[role] >= ranks[place.role];
}

/** The list names routes as text; the router checks them when they are followed. */
export function linkTo(place: Place): LinkProps["to"] {
  return place.to as LinkProps["to"];
}
