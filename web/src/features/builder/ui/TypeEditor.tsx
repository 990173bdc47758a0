import { Button, Checkbox, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import "@mantine/core/styles/Checkbox.layer.css";
import "@mantine/core/styles/SimpleGrid.layer.css";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorField, errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { Sheet } from "@/shared/ui/Sheet";
import { toast } from "@/shared/ui/toasts";
import { type EventType, type Game, saveType } from "../api";
import { machineName } from "../names";
import { emptyForm, LIMITS, readForm, type TypeForm, type TypeProblems } from "../type-form";
import classes from "./TypeEditor.module.css";

interface TypeEditorProps {
  game: Game;
  /** null makes a new one. */
  type: EventType | null;
  onClose: () => void;
}

/** Points, limits and the schema of one event type. */
export function TypeEditor({ game, type, onClose }: TypeEditorProps) {
  const t = useT("builder");
  const [form, setForm] = useState<TypeForm>(type ? formOf(type) : emptyForm);
  const [ownCode, setOwnCode] = useState(type !== null);
  const [problems, setProblems] = useState<TypeProblems>({});
  const save = useMutation(saveType(useQueryClient(), game.id));
  const change = (next: Partial<TypeForm>) => {
    setForm({ ...form, ...next });
    setProblems({});
    save.reset();
  };
  const say = (field: keyof TypeForm) => {
    const problem = problems[field];
    if (!problem) return null;
    const [min, max] = field in LIMITS ? LIMITS[field as keyof typeof LIMITS] : [];
    return t(`typeEditor.${problem}`, { min, max });
  };
  const wrongField = save.error ? errorField(save.error) : null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readForm(form);
    if ("problems" in read) {
      setProblems(read.problems);
      return;
    }
    save.mutate(
      // What this form does not show stays as it is.
      {
        code: form.code,
        body: {
          ...read.values,
          lowest_trust: form.client ? "client" : type?.lowest_trust === "official" ? "official" : "server",
          measures: type?.measures ?? {},
          creature: type?.creature ?? {},
        },
      },
      {
        onSuccess: () => {
          toast({ text: t("typeEditor.saved"), tone: "good" });
          onClose();
        },
      },
    );
  };

  return (
    <Sheet
      opened
      wide
      onClose={onClose}
      title={type ? t("typeEditor.heading", { code: type.code }) : t("typeEditor.headingNew")}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            <TextInput
              label={t("typeEditor.nameRu")}
              value={form.nameRu}
              maxLength={80}
              error={say("nameRu")}
              onChange={(event) => change({ nameRu: event.currentTarget.value })}
              data-autofocus
            />
            <TextInput
              label={t("typeEditor.nameEn")}
              value={form.nameEn}
              maxLength={80}
              error={say("nameEn")}
              onChange={(event) => {
                const nameEn = event.currentTarget.value;
                change(ownCode ? { nameEn } : { nameEn, code: machineName(nameEn, "_", 40) });
              }}
            />
          </SimpleGrid>
          {type === null && (
            <TextInput
              label={t("typeEditor.code")}
              description={t("typeEditor.codeHint")}
              value={form.code}
              maxLength={64}
              error={say("code")}
              autoCapitalize="off"
              autoCorrect="off"
              spellCheck={false}
              onChange={(event) => {
                setOwnCode(true);
                change({ code: event.currentTarget.value });
              }}
            />
          )}
          <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md" className={classes.numbers}>
            <TextInput
              label={t("typeEditor.points")}
              inputMode="numeric"
              value={form.points}
              error={say("points")}
              onChange={(event) => change({ points: event.currentTarget.value })}
            />
            <TextInput
              label={t("typeEditor.amountMax")}
              inputMode="numeric"
              value={form.client ? "1" : form.amountMax}
              disabled={form.client}
              error={say("amountMax")}
              onChange={(event) => change({ amountMax: event.currentTarget.value })}
            />
            <TextInput
              label={t("typeEditor.perHour")}
              placeholder={t("typeEditor.perHourHint")}
              inputMode="numeric"
              value={form.perHour}
              error={say("perHour")}
              onChange={(event) => change({ perHour: event.currentTarget.value })}
            />
          </SimpleGrid>
          <p className={classes.hint}>{t("typeEditor.amountMaxHint")}</p>
          <Checkbox
            label={t("typeEditor.client")}
            description={t("typeEditor.clientHint")}
            checked={form.client}
            onChange={(event) => change({ client: event.currentTarget.checked })}
          />
          <Textarea
            label={t("typeEditor.schema")}
            description={t("typeEditor.schemaHint")}
            value={form.schema}
            minRows={4}
            maxRows={12}
            autosize
            spellCheck={false}
            classNames={{ input: classes.code }}
            error={say("schema") ?? (wrongField && save.error ? errorText(save.error) : null)}
            onChange={(event) => change({ schema: event.currentTarget.value })}
          />
          {save.error && !wrongField && (
            <p className={classes.error} role="alert">
              {errorText(save.error)}
            </p>
          )}
          <Button type="submit" loading={save.isPending} fullWidth>
            {t("typeEditor.save")}
          </Button>
        </Stack>
      </form>
    </Sheet>
  );
}

function formOf(type: EventType): TypeForm {
  return {
    code: type.code,
    nameRu: type.name.ru,
    nameEn: type.name.en,
    points: String(type.points),
    amountMax: String(type.amount_max),
    perHour: type.per_hour === null ? "" : String(type.per_hour),
    client: type.client_allowed,
    schema: type.schema ? JSON.stringify(type.schema, null, 2) : "",
  };
}
