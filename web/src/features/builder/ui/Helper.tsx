import { IconAlertTriangle, IconCheck, IconClock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { type Game, type Intake, intakeQuery } from "../api";
import { groupRefusals, type Step, steps } from "../health";
import { Code } from "./Code";
import { Advice } from "./ExchangeView";
import classes from "./Helper.module.css";

const ICONS = { done: IconCheck, waiting: IconClock, wrong: IconAlertTriangle } as const;

/** "Nothing happens?": the road of an event with the step that is not taken, and every refusal with what to do. */
export function Helper({ game }: { game: Game }) {
  const t = useT("builder");
  const intake = useQuery(intakeQuery(game.id));
  return (
    <Section title={t("helper.heading")}>
      <Await query={intake} skeleton={<RowsSkeleton count={4} height={44} />}>
        {(data) => <Road game={game} intake={data} />}
      </Await>
    </Section>
  );
}

function Road({ game, intake }: { game: Game; intake: Intake }) {
  const t = useT("builder");
  const formats = useFormats();
  const road = steps({
    liveKeys: game.live_keys,
    accepted: intake.last_event_at ? Math.max(1, intake.events_last_hour) : 0,
    lastAcceptedAt: intake.last_event_at,
    refusals: intake.refused,
  });
  const stuck = road.find((step) => step.state !== "done");
  const groups = groupRefusals(intake.refused);
  return (
    <>
      <ol className={classes.steps}>
        {road.map((step) => (
          <StepRow key={step.id} step={step} next={step === stuck} />
        ))}
      </ol>
      <dl className={classes.rates}>
        <div>
          <dt>{t("helper.rates.minute")}</dt>
          <dd>{formats.number(intake.events_last_minute)}</dd>
        </div>
        <div>
          <dt>{t("helper.rates.hour")}</dt>
          <dd>{formats.number(intake.events_last_hour)}</dd>
        </div>
        <div>
          <dt>{t("helper.rates.lag")}</dt>
          <dd>{t("helper.seconds", { value: formats.number(Math.round(intake.lag_seconds * 10) / 10) })}</dd>
        </div>
      </dl>
      {groups.length > 0 && (
        <div>
          <h3 className={classes.subtitle}>{t("helper.refusals")}</h3>
          <ul className={classes.refusals}>
            {groups.map(({ code, count, last }) => (
              <li key={code}>
                <Code>{code}</Code>
                <span className={classes.note}>
                  {t("helper.times", { count })}, {t("helper.last", { when: formats.ago(last.at) })}
                </span>
                <span className={classes.advice}>
                  <Advice code={code} />
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function StepRow({ step, next }: { step: Step; next: boolean }) {
  const t = useT("builder");
  const Icon = ICONS[step.state];
  return (
    <li className={classes.step} data-state={step.state}>
      <Icon size={20} stroke={1.75} className={classes.icon} aria-hidden="true" />
      <div>
        <span>{t(`helper.steps.${step.id}.${step.state}`)}</span>
        {next && <span className={classes.note}>{t(`helper.next.${step.id}`)}</span>}
      </div>
    </li>
  );
}
