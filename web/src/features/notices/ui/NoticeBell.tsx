import { ActionIcon } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useT } from "@/shared/i18n/i18n";
import { noticesQuery } from "../api";
import { bellCount } from "../model";
import classes from "./NoticeBell.module.css";

/** The bell in every header; its counter follows the live stream. */
export function NoticeBell() {
  const t = useT("notices");
  const { data } = useInfiniteQuery(noticesQuery);
  const unread = data?.pages[0]?.unread ?? 0;
  const count = bellCount(unread);
  return (
    <ActionIcon
      renderRoot={(props) => <Link to="/notices" {...props} />}
      className={classes.bell}
      aria-label={unread > 0 ? t("bell.unread", { count: unread }) : t("bell.none")}
    >
      <IconBell size={22} stroke={1.75} aria-hidden="true" />
      {count && (
        <span className={classes.count} aria-hidden="true">
          {count}
        </span>
      )}
    </ActionIcon>
  );
}
