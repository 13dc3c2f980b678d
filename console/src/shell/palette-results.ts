import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { useCan, useSession } from "../api/session.ts";
import { usePaused } from "../parts/paused.ts";
import { type Translate, useLanguage, useTexts } from "../texts/texts.ts";
import { useThemeState } from "../theme/theme.tsx";
import { navigationFor } from "./navigation.ts";

/** One line of the palette. */
export interface Hit {
  readonly key: string;
  readonly group: "members" | "pages" | "segments" | "commands";
  readonly label: string;
  readonly note?: string;
  readonly to?: string;
  readonly command?: "theme" | "language" | "sign_out";
}

interface FoundMembers {
  readonly understood_as: string | null;
  readonly items: readonly {
    readonly member_id: number | string;
    readonly name_masked: string | null;
    readonly phone_masked: string | null;
    readonly home_store: string | null;
  }[];
}

interface SegmentRow {
  readonly segment_id: number | string;
  readonly name: string;
  readonly count?: number | null;
}

const TYPING_MS = 180;
const GROUP_SHOWN = 6;

function useMemberHits(words: string) {
  const settled = usePaused(words, TYPING_MS);
  const may = useCan("members.search");
  return useQuery({
    queryKey: ["palette-members", settled],
    queryFn: ({ signal }) => api.get<FoundMembers>("/api/members/search", { q: settled }, signal),
    enabled: may && settled.length > 0,
    staleTime: 30_000,
    retry: false,
  });
}

function matches(words: string, ...texts: string[]): boolean {
  const wanted = words.toLowerCase();
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function pageHits(t: Translate, permissions: readonly string[]): Hit[] {
  return navigationFor(permissions).flatMap((group) =>
    group.items.map((item) => ({
      key: `page-${item.key}`,
      group: "pages" as const,
      label: t(`nav.${item.key}`),
      ...(group.key === null ? {} : { note: t(`nav.${group.key}`) }),
      to: item.path,
    })),
  );
}

function commandHits(t: Translate, permissions: readonly string[], dark: boolean): Hit[] {
  const may = (permission: string) => permissions.includes(permission);
  const hits: Hit[] = [];
  if (may("segments.manage")) hits.push(go("new_segment", t, "/segments/new"));
  if (may("data.manage")) hits.push(go("new_import", t, "/data/imports?new=1"), go("new_source", t, "/data/connect"));
  hits.push({
    key: "theme",
    group: "commands",
    label: t(dark ? "palette.theme_light" : "palette.theme_dark"),
    command: "theme",
  });
  hits.push({ key: "language", group: "commands", label: t("palette.language"), command: "language" });
  hits.push({ key: "sign_out", group: "commands", label: t("palette.sign_out"), command: "sign_out" });
  return hits;
}

function go(key: string, t: Translate, to: string): Hit {
  return { key, group: "commands", label: t(`palette.${key}`), to };
}

function memberHits(found: FoundMembers | undefined): Hit[] {
  return (found?.items ?? []).map((member) => ({
    key: `member-${member.member_id}`,
    group: "members" as const,
    label: [member.name_masked, member.phone_masked].filter(Boolean).join("  ") || `#${member.member_id}`,
    ...(member.home_store ? { note: member.home_store } : {}),
    to: `/members/${member.member_id}`,
  }));
}

/** What the palette shows for the words typed so far. */
export function usePaletteHits(words: string, open: boolean) {
  const t = useTexts();
  useLanguage();
  const { dark } = useThemeState();
  const permissions = useSession()?.permissions ?? [];
  const wanted = words.trim();
  const members = useMemberHits(open ? wanted : "");
  const segments = useQuery({
    queryKey: ["palette-segments"],
    queryFn: () => api.get<{ items: readonly SegmentRow[] }>("/api/segments"),
    enabled: open && wanted !== "" && permissions.includes("segments.read"),
    staleTime: 60_000,
    retry: false,
  });
  const found = wanted === "" ? [] : memberHits(members.data).slice(0, GROUP_SHOWN);
  const pages = pageHits(t, permissions).filter((hit) => wanted === "" || matches(wanted, hit.label, hit.to ?? ""));
  const named = (segments.data?.items ?? [])
    .filter((row) => wanted !== "" && matches(wanted, row.name))
    .slice(0, GROUP_SHOWN)
    .map(
      (row): Hit => ({
        key: `segment-${row.segment_id}`,
        group: "segments",
        label: row.name,
        to: `/segments/${row.segment_id}`,
      }),
    );
  const commands = commandHits(t, permissions, dark).filter((hit) => wanted === "" || matches(wanted, hit.label));
  return {
    hits: [...found, ...pages, ...named, ...commands],
    understood: wanted === "" ? null : (members.data?.understood_as ?? null),
    searching: members.isFetching,
  };
}
