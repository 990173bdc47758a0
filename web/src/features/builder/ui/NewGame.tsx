import { Button, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorField, errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { Sheet } from "@/shared/ui/Sheet";
import { makeGame } from "../api";
import { machineName } from "../names";

const NAME = /^[a-z][a-z0-9-]{1,31}$/;

interface NewGameProps {
  opened: boolean;
  onClose: () => void;
  onMade: (game: number) => void;
}

/** Two fields; the machine's name follows the title until somebody types their own. */
export function NewGame({ opened, onClose, onMade }: NewGameProps) {
  const t = useT("builder");
  return (
    <Sheet opened={opened} onClose={onClose} title={t("newGame.heading")}>
      <Form onMade={onMade} />
    </Sheet>
  );
}

function Form({ onMade }: { onMade: (game: number) => void }) {
  const t = useT("builder");
  const [title, setTitle] = useState("");
  const [typedName, setTypedName] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const game = useMutation(makeGame(useQueryClient()));
  const name = typedName ?? machineName(title, "-", 32);
  const titleBad = tried && title.trim() === "" ? t("newGame.titleBad") : null;
  const nameBad = tried && !NAME.test(name) ? t("newGame.nameBad") : null;
  const refused = game.error && errorField(game.error) !== "title" ? errorText(game.error) : null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (title.trim() === "" || !NAME.test(name)) return;
    game.mutate({ name, title: title.trim() }, { onSuccess: (made) => onMade(made.id) });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t("newGame.title")}
          description={t("newGame.titleHint")}
          value={title}
          maxLength={80}
          error={titleBad}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t("newGame.name")}
          description={t("newGame.nameHint", { name: name || "…" })}
          value={name}
          maxLength={32}
          error={nameBad ?? refused}
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          onChange={(event) => {
            setTypedName(event.currentTarget.value);
            game.reset();
          }}
        />
        <Button type="submit" loading={game.isPending} fullWidth>
          {t("newGame.make")}
        </Button>
      </Stack>
    </form>
  );
}
