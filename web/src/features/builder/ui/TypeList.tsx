import { Button, UnstyledButton } from "@mantine/core";
import { IconBolt, IconChevronRight, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { language, useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Empty } from "@/shared/ui/Empty";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { type EventType, type Game, typesQuery } from "../api";
import { TypeEditor } from "./TypeEditor";
import classes from "./TypeList.module.css";

/** Event types that a game may send: its own ones open in the editor, the common ones are shown for reading. */
export function TypeList({ game }: { game: Game }) {
  const t = useT("builder");
  const types = useQuery(typesQuery(game.id));
  const [edited, setEdited] = useState<EventType | "new" | null>(null);
  const add = (
    <Button onClick={() => setEdited("new")} leftSection={<IconPlus size={20} aria-hidden="true" />}>
      {t("types.new")}
    </Button>
  );
  return (
    <Section title={t("types.heading")}>
      <Await query={types} skeleton={<RowsSkeleton count={4} />}>
        {(found) => {
          const own = found.filter((type) => type.own);
          const common = found.filter((type) => !type.own);
          return (
            <>
              {own.length === 0 ? (
                <Empty title={t("types.emptyTitle")} action={add}>
                  {t("types.empty")}
                </Empty>
              ) : (
                <>
                  <ul className={classes.list} aria-label={t("types.own")}>
                    {own.map((type) => (
                      <li key={type.code}>
                        <UnstyledButton className={classes.row} onClick={() => setEdited(type)}>
                          <TypeWords type={type} />
                          <IconChevronRight size={20} stroke={1.75} className={classes.icon} aria-hidden="true" />
                        </UnstyledButton>
                      </li>
                    ))}
                  </ul>
                  <div className={classes.add}>{add}</div>
                </>
              )}
              {common.length > 0 && (
                <details className={classes.common} open={own.length === 0}>
                  <summary>{t("types.common")}</summary>
                  <ul className={classes.list}>
                    {common.map((type) => (
                      <li key={type.code} className={classes.row}>
                        <TypeWords type={type} />
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </>
          );
        }}
      </Await>
      {edited && (
        <TypeEditor
          key={edited === "new" ? "new" : edited.code}
          game={game}
          type={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </Section>
  );
}

function TypeWords({ type }: { type: EventType }) {
  const t = useT("builder");
  const notes = [
    t("types.points", { count: type.points }),
    type.per_hour ? t("types.perHour", { count: type.per_hour }) : null,
    type.amount_max > 1 ? t("types.amountMax", { count: type.amount_max }) : null,
    type.client_allowed ? t("types.client") : null,
    type.schema ? t("types.schema") : null,
  ].filter(Boolean);
  return (
    <>
      <IconBolt size={22} stroke={1.75} className={classes.icon} aria-hidden="true" />
      <span className={classes.words}>
        <span>
          {type.name[language()]} <code className={classes.code}>{type.code}</code>
        </span>
        <span className={classes.note}>{notes.join(" · ")}</span>
      </span>
    </>
  );
}
