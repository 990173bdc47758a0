import { Button } from "@mantine/core";
import { IconAward, IconBell, IconDeviceLaptop, IconKey, IconLock, IconTrendingUp } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Egg } from "@/shared/ui/Egg";
import { Empty } from "@/shared/ui/Empty";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { noticesQuery, readUpTo } from "../api";
import { byDay, type Notice, newestUnread, targetOf } from "../model";
import { useUnreadOnArrival } from "../unread";
import classes from "./NoticeList.module.css";

/** Seen this long in the open tab, a notice counts as read. */
const READ_AFTER_MS = 1_500;

/** Everything that was told, by day; what is new is marked and counts as read once it was seen. */
export function NoticeList() {
  const t = useT("notices");
  const formats = useFormats();
  const notices = useInfiniteQuery(noticesQuery);
  const all = notices.data?.pages.flatMap((page) => page.items) ?? [];
  const fresh = useUnreadOnArrival(all);
  useReadOnView(newestUnread(all));

  if (notices.isPending) return <RowsSkeleton count={6} height={72} />;
  if (!notices.data) return <ErrorState error={notices.error} onRetry={() => notices.refetch()} />;
  if (all.length === 0) {
    return (
      <Empty
        title={t("empty.title")}
        figure={<Egg size={160} />}
        action={<Button renderRoot={(props) => <Link to="/achievements" {...props} />}>{t("empty.step")}</Button>}
      >
        {t("empty.text")}
      </Empty>
    );
  }
  return (
    <div className={classes.days}>
      {byDay(all).map(({ day, notices: of }) => (
        <Section key={day} title={dayTitle(day, t, formats.day)}>
          <ul className={classes.list}>
            {of.map((notice) => (
              <NoticeRow key={notice.id} notice={notice} isNew={fresh.has(notice.id)} />
            ))}
          </ul>
        </Section>
      ))}
      {notices.hasNextPage && (
        <Button variant="default" loading={notices.isFetchingNextPage} onClick={() => notices.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </div>
  );
}

function NoticeRow({ notice, isNew }: { notice: Notice; isNew: boolean }) {
  const t = useT("notices");
  const formats = useFormats();
  const target = targetOf(notice);
  const Icon = ICONS[notice.kind] ?? IconBell;
  const inside = (
    <>
      <Icon className={classes.icon} size={22} stroke={1.75} aria-hidden="true" />
      <span className={classes.words}>
        <span className={classes.title}>
          {notice.title}
          {isNew && <span className={classes.new}>{t("new")}</span>}
        </span>
        <span className={classes.text}>{notice.text}</span>
      </span>
      <time className={classes.time} dateTime={notice.at}>
        {formats.time(notice.at)}
      </time>
    </>
  );
  return (
    <li className={classes.notice} data-new={isNew || undefined}>
      {target ? (
        <Link to={target as "/"} className={classes.row}>
          {inside}
        </Link>
      ) : (
        <div className={classes.row}>{inside}</div>
      )}
    </li>
  );
}

/** Read what is on the page once somebody looks at it; a failure is tried again with the next notice or visit. */
function useReadOnView(upTo: number | null): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (upTo === null) return;
    const timer = setTimeout(() => {
      if (document.visibilityState === "visible") readUpTo(queries, upTo).catch(() => {});
    }, READ_AFTER_MS);
    return () => clearTimeout(timer);
  }, [queries, upTo]);
}

function dayTitle(day: string, t: ReturnType<typeof useT>, format: (day: string) => string): string {
  const now = new Date();
  const at = new Date(`${day}T12:00:00`);
  if (at.toDateString() === now.toDateString()) return t("today");
  now.setDate(now.getDate() - 1);
  return at.toDateString() === now.toDateString() ? t("yesterday") : format(`${day}T12:00:00`);
}

const ICONS: Record<string, typeof IconBell> = {
  achievement_unlocked: IconAward,
  level_reached: IconTrendingUp,
  new_device: IconDeviceLaptop,
  password_changed: IconLock,
  key_issued: IconKey,
};
