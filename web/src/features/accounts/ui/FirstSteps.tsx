import { UnstyledButton } from "@mantine/core";
import { IconChevronRight, IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useState } from "react";
import { onGoodbye } from "@/shared/api/goodbye";
import { useT } from "@/shared/i18n/i18n";
import { Section } from "@/shared/ui/Section";
import type { Me } from "../api";
import classes from "./FirstSteps.module.css";

const HIDDEN = "om-first-steps";

onGoodbye(() => {
  try {
    localStorage.removeItem(HIDDEN);
  } catch {
    // Storage is closed: then nothing was kept either.
  }
});

interface FirstStepsProps {
  me: Me;
  /** A game has told something of this player. */
  played: boolean;
}

/** For whoever has just come in: what there is to do here. Goes by itself once a game has spoken, or when hidden. */
export function FirstSteps({ me, played }: FirstStepsProps) {
  const t = useT("accounts");
  const [hidden, setHidden] = useState(isHidden);
  if (played || hidden) return null;
  const hide = () => {
    setHidden(true);
    try {
      localStorage.setItem(HIDDEN, "hidden");
    } catch {
      // Storage is closed in some private windows; the choice then lasts as long as the page.
    }
  };
  return (
    <Section
      title={t("firstSteps.title")}
      extra={
        <UnstyledButton className={classes.hide} onClick={hide}>
          {t("firstSteps.hide")}
        </UnstyledButton>
      }
    >
      <p className={classes.text}>{t("firstSteps.text")}</p>
      <ul className={classes.list}>
        <Step word="link" to="/me/games" done={false} />
        <Step word="build" to="/builder" done={false} />
        <Step word="portrait" to="/me/profile" done={me.avatar_url !== null} />
      </ul>
    </Section>
  );
}

function Step({ word, to, done }: { word: string; to: LinkProps["to"]; done: boolean }) {
  const t = useT("accounts");
  return (
    <li>
      <Link className={classes.step} to={to} data-done={done || undefined}>
        {done ? (
          <IconCircleCheckFilled size={24} role="img" aria-label={t("firstSteps.done")} />
        ) : (
          <IconCircle size={24} stroke={1.75} aria-hidden="true" />
        )}
        <span className={classes.words}>
          <span className={classes.name}>{t(`firstSteps.${word}`)}</span>
          <span className={classes.note}>{t(`firstSteps.${word}Text`)}</span>
        </span>
        <IconChevronRight size={20} stroke={1.75} aria-hidden="true" />
      </Link>
    </li>
  );
}

function isHidden(): boolean {
  try {
    return localStorage.getItem(HIDDEN) !== null;
  } catch {
    return false;
  }
}
