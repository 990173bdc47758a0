import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import { SegmentedControl, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useFormats } from "@/shared/i18n/formats";
import { hasText, useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Chip } from "@/shared/ui/Chip";
import { Egg } from "@/shared/ui/Egg";
import { Empty } from "@/shared/ui/Empty";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { boardQuery, boardsQuery } from "../api";
import { type BoardCard, type BoardPage, choose, missingToNext, pinnedPlace, placesOf, windowsOf } from "../model";
import classes from "./BoardsView.module.css";
import { ListMe } from "./ListMe";
import { PlaceRow } from "./PlaceRow";

/** What the address says about the page. */
export interface BoardsSearch {
  readonly board?: string;
  readonly window?: string;
  readonly near?: boolean;
}

interface BoardsViewProps {
  me: Me;
  search: BoardsSearch;
  onSearch: (search: BoardsSearch) => void;
}

export interface Me {
  readonly id: number;
  readonly name: string;
  readonly avatarUrl: string | null;
}

/** Boards, their windows, and the places on one of them. */
export function BoardsView({ me, search, onSearch }: BoardsViewProps) {
  const t = useT("boards");
  const boards = useQuery(boardsQuery);
  return (
    <Await
      query={boards}
      small={false}
      skeleton={<RowsSkeleton count={8} height={60} lead={32} />}
      isEmpty={({ items }) => items.length === 0}
      empty={
        <Empty title={t("none.title")} figure={<Egg size={160} />}>
          {t("none.text")}
        </Empty>
      }
    >
      {({ items }) => <Boards boards={items} me={me} search={search} onSearch={onSearch} />}
    </Await>
  );
}

function Boards({ boards, me, search, onSearch }: BoardsViewProps & { boards: readonly BoardCard[] }) {
  const t = useT("boards");
  const chosen = choose(boards, search);
  if (!chosen) return null;
  const { board, window } = chosen;
  return (
    <div className={classes.view}>
      {boards.length > 1 && (
        <fieldset className={classes.chips}>
          <legend className={classes.legend}>{t("boards")}</legend>
          {boards.map((one) => (
            <Chip
              key={one.code}
              chosen={one.code === board.code}
              onClick={() => onSearch({ ...search, board: one.code })}
            >
              {one.name}
            </Chip>
          ))}
        </fieldset>
      )}
      <SegmentedControl
        aria-label={t("window.label")}
        value={window}
        onChange={(value) => onSearch({ ...search, board: board.code, window: value })}
        data={windowsOf(board).map((value) => ({
          value,
          label: hasText("boards", `window.${value}`) ? t(`window.${value}`) : value,
        }))}
        size="md"
      />
      <Switch
        label={t("near.label")}
        checked={search.near ?? false}
        onChange={(event) => onSearch({ ...search, near: event.currentTarget.checked || undefined })}
        size="md"
      />
      <Places key={`${board.code}.${window}`} board={board.code} window={window} near={search.near ?? false} me={me} />
      <p className={classes.hint}>{t("ties")}</p>
    </div>
  );
}

function Places({ board, window, near, me }: { board: string; window: string; near: boolean; me: Me }) {
  const t = useT("boards");
  const page = useQuery(boardQuery({ board, window, aroundMe: near }));
  return (
    <Await
      query={page}
      skeleton={<RowsSkeleton count={8} height={60} lead={32} />}
      isEmpty={(data) => data.rows.length === 0}
      empty={
        <>
          <Empty title={t(near ? "empty.near" : "empty.title")} figure={<Egg size={140} />}>
            {t("empty.text")}
          </Empty>
          <ListMe absent />
        </>
      }
    >
      {(data) => <List page={data} me={me} />}
    </Await>
  );
}

function List({ page, me }: { page: BoardPage; me: Me }) {
  const t = useT("boards");
  const formats = useFormats();
  const pinned = pinnedPlace(page);
  const missing = missingToNext(page.rows);
  return (
    <>
      <ol className={classes.list} aria-label={t("places")}>
        {placesOf(page.rows).map((place) => (
          <PlaceRow key={place.user.id} place={place} />
        ))}
      </ol>
      {missing !== null && (
        <p className={classes.missing}>{t("missing", { count: missing, points: formats.number(missing) })}</p>
      )}
      {pinned && (
        <ol className={classes.pinned} aria-label={t("mine")}>
          <PlaceRow
            place={{
              ...pinned,
              me: true,
              gap: false,
              tied: false,
              user: { id: me.id, username: me.name, display_name: me.name, avatar_url: me.avatarUrl },
            }}
          />
        </ol>
      )}
      <ListMe absent={page.me === null} />
      <p className={classes.hint}>{t("updated", { ago: formats.ago(page.updated_at) })}</p>
    </>
  );
}
