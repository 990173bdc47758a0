import { Tabs } from "@mantine/core";
import "@mantine/core/styles/Tabs.layer.css";
import { type ReactNode, useEffect, useRef } from "react";
import classes from "./PageTabs.module.css";

interface PageTabsProps<T extends string> {
  label: string;
  tabs: readonly { readonly value: T; readonly label: string }[];
  value: T;
  onChange: (value: T) => void;
  /** Of the chosen tab only. */
  children: ReactNode;
}

/** Parts of a page in one row that scrolls sideways on a phone; the chosen one is always in view. */
export function PageTabs<T extends string>({ label, tabs, value, onChange, children }: PageTabsProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice is what moves the row
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>("[data-active]");
    const row = list.current;
    if (chosen && row) row.scrollLeft = chosen.offsetLeft - (row.clientWidth - chosen.clientWidth) / 2;
  }, [value]);
  return (
    <Tabs
      value={value}
      onChange={(next) => next && onChange(next as T)}
      keepMounted={false}
      classNames={{ list: classes.list, tab: classes.tab, panel: classes.panel }}
    >
      <Tabs.List ref={list} aria-label={label}>
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.value} value={tab.value}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={value}>{children}</Tabs.Panel>
    </Tabs>
  );
}
