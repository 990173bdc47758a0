import { Anchor } from "@mantine/core";
import { IconBolt, IconDoorEnter, IconFlag3, IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Row, Rows } from "@/shared/ui/Rows";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { eventsQuery } from "../api";
import type { RecentEvent } from "../model";
import { eventTypeName } from "../names";
import classes from "./RecentEvents.module.css";

interface RecentEventsProps {
  userId: number;
  title?: string;
  count?: number;
}

/** What happened to the player lately, newest first, as it happens. */
export function RecentEvents({ userId, title, count = 10 }: RecentEventsProps) {
  const t = useT("achievements");
  const events = useQuery(eventsQuery(userId));
  return (
    <Section title={title ?? t("events.title")}>
      <Await
        query={events}
        skeleton={<RowsSkeleton count={Math.min(count, 5)} />}
        isEmpty={(list) => list.length === 0}
        empty={
          <p className={classes.empty}>
            {t("events.empty")}{" "}
            <Anchor renderRoot={(props) => <Link to="/builder" {...props} />}>{t("events.connect")}</Anchor>
          </p>
        }
      >
        {(list) => (
          <Rows>
            {list.slice(0, count).map((event) => (
              <EventRow key={event.id} event={event} />
            ))}
          </Rows>
        )}
      </Await>
    </Section>
  );
}

function EventRow({ event }: { event: RecentEvent }) {
  const t = useT("achievements");
  const formats = useFormats();
  const Icon = ICONS[event.event_type] ?? IconBolt;
  const name = eventTypeName(event.event_type);
  return (
    <Row
      lead={<Icon size={22} stroke={1.75} aria-hidden="true" />}
      title={event.amount > 1 ? t("events.times", { name, amount: formats.number(event.amount) }) : name}
      note={<time dateTime={event.at}>{formats.ago(event.at)}</time>}
      end={<span className={classes.points}>{t("events.points", { count: event.points })}</span>}
    />
  );
}

const ICONS: Record<string, typeof IconBolt> = {
  login: IconDoorEnter,
  complete_level: IconFlag3,
  find_secret: IconKey,
};
