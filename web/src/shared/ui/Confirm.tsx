import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Confirm.module.css";
import { Sheet } from "./Sheet";

interface ConfirmProps {
  opened: boolean;
  title: string;
  children: ReactNode;
  /** A verb: «Отозвать ключ». */
  yes: string;
  no: string;
  /** The act cannot be undone. */
  grave?: boolean;
  busy?: boolean;
  onYes: () => void;
  onNo: () => void;
}

/** Asks before an act that takes something away; the safe answer has the focus. */
export function Confirm({ opened, title, children, yes, no, grave = false, busy, onYes, onNo }: ConfirmProps) {
  return (
    <Sheet opened={opened} onClose={onNo} title={title}>
      <div className={classes.text}>{children}</div>
      <Group justify="flex-end" gap="sm" className={classes.actions}>
        <Button variant="default" onClick={onNo} data-autofocus>
          {no}
        </Button>
        <Button className={grave ? classes.grave : undefined} loading={busy} onClick={onYes}>
          {yes}
        </Button>
      </Group>
    </Sheet>
  );
}
