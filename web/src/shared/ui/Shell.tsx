import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCloudOff, IconSearch } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ComponentType, ReactNode } from "react";
import { useT } from "../i18n/i18n";
import { useConnection, useOnline } from "../live/online";
import classes from "./Shell.module.css";

export interface NavItem {
  to: LinkProps["to"];
  label: string;
  icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  /** Unread, shown as a counter and read out. */
  count?: number;
}

interface ShellProps {
  /** At most five. */
  items: readonly NavItem[];
  onPalette: () => void;
  children: ReactNode;
}

/** Bottom bar on phones, an 80 px rail on a desktop (never both in the document), the offline strip, the page. */
export function Shell({ items, onPalette, children }: ShellProps) {
  const t = useT("common");
  const roomy = useMediaQuery("(min-width: 60em)", undefined, { getInitialValueInEffect: false }) ?? false;
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t("skipToContent")}
      </a>
      {roomy && (
        <nav className={classes.rail} aria-label={t("navigation")}>
          <span className={classes.logo} aria-hidden="true">
            Ω
          </span>
          {items.map((item) => (
            <NavLink key={item.to} item={item} />
          ))}
          <UnstyledButton className={classes.search} onClick={onPalette} aria-label={t("palette.open")}>
            <IconSearch size={22} stroke={1.75} />
            <span aria-hidden="true">{/mac/i.test(navigator.userAgent) ? "⌘ K" : "Ctrl K"}</span>
          </UnstyledButton>
        </nav>
      )}
      <div className={classes.column}>
        <ConnectionStrip />
        {children}
      </div>
      {!roomy && (
        <nav className={classes.tabs} aria-label={t("navigation")}>
          {items.map((item) => (
            <NavLink key={item.to} item={item} />
          ))}
        </nav>
      )}
    </div>
  );
}

function NavLink({ item }: { item: NavItem }) {
  const t = useT("common");
  const Icon = item.icon;
  return (
    <Link
      to={item.to}
      className={classes.link}
      activeOptions={{ exact: item.to === "/" }}
      activeProps={{ "data-active": true }}
    >
      <Icon size={22} stroke={1.75} />
      <span>{item.label}</span>
      {item.count ? (
        <>
          <span className={classes.count} aria-hidden="true">
            {item.count > 99 ? "99" : item.count}
          </span>
          <VisuallyHidden>{t("unread", { count: item.count })}</VisuallyHidden>
        </>
      ) : null}
    </Link>
  );
}

/** Quiet while all is well; amber with an icon and words when the network or the server is away. */
function ConnectionStrip() {
  const t = useT("common");
  const state = useOnline();
  const socket = useConnection((connection) => connection.socket);
  return (
    <div role="status" data-socket={socket}>
      {state !== "fine" && (
        <div className={classes.strip}>
          <IconCloudOff size={18} stroke={1.75} aria-hidden="true" />
          {t(`connection.${state}`)}
        </div>
      )}
    </div>
  );
}
