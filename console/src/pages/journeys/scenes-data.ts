import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { type JourneyDefinition, type JourneyState, KEY, type Words } from "./journeys-data.ts";

/** A lifecycle scene that ships. */
export interface Scene extends Words {
  readonly scene: string;
  readonly sentence: Words;
  readonly goal: Words;
  readonly journey: JourneyDefinition;
  readonly templates: readonly {
    readonly template: string;
    readonly name: string;
    readonly channel: string;
    readonly title: string;
    readonly text: string;
  }[];
  readonly example: Words;
}

export interface SceneShare extends Words {
  readonly scene: string;
  readonly sentence: Words;
  readonly journeys: readonly { readonly journey: string; readonly state: JourneyState }[];
  readonly counts: "members" | "moments";
  readonly qualifying: number;
  readonly handled: number;
  readonly automated: boolean;
}

/** How much runs by itself. */
export interface AutomationShare {
  readonly days: number;
  readonly marketing_sent: number;
  readonly marketing_automated: number;
  readonly scenes: readonly SceneShare[];
}

export function useScenes() {
  return useQuery({
    queryKey: ["shipped-scenes"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<{ items: readonly Scene[] }>("/api/journeys/shipped-scenes", {}, signal),
  });
}

export function useAutomationShare() {
  return useQuery({
    queryKey: [...KEY, "automation-share"],
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<AutomationShare>("/api/journeys/automation-share", {}, signal),
  });
}
