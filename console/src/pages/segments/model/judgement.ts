import type { TreeNode } from "./vocabulary.ts";

interface Judged {
  readonly kind: "and" | "or" | "not" | "segment" | "condition";
  readonly holds: boolean;
  readonly parts: readonly Judged[];
}

/**
 * The conditions that decide alone: of a member who is out, those which failed and would have to hold; of one who is in,
 * none. An "or" of which nothing holds, and a "not" that fails, count as one.
 * @param whole whether a part is one sentence, though the tree has several parts for it
 */
export function deciding<Part extends Judged>(
  part: Part,
  whole: (part: Part) => boolean = () => false,
): readonly Part[] {
  if (part.holds) return [];
  if (part.kind !== "and" || whole(part)) return [part];
  return (part.parts as readonly Part[]).flatMap((child) => deciding(child, whole));
}

/**
 * The part of a condition at a path of the explanation, or null where it leads nowhere.
 * @param segment the condition of another segment, into which paths lead as well
 */
export function partAt(
  tree: TreeNode,
  path: string,
  segment: (id: number) => TreeNode | undefined = () => undefined,
): TreeNode | null {
  if (path === "") return tree;
  let node: TreeNode | undefined = tree;
  for (const step of path.split(".")) {
    const parts: unknown = node["parts"];
    if (node.node === "not") node = node["part"] as TreeNode | undefined;
    else if (node.node === "segment") node = segment(Number(node["id"]));
    else node = Array.isArray(parts) ? (parts[Number(step)] as TreeNode | undefined) : undefined;
    if (node === undefined) return null;
  }
  return node;
}
