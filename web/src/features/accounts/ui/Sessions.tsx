import { ActionIcon, Button } from "@mantine/core";
import { IconDeviceLaptop, IconDeviceMobile, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { components } from "@/shared/api/schema";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { FormError } from "@/shared/ui/FormError";
import { Row, Rows } from "@/shared/ui/Rows";
import { Sheet } from "@/shared/ui/Sheet";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { toast } from "@/shared/ui/toasts";
import { sessionsQuery, useEndAllSessions, useEndSession } from "../api";
import classes from "./me.module.css";

type Session = components["schemas"]["Session"];

/** Where this account is signed in: device, when it was here last, when and from which address it came in; one or all can be ended. */
export function Sessions({ onGone }: { onGone: () => void }) {
  const t = useT("accounts");
  const sessions = useQuery(sessionsQuery);
  const [asking, setAsking] = useState(false);
  const endAll = useEndAllSessions();
  return (
    <>
      <Await query={sessions} skeleton={<RowsSkeleton count={3} height={72} />} small={false}>
        {({ items }) => (
          <Rows>
            {items.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </Rows>
        )}
      </Await>
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => setAsking(true)}>
          {t("sessions.endAll")}
        </Button>
      </div>
      <Sheet opened={asking} onClose={() => setAsking(false)} title={t("sessions.endAllTitle")}>
        <div className={classes.form}>
          <p className={classes.about}>{t("sessions.endAllText")}</p>
          <FormError error={endAll.error} />
          <Button
            color="red"
            loading={endAll.isPending}
            onClick={() => endAll.mutate(undefined, { onSuccess: onGone })}
          >
            {t("sessions.endAllYes")}
          </Button>
        </div>
      </Sheet>
    </>
  );
}

function SessionRow({ session }: { session: Session }) {
  const t = useT("accounts");
  const formats = useFormats();
  const end = useEndSession();
  const isPhone = /iphone|android|phone/i.test(session.device);
  const Icon = isPhone ? IconDeviceMobile : IconDeviceLaptop;
  const finish = () =>
    end.mutate(session.id, {
      onSuccess: () => toast({ text: t("sessions.ended", { device: session.device }), tone: "good" }),
    });
  return (
    <Row
      lead={<Icon size={24} stroke={1.75} />}
      title={session.device}
      note={
        <>
          {session.current ? (
            <span className={classes.good}>{t("sessions.current")}</span>
          ) : (
            t("sessions.seen", { ago: formats.ago(session.last_seen_at) })
          )}
          <br />
          {t("sessions.since", { date: formats.dateTime(session.created_at), ip: session.ip })}
        </>
      }
      end={
        !session.current && (
          <ActionIcon
            aria-label={t("sessions.end", { device: session.device })}
            loading={end.isPending}
            onClick={finish}
          >
            <IconX size={22} stroke={1.75} />
          </ActionIcon>
        )
      }
    />
  );
}
