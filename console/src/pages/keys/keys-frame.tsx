import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { Loaded, SkeletonText } from "../../parts/states.tsx";
import "./keys.css";

interface FrameProps<Data> {
  readonly title: string;
  readonly note: string;
  readonly query: UseQueryResult<Data>;
  /** Two cards side by side: where it stands, and what to do about it. */
  readonly cards: readonly (readonly [title: string, body: (data: Data) => ReactNode])[];
  readonly children: (data: Data) => ReactNode;
}

/** The frame of the pages about keys and backups. */
export function KeysFrame<Data>({ title, note, query, cards, children }: FrameProps<Data>) {
  return (
    <div className="ht-page ky-page">
      <PageHeader title={title} note={note} />
      <Loaded
        query={query}
        skeleton={
          <Card>
            <SkeletonText lines={8} />
          </Card>
        }
      >
        {(data) => (
          <>
            <div className="ht-grid ht-grid-stretch">
              {cards.map(([name, body]) => (
                <Card key={name} className="ht-span-6" title={name}>
                  {body(data)}
                </Card>
              ))}
            </div>
            {children(data)}
          </>
        )}
      </Loaded>
    </div>
  );
}
