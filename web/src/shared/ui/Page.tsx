import { ActionIcon, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { useT } from "../i18n/i18n";
import classes from "./Page.module.css";

/** What the shell adds to every page's header: the level ring and the bell. */
export const HeaderExtras = createContext<ReactNode>(null);

interface PageProps {
  title: string;
  /** Where the arrow leads; pages of the bottom bar have none. */
  back?: LinkProps["to"];
  actions?: ReactNode;
  /** The context column of 352 on a desktop; under the content on a phone. */
  aside?: ReactNode;
  /** Instead of the title's line: a scene that carries it. */
  scene?: (extras: ReactNode) => ReactNode;
  /** Reading width for forms; tables and charts take what there is. */
  width?: "text" | "full";
  children: ReactNode;
}

export function Page({ title, back, actions, aside, scene, width = "full", children }: PageProps) {
  const t = useT("common");
  const extras = useContext(HeaderExtras);
  useEffect(() => {
    document.title = `${title} · Ωmenigen`;
  }, [title]);
  return (
    <div className={classes.page} data-aside={aside ? true : undefined}>
      <main className={classes.main} id="content" tabIndex={-1}>
        {scene ? (
          scene(extras)
        ) : (
          <header className={classes.header} data-inner={back ? true : undefined}>
            {back && (
              <ActionIcon
                renderRoot={(props) => <Link to={back} {...props} />}
                aria-label={t("back")}
                className={classes.back}
              >
                <IconArrowLeft size={22} stroke={1.75} />
              </ActionIcon>
            )}
            <Title order={1} className={classes.title}>
              {title}
            </Title>
            {actions}
            <span className={classes.extras} data-with-aside={aside ? true : undefined}>
              {extras}
            </span>
          </header>
        )}
        <div className={classes.content} data-width={width}>
          {children}
        </div>
      </main>
      {aside && (
        <aside className={classes.aside} aria-label={t("aside")}>
          <div className={classes.asideHead}>{extras}</div>
          {aside}
        </aside>
      )}
    </div>
  );
}
