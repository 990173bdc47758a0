import { Autocomplete, Button, Group, PasswordInput, Stack, Textarea, TextInput } from "@mantine/core";
import "@mantine/core/styles/Combobox.layer.css";
import { IconRepeat, IconSend } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { Section } from "@/shared/ui/Section";
import { type Game, intakeQuery, typesQuery } from "../api";
import { readDetails } from "../details";
import { holdKey, useHeldKey } from "../keyring";
import { sendTrial, type Trial } from "../send";
import classes from "./Console.module.css";
import { ExchangeView } from "./ExchangeView";
import { Snippets } from "./Snippets";

interface ConsoleProps {
  game: Game;
  /** The builder's own id: the player to try with. */
  myId: number;
}

interface Problems {
  key?: string;
  user?: string;
  details?: string;
}

/** Sends a real event with the game's key and shows both sides of the exchange. */
export function Console({ game, myId }: ConsoleProps) {
  const t = useT("builder");
  const queries = useQueryClient();
  const types = useQuery(typesQuery(game.id));
  const key = useHeldKey(game.id);
  const [user, setUser] = useState(String(myId));
  const [eventType, setEventType] = useState("login");
  const [text, setText] = useState("");
  const [problems, setProblems] = useState<Problems>({});
  const host = globalThis.location.origin;
  const send = useMutation({
    mutationFn: (trial: Trial) => sendTrial(host, trial),
    onSettled: () => queries.invalidateQueries({ queryKey: intakeQuery(game.id).queryKey }),
  });
  const details = readDetails(text);
  const sample = {
    userId: Number(user) || myId,
    eventType: eventType || "login",
    details: "value" in details ? details.value : null,
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found: Problems = {
      key: key.startsWith("omk_") ? undefined : t("console.keyBad"),
      user: /^[1-9]\d{0,18}$/.test(user.trim()) ? undefined : t("console.userBad"),
      details: "problem" in details ? t(`console.detailsProblem.${details.problem}`) : undefined,
    };
    setProblems(found);
    if (found.key || found.user || !("value" in details)) return;
    send.mutate({
      key,
      userId: Number(user),
      eventType: eventType.trim(),
      details: details.value,
      eventId: crypto.randomUUID(),
    });
  };

  return (
    <>
      <Section title={t("console.heading")}>
        <p className={classes.lead}>{t("console.lead")}</p>
        <form onSubmit={submit} noValidate autoComplete="off">
          <Stack gap="md">
            <PasswordInput
              label={t("console.key")}
              description={t("console.keyHint")}
              placeholder={t("console.keyPlaceholder")}
              value={key}
              error={problems.key}
              autoComplete="off"
              data-1p-ignore
              data-lpignore="true"
              onChange={(event) => holdKey(game.id, event.currentTarget.value.trim())}
              visibilityToggleButtonProps={{ "aria-label": t("console.showKey") }}
            />
            <div className={classes.pair}>
              <TextInput
                label={t("console.user")}
                inputMode="numeric"
                value={user}
                error={problems.user}
                onChange={(event) => setUser(event.currentTarget.value)}
              />
              <Autocomplete
                size="md"
                label={t("console.type")}
                data={(types.data ?? []).map((type) => type.code)}
                value={eventType}
                onChange={setEventType}
                comboboxProps={{ shadow: "md" }}
                autoCapitalize="off"
                autoCorrect="off"
                spellCheck={false}
              />
            </div>
            <p className={classes.hint}>{t("console.userHint", { id: myId })}</p>
            <Textarea
              label={t("console.details")}
              description={t("console.detailsHint")}
              placeholder={'{"place": "attic"}'}
              value={text}
              autosize
              minRows={2}
              maxRows={8}
              spellCheck={false}
              error={problems.details}
              classNames={{ input: classes.code }}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Group gap="sm">
              <Button
                type="submit"
                loading={send.isPending}
                leftSection={<IconSend size={20} stroke={1.75} aria-hidden="true" />}
              >
                {t("console.send")}
              </Button>
              {send.data && (
                <Button
                  variant="default"
                  loading={send.isPending}
                  onClick={() => send.mutate(send.data.trial)}
                  leftSection={<IconRepeat size={20} stroke={1.75} aria-hidden="true" />}
                >
                  {t("console.again")}
                </Button>
              )}
            </Group>
          </Stack>
        </form>
      </Section>
      <ExchangeView exchange={send.data ?? null} />
      <Snippets host={host} heldKey={key} event={sample} />
    </>
  );
}
