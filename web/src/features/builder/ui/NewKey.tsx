import { Button, Checkbox, SegmentedControl, Stack, Text } from "@mantine/core";
import "@mantine/core/styles/Checkbox.layer.css";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { Chip } from "@/shared/ui/Chip";
import { CodeBlock } from "@/shared/ui/CodeBlock";
import { Sheet } from "@/shared/ui/Sheet";
import { type Game, makeKey, typesQuery } from "../api";
import { holdKey } from "../keyring";
import { endOf, LIVES, type Life, SCOPES, type Scope, USUAL_SCOPES } from "../keys";
import classes from "./NewKey.module.css";

interface NewKeyProps {
  opened: boolean;
  game: Game;
  onClose: () => void;
}

/** Choose rights, make the key, see it once. */
export function NewKey({ opened, game, onClose }: NewKeyProps) {
  const t = useT("builder");
  const [made, setMade] = useState<string | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  const take = (key: string) => {
    holdKey(game.id, key);
    setMade(key);
  };
  return (
    <Sheet opened={opened} onClose={close} title={made ? t("newKey.madeHeading") : t("newKey.heading")}>
      {made ? <Made value={made} onDone={close} /> : <Form game={game} onMade={take} />}
    </Sheet>
  );
}

function Form({ game, onMade }: { game: Game; onMade: (key: string) => void }) {
  const t = useT("builder");
  const types = useQuery(typesQuery(game.id));
  const key = useMutation(makeKey(useQueryClient(), game.id));
  const [scopes, setScopes] = useState<readonly Scope[]>(USUAL_SCOPES);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [life, setLife] = useState<Life>("forever");
  const lifeLabel = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (scopes.length === 0) return;
    key.mutate(
      {
        scopes: [...scopes],
        types: chosen.length > 0 ? [...chosen] : null,
        expires_at: endOf(life, new Date()),
      },
      { onSuccess: (made) => onMade(made.key) },
    );
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <Checkbox.Group
          label={t("newKey.scopes")}
          value={[...scopes]}
          onChange={(next) => setScopes(SCOPES.filter((scope) => next.includes(scope)))}
          error={scopes.length === 0 ? t("newKey.noScope") : null}
        >
          <Stack gap="sm" mt="xs">
            {SCOPES.map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                label={t(`scopes.${scope}.name`, { nsSeparator: false })}
                description={t(`scopes.${scope}.hint`, { nsSeparator: false })}
                classNames={{ body: classes.check, input: classes.input }}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        {types.data && types.data.length > 0 && (
          <fieldset className={classes.group}>
            <legend className={classes.legend}>{t("newKey.types")}</legend>
            <p className={classes.hint}>{t("newKey.typesHint")}</p>
            <div className={classes.chips}>
              {types.data.map(({ code }) => (
                <Chip
                  key={code}
                  chosen={chosen.includes(code)}
                  onClick={() =>
                    setChosen(chosen.includes(code) ? chosen.filter((one) => one !== code) : [...chosen, code])
                  }
                >
                  {code}
                </Chip>
              ))}
            </div>
          </fieldset>
        )}
        <div>
          <Text fw={700} id={lifeLabel} className={classes.legend}>
            {t("newKey.expires")}
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby={lifeLabel}
            value={life}
            onChange={(next) => setLife(next as Life)}
            data={LIVES.map((value) => ({ value, label: t(`newKey.life.${value}`) }))}
            className={classes.life}
          />
        </div>
        {key.error && (
          <p className={classes.error} role="alert">
            {errorText(key.error)}
          </p>
        )}
        <Button type="submit" loading={key.isPending} disabled={scopes.length === 0} fullWidth>
          {t("newKey.make")}
        </Button>
      </Stack>
    </form>
  );
}

function Made({ value, onDone }: { value: string; onDone: () => void }) {
  const t = useT("builder");
  return (
    <Stack gap="md">
      <p className={classes.once}>{t("newKey.once")}</p>
      <CodeBlock label={t("newKey.madeHeading")} wrap>
        {value}
      </CodeBlock>
      <p className={classes.hint}>{t("newKey.memory")}</p>
      <Button onClick={onDone} fullWidth>
        {t("newKey.done")}
      </Button>
    </Stack>
  );
}
