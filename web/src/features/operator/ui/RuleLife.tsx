import { Button } from "@mantine/core";
import { IconArchive, IconHistory, IconRocket } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "@/shared/api/errors";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Bar } from "@/shared/ui/Bar";
import { Confirm } from "@/shared/ui/Confirm";
import { Section } from "@/shared/ui/Section";
import { toast } from "@/shared/ui/toasts";
import { type Backfill, backfillQuery, changeRuleState, type Rule, startBackfill } from "../api";
import classes from "./RuleLife.module.css";

const STEPS = { publish: "live", retire: "retired" } as const;
type Step = keyof typeof STEPS | "backfill";

/** What may be done with a rule as it stands now, each asked about first. */
export function RuleLife({ rule }: { rule: Rule }) {
  const t = useT("operator");
  const formats = useFormats();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Step | null>(null);
  const change = useMutation(changeRuleState(queries, rule.code));
  const backfill = useMutation(startBackfill(queries, rule.code));
  const progress = useQuery(backfillQuery(rule.code));
  const running = progress.data?.state === "running";

  const said = {
    onSuccess: () => {
      if (asked) toast({ text: t(`rules.${asked}Done`), tone: "good" });
      setAsked(null);
    },
    onError: (error: unknown) => {
      toast({ text: errorText(error), tone: "bad" });
      setAsked(null);
    },
  };
  const go = () => {
    if (asked === "backfill") backfill.mutate(undefined, said);
    else if (asked) change.mutate(STEPS[asked], said);
  };

  return (
    <Section title={t("rules.life")}>
      <p className={classes.state} data-state={rule.state}>
        {t(`rules.states.${rule.state}`)}, {t("rules.version", { count: rule.version })}
      </p>
      <p className={classes.note}>{t("rules.changed", { when: formats.ago(rule.changed_at) })}</p>
      <div className={classes.acts}>
        {rule.state !== "live" && (
          <Button
            fullWidth
            onClick={() => setAsked("publish")}
            leftSection={<IconRocket size={20} stroke={1.75} aria-hidden="true" />}
          >
            {t("rules.publish")}
          </Button>
        )}
        {rule.state === "live" && (
          <>
            <Button
              fullWidth
              variant="default"
              disabled={running}
              onClick={() => setAsked("backfill")}
              leftSection={<IconHistory size={20} stroke={1.75} aria-hidden="true" />}
            >
              {t("rules.backfill")}
            </Button>
            <Button
              fullWidth
              variant="subtle"
              className={classes.retire}
              onClick={() => setAsked("retire")}
              leftSection={<IconArchive size={20} stroke={1.75} aria-hidden="true" />}
            >
              {t("rules.retire")}
            </Button>
          </>
        )}
      </div>
      {progress.data && <Progress backfill={progress.data} />}
      {asked && (
        <Confirm
          opened
          title={t(`rules.${asked}Heading`, { code: rule.code })}
          yes={t(`rules.${asked}Yes`)}
          no={t("rules.keep")}
          busy={change.isPending || backfill.isPending}
          onYes={go}
          onNo={() => setAsked(null)}
        >
          {t(`rules.${asked}Text`)}
        </Confirm>
      )}
    </Section>
  );
}

function Progress({ backfill }: { backfill: Backfill }) {
  const t = useT("operator");
  const formats = useFormats();
  const { judged, players, unlocked, points } = backfill;
  const words =
    backfill.state === "running"
      ? t("rules.backfilling", { done: formats.number(judged), total: formats.number(players) })
      : t("rules.backfilled", { count: judged });
  return (
    <div role="status" className={classes.progress}>
      <span>{words}</span>
      <Bar share={players > 0 ? judged / players : 1} label={words} />
      <span className={classes.note}>
        {t("rules.backfillGave", { unlocked: formats.number(unlocked), points: formats.number(points) })}
      </span>
    </div>
  );
}
