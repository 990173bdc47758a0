import "@mantine/core/styles/Combobox.layer.css";
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { errorField, errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { FormError } from "@/shared/ui/FormError";
import { toast } from "@/shared/ui/toasts";
import { dropDraft, readDraft, useDraft } from "@/shared/ui/useDraft";
import { type Me, useSaveProfile } from "../api";
import { AvatarField } from "./AvatarField";
import classes from "./me.module.css";

const NAME_MAX = 64;
const ABOUT_MAX = 500;

export function ProfileForm({ me }: { me: Me }) {
  const t = useT("accounts");
  const saved = { display_name: me.display_name, about: me.about, time_zone: me.time_zone };
  const [values, setValues] = useState(() => readDraft("profile", saved));
  useDraft("profile", values);
  const save = useSaveProfile();
  const zones = useMemo(
    () => [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", me.time_zone])],
    [me.time_zone],
  );
  const put = (part: Partial<typeof saved>) => setValues((before) => ({ ...before, ...part }));
  const refused = errorField(save.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(values, {
      onSuccess: () => {
        dropDraft("profile");
        toast({ text: t("profile.saved"), tone: "good" });
      },
    });
  };

  return (
    <form className={classes.form} onSubmit={submit}>
      <AvatarField me={me} />
      <TextInput
        label={t("fields.displayName")}
        description={t("profile.displayNameHint")}
        maxLength={NAME_MAX}
        autoComplete="nickname"
        value={values.display_name}
        error={refused === "display_name" && errorText(save.error)}
        onChange={(event) => put({ display_name: event.currentTarget.value })}
      />
      <Textarea
        label={t("fields.about")}
        description={t("profile.aboutHint", { left: ABOUT_MAX - values.about.length })}
        autosize
        minRows={3}
        maxLength={ABOUT_MAX}
        value={values.about}
        error={refused === "about" && errorText(save.error)}
        onChange={(event) => put({ about: event.currentTarget.value })}
      />
      <Select
        label={t("fields.timeZone")}
        description={t("profile.timeZoneHint")}
        searchable
        limit={80}
        data={zones}
        value={values.time_zone}
        error={refused === "time_zone" && errorText(save.error)}
        nothingFoundMessage={t("profile.noZone")}
        onChange={(zone) => zone && put({ time_zone: zone })}
      />
      {!refused && <FormError error={save.error} />}
      <Button type="submit" loading={save.isPending}>
        {t("profile.save")}
      </Button>
    </form>
  );
}
