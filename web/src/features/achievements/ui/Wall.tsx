import { CloseButton, TextInput, UnstyledButton } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconChevronDown, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { hasText, useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Bar } from "@/shared/ui/Bar";
import { Egg } from "@/shared/ui/Egg";
import { Empty } from "@/shared/ui/Empty";
import { Section } from "@/shared/ui/Section";
import { Shelf, ShelfRest } from "@/shared/ui/Shelf";
import { ShelvesSkeleton } from "@/shared/ui/Skeletons";
import { progressQuery } from "../api";
import { nameOf, type Progress, type Shelf as ShelfModel, search, shelvesOf, wallOf } from "../model";
import { BadgeSheet } from "./BadgeSheet";
import { BadgeTile } from "./BadgeTile";
import classes from "./Wall.module.css";

interface WallProps {
  userId: number;
  /** Code of the badge whose "why" is open. */
  opened: string | null;
  onOpen: (code: string | null) => void;
  query: string;
  /** Null: the search line is put away. */
  onQuery: ((query: string) => void) | null;
}

/** A badge's width in rem: it grows with the text, so that a name keeps its place. */
const ITEM_REM = 7;

/** Every badge that the player may know of, on shelves by family. */
export function Wall({ userId, opened, onOpen, query, onQuery }: WallProps) {
  const t = useT("achievements");
  const progress = useQuery(progressQuery(userId));
  return (
    <Await
      query={progress}
      small={false}
      skeleton={<ShelvesSkeleton />}
      isEmpty={({ items }) => items.length === 0}
      empty={
        <Empty title={t("empty.title")} figure={<Egg size={160} />}>
          {t("empty.text")}
        </Empty>
      }
    >
      {({ items }) => (
        <>
          <Summary badges={items} />
          {onQuery && <SearchLine query={query} onQuery={onQuery} />}
          <Shelves badges={search(items, query)} searching={query.trim() !== ""} onOpen={onOpen} />
          <BadgeSheet
            userId={userId}
            badge={items.find((badge) => badge.code === opened)}
            onClose={() => onOpen(null)}
          />
        </>
      )}
    </Await>
  );
}

function Summary({ badges }: { badges: readonly Progress[] }) {
  const t = useT("achievements");
  const { earned, total, rarest } = wallOf(badges);
  return (
    <div>
      <p className={classes.sum}>
        <span>
          <b className={classes.count}>{earned}</b> {t("wall.of", { count: total })}
        </span>
        {rarest && <span className={classes.rarest}>{t("wall.rarest", { name: nameOf(rarest) })}</span>}
      </p>
      <Bar share={total > 0 ? earned / total : 0} label={t("wall.bar", { earned, count: total })} />
    </div>
  );
}

function SearchLine({ query, onQuery }: { query: string; onQuery: (query: string) => void }) {
  const t = useT("achievements");
  return (
    <TextInput
      type="search"
      value={query}
      onChange={(event) => onQuery(event.currentTarget.value)}
      aria-label={t("search.label")}
      placeholder={t("search.placeholder")}
      leftSection={<IconSearch size={20} aria-hidden="true" />}
      rightSection={query && <CloseButton aria-label={t("search.clear")} onClick={() => onQuery("")} />}
      data-autofocus
    />
  );
}

interface ShelvesProps {
  badges: readonly Progress[];
  searching: boolean;
  onOpen: (code: string) => void;
}

function Shelves({ badges, searching, onOpen }: ShelvesProps) {
  const t = useT("achievements");
  const { ref, width } = useElementSize();
  const perShelf = Math.max(2, Math.floor(width / (ITEM_REM * rootFontSize())));
  const shelves = shelvesOf(badges);
  return (
    <div ref={ref} className={classes.shelves}>
      {shelves.map((shelf) => (
        <FamilyShelf key={shelf.family} shelf={shelf} perShelf={perShelf} open={searching} onOpen={onOpen} />
      ))}
      {shelves.length === 0 && <Empty title={t("search.nothing")}>{t("search.nothingText")}</Empty>}
    </div>
  );
}

function rootFontSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

interface FamilyShelfProps {
  shelf: ShelfModel;
  perShelf: number;
  /** Show every badge, whether unfolded or not. */
  open: boolean;
  onOpen: (code: string) => void;
}

/** One row of a family, or all of it when it is unfolded or searched. */
function FamilyShelf({ shelf, perShelf, open, onOpen }: FamilyShelfProps) {
  const t = useT("achievements");
  const [unfolded, setUnfolded] = useState(false);
  const whole = open || unfolded;
  const name = hasText("achievements", `family.${shelf.family}`) ? t(`family.${shelf.family}`) : shelf.family;
  const count = t("shelf.count", { earned: shelf.earned, count: shelf.badges.length });
  const shown = whole ? shelf.badges : shelf.badges.slice(0, perShelf);
  const rest = (perShelf - (shown.length % perShelf)) % perShelf;
  return (
    <Section
      title={name}
      extra={
        shelf.badges.length > perShelf && !open ? (
          <UnstyledButton
            className={classes.more}
            aria-expanded={whole}
            aria-label={t(whole ? "shelf.fold" : "shelf.unfold", { family: name, counted: count })}
            onClick={() => setUnfolded(!unfolded)}
          >
            {count}
            <IconChevronDown className={classes.chevron} size={18} aria-hidden="true" />
          </UnstyledButton>
        ) : (
          count
        )
      }
    >
      <Shelf perShelf={perShelf}>
        {shown.map((badge) => (
          <BadgeTile key={badge.code} badge={badge} onOpen={onOpen} />
        ))}
        {Array.from({ length: rest }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: empty places differ in nothing
          <ShelfRest key={index} />
        ))}
      </Shelf>
    </Section>
  );
}
