import { Button, TextInput } from "@mantine/core";
import { IconChevronRight, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { language, useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Chip } from "@/shared/ui/Chip";
import { Empty } from "@/shared/ui/Empty";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { type Rule, rulesQuery } from "../api";
import { findRules, RULE_FILTERS, type RuleFilter } from "../rules";
import classes from "./Rules.module.css";

/** Every achievement's rule with its state; each opens in the editor. */
export function Rules() {
  const t = useT("operator");
  const rules = useQuery(rulesQuery);
  const [filter, setFilter] = useState<RuleFilter>("all");
  const [words, setWords] = useState("");
  const add = (
    <Button
      renderRoot={(props) => <Link to="/operator/rules/$code" params={{ code: "new" }} {...props} />}
      leftSection={<IconPlus size={20} aria-hidden="true" />}
    >
      {t("rules.new")}
    </Button>
  );
  return (
    <Await
      query={rules}
      skeleton={<RowsSkeleton count={8} height={72} lead={0} />}
      isEmpty={(found) => found.length === 0}
      empty={
        <Empty title={t("rules.emptyTitle")} action={add}>
          {t("rules.empty")}
        </Empty>
      }
      small={false}
    >
      {(found) => {
        const shown = findRules(found, filter, words);
        return (
          <>
            <div className={classes.tools}>
              <TextInput
                type="search"
                label={t("rules.search")}
                value={words}
                leftSection={<IconSearch size={20} stroke={1.75} aria-hidden="true" />}
                onChange={(event) => setWords(event.currentTarget.value)}
                className={classes.search}
              />
              {add}
            </div>
            <fieldset className={classes.filters} aria-label={t("rules.filter.label")}>
              {RULE_FILTERS.map((one) => (
                <Chip key={one} chosen={filter === one} onClick={() => setFilter(one)}>
                  {t(`rules.filter.${one}`)}
                </Chip>
              ))}
            </fieldset>
            {shown.length === 0 && <p className={classes.none}>{t("rules.none")}</p>}
            <ul className={classes.list}>
              {shown.map((rule) => (
                <li key={rule.code}>
                  <RuleRow rule={rule} />
                </li>
              ))}
            </ul>
          </>
        );
      }}
    </Await>
  );
}

function RuleRow({ rule }: { rule: Rule }) {
  const t = useT("operator");
  const notes = [
    rule.code,
    t("rules.points", { count: rule.points }),
    t("rules.version", { count: rule.version }),
    rule.from_pack ? t("rules.pack") : t("rules.own"),
  ];
  return (
    <Link to="/operator/rules/$code" params={{ code: rule.code }} className={classes.row}>
      <span className={classes.words}>
        <span className={classes.head}>
          <strong>{rule.name[language()] ?? rule.code}</strong>
          <span className={classes.state} data-state={rule.state}>
            {t(`rules.states.${rule.state}`)}
          </span>
        </span>
        <span className={classes.note}>{notes.join(" · ")}</span>
      </span>
      <IconChevronRight size={20} stroke={1.75} className={classes.end} aria-hidden="true" />
    </Link>
  );
}
