import { Button, TextInput } from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { Section } from "@/shared/ui/Section";
import { toast } from "@/shared/ui/toasts";
import { type Game, linkPlayer } from "../api";
import classes from "./LinkPlayer.module.css";

const CODE = /^[A-Z0-9]{8}$/;

/** A player tells the code from their profile; from then on the game may send events for them. */
export function LinkPlayer({ game }: { game: Game }) {
  const t = useT("builder");
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const link = useMutation(linkPlayer(useQueryClient(), game.id));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!CODE.test(code)) return;
    link.mutate(code, {
      onSuccess: (made) => {
        toast({ text: t("players.linked", { name: made.username, id: made.user_id }), tone: "good" });
        setCode("");
        setTried(false);
      },
    });
  };

  return (
    <Section title={t("players.heading")} extra={t("games.players", { count: game.players })}>
      <p className={classes.text}>{t("players.lead")}</p>
      <form onSubmit={submit} className={classes.form} noValidate>
        <TextInput
          label={t("players.code")}
          value={code}
          maxLength={8}
          error={tried && !CODE.test(code) ? t("players.codeBad") : link.error ? errorText(link.error) : null}
          autoComplete="off"
          autoCapitalize="characters"
          autoCorrect="off"
          spellCheck={false}
          classNames={{ input: classes.code }}
          onChange={(event) => {
            setCode(event.currentTarget.value.toUpperCase().replace(/[^A-Z0-9]/g, ""));
            setTried(false);
            link.reset();
          }}
        />
        <Button
          type="submit"
          loading={link.isPending}
          className={classes.send}
          leftSection={<IconLink size={20} stroke={1.75} aria-hidden="true" />}
        >
          {t("players.link")}
        </Button>
      </form>
      <p className={classes.text}>{t("players.create")}</p>
    </Section>
  );
}
