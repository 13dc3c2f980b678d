import { PlusOutlined } from "@ant-design/icons";
import type { UseQueryResult } from "@tanstack/react-query";
import Button from "antd/es/button";
import type { ReactNode } from "react";
import { Card, PageHeader } from "./page-header.tsx";
import { Loaded, SkeletonTable } from "./states.tsx";

interface AddedListProps<Data> {
  readonly title: string;
  readonly note: string;
  /** The word on the button that adds one. */
  readonly add: string;
  readonly ready: (data: Data) => boolean;
  readonly onAdd: () => void;
  readonly query: UseQueryResult<Data>;
  readonly columns: number;
  readonly list: (data: Data) => ReactNode;
  /** Further cards and dialogs. */
  readonly children?: ReactNode;
}

/** A page of what people add by a dialog: its head with the button, and the list on a card. */
export function AddedList<Data>(props: AddedListProps<Data>) {
  const { title, note, add, ready, onAdd, query, columns, list, children } = props;
  const disabled = query.data === undefined || !ready(query.data);
  return (
    <div className="ht-page">
      <PageHeader
        title={title}
        note={note}
        actions={
          <Button type="primary" icon={<PlusOutlined />} disabled={disabled} onClick={onAdd}>
            {add}
          </Button>
        }
      />
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={columns} />}>
          {list}
        </Loaded>
      </Card>
      {children}
    </div>
  );
}
