import type { Post, Tombstone } from "@/api/types";

export type ThreadItem = Post | Tombstone;

export interface ThreadNode {
  id: string;
  /** The reply, or null where one is gone. */
  post: Post | null;
  children: ThreadNode[];
  /** How many replies hang below, at any depth. */
  descendants: number;
}

export interface ThreadRow {
  node: ThreadNode;
  depth: number;
  collapsed: boolean;
  /** For each level above: does the guide of that level go on below this row? */
  guides: boolean[];
}

/**
 * Nests the flat, depth-first list of replies. A reply whose parent is neither the root nor in the
 * list hangs below a gap that stands in for that parent, so that no answer seems to be to someone else.
 */
export function buildTree(items: readonly ThreadItem[], rootId: string): ThreadNode[] {
  const nodes = new Map<string, ThreadNode>();
  for (const item of items) nodes.set(item.id, makeNode(item.id, item.deleted ? null : item));
  const roots: ThreadNode[] = [];
  const placed = new Set<string>();
  for (const item of items) {
    const node = nodes.get(item.id);
    if (!node || placed.has(item.id)) continue;
    placed.add(item.id);
    siblingsFor(item.reply_to).push(node);
  }
  roots.forEach(countDescendants);
  return roots.filter(holdsSomething).map(pruneEmptyGaps);

  function siblingsFor(parentId: string | null): ThreadNode[] {
    if (parentId === null || parentId === rootId) return roots;
    const known = nodes.get(parentId);
    if (known) return known.children;
    const gap = makeNode(parentId, null);
    nodes.set(parentId, gap);
    roots.push(gap);
    return gap.children;
  }
}

/** The rows to draw, top to bottom; what hangs below a collapsed reply is left out. */
export function visibleRows(roots: readonly ThreadNode[], collapsed: ReadonlySet<string>): ThreadRow[] {
  const rows: ThreadRow[] = [];
  const walk = (nodes: readonly ThreadNode[], depth: number, above: boolean[]) => {
    nodes.forEach((node, index) => {
      const isCollapsed = collapsed.has(node.id) && node.children.length > 0;
      const guides = depth === 0 ? [] : [...above, index < nodes.length - 1];
      rows.push({ node, depth, collapsed: isCollapsed, guides });
      if (!isCollapsed) walk(node.children, depth + 1, guides);
    });
  };
  walk(roots, 0, []);
  return rows;
}

function makeNode(id: string, post: Post | null): ThreadNode {
  return { id, post, children: [], descendants: 0 };
}

function countDescendants(node: ThreadNode): number {
  node.descendants = node.children.reduce((sum, child) => sum + countDescendants(child) + (child.post ? 1 : 0), 0);
  return node.descendants;
}

function holdsSomething(node: ThreadNode): boolean {
  return node.post !== null || node.descendants > 0;
}

function pruneEmptyGaps(node: ThreadNode): ThreadNode {
  return { ...node, children: node.children.filter(holdsSomething).map(pruneEmptyGaps) };
}
