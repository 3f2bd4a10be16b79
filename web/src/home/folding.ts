import type { Post, UserSummary } from "@/api/types";
import type { PostEntry } from "@/post/entry";
import { isPlainRetweet } from "@/post/kinds";

/** How many feed entries may lie between two members of one card. */
export const FOLDING_REACH = 25;

interface Group {
  post: Post;
  members: { post: Post; index: number }[];
}

/**
 * Folds a feed (newest first) into cards: an original and its retweets that stand close together
 * become one. A card takes the place of its newest member, unless a member is already on screen
 * (`shown`): then it stays where the reader has seen it.
 */
export function foldFeed(
  posts: readonly Post[],
  shown: ReadonlySet<string> = new Set(),
  reach = FOLDING_REACH,
): PostEntry[] {
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  posts.forEach((post, index) => {
    const plain = isPlainRetweet(post);
    const subject = plain ? post.retweet_of : post;
    if (!subject) return;
    const group = open.get(subject.id);
    const last = group?.members.at(-1);
    if (group && last && index - last.index <= reach) {
      group.members.push({ post, index });
      if (!plain) group.post = post;
      return;
    }
    const fresh: Group = { post: subject, members: [{ post, index }] };
    groups.push(fresh);
    open.set(subject.id, fresh);
  });

  return groups
    .map((group) => {
      const place = group.members.find((member) => shown.has(member.post.id)) ?? group.members[0];
      return { group, place };
    })
    .filter((placed): placed is { group: Group; place: Group["members"][number] } => placed.place !== undefined)
    .sort((a, b) => a.place.index - b.place.index)
    .map(({ group, place }) => ({
      key: place.post.id,
      post: group.post,
      retweeters: distinctPeople(
        group.members.filter((member) => isPlainRetweet(member.post)).map((member) => member.post.author),
      ),
      ids: group.members.map((member) => member.post.id),
    }));
}

function distinctPeople(people: UserSummary[]): UserSummary[] {
  const seen = new Set<string>();
  return people.filter((person) => !seen.has(person.id) && seen.add(person.id));
}
