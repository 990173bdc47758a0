import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Section } from "@/shared/ui/Section";
import { StatTile, StatTiles } from "@/shared/ui/StatTile";
import type { Tried } from "../api";
import classes from "./DryRunResult.module.css";
import { useAmounts } from "./useAmounts";

/** Who would earn a rule right now, what that would cost, and twenty of them by id. */
export function DryRunResult({ tried }: { tried: Tried }) {
  const t = useT("operator");
  const formats = useFormats();
  const amounts = useAmounts();
  return (
    <Section title={t("dry.heading")} extra={t("dry.took", { time: amounts.span(tried.seconds) })}>
      <div role="status">
        <StatTiles>
          <StatTile value={formats.number(tried.players)} label={t("dry.players", { count: tried.players })} />
          <StatTile value={formats.number(tried.points)} label={t("dry.points", { count: tried.points })} />
          <StatTile value={formats.number(tried.looked_at)} label={t("dry.lookedAt")} />
        </StatTiles>
        {tried.players === 0 && <p className={classes.none}>{t("dry.none")}</p>}
      </div>
      {tried.examples.length > 0 && (
        <>
          <h3 className={classes.subtitle}>{t("dry.examples")}</h3>
          <ul className={classes.examples}>
            {tried.examples.map((one) => (
              <li key={`${one.user_id}-${one.tier}`}>
                {t("dry.player", { id: one.user_id })}
                <span className={classes.note}>
                  {t("dry.tier", { count: one.tier })}, +{formats.number(one.points)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}
