import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useNavigationType, useParams } from "react-router";
import { useApi } from "@/api/context";
import { PageHeader } from "@/app/PageHeader";
import { useCompose, useDraft } from "@/compose/compose-context";
import { PagedPosts } from "@/post/PagedPosts";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { WhyItTrends } from "@/trends/TrendRow";
import { useTrends } from "@/trends/use-trends";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { SearchIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { searchPath } from "./paths";
import { hashtagPostsQuery } from "./queries";

const words = strings.hashtag;
const NEW_POST = { kind: "new" } as const;

export function HashtagPage() {
  const { tag = "" } = useParams();
  return <Hashtag key={tag} tag={tag} />;
}

function Hashtag({ tag }: { tag: string }) {
  const api = useApi();
  const navigate = useNavigate();
  const refetchOnMount = useNavigationType() !== "POP";
  const posts = useInfiniteQuery({ ...hashtagPostsQuery(api, tag), refetchOnMount });
  const trend = useTrends().data?.items.find(({ type, name }) => type === "hashtag" && name.toLowerCase() === tag.toLowerCase());
  return (
    <>
      <PageHeader
        title={words.title(tag)}
        subtitle={trend && <WhyItTrends trend={trend} />}
        back
        action={
          <IconButton
            label={words.search(tag)}
            icon={<SearchIcon />}
            className="-me-2.5"
            onClick={() => void navigate(searchPath({ text: `#${tag} ` }))}
          />
        }
      />
      <PagedPosts label={words.label(tag)} query={posts} empty={<NoPosts tag={tag} />} />
    </>
  );
}

function NoPosts({ tag }: { tag: string }) {
  const me = useMe();
  const { open } = useCompose();
  const [draft, setDraft] = useDraft(NEW_POST);
  const write = () => {
    if (draft.trim() === "") setDraft(`#${tag} `);
    open(NEW_POST);
  };
  return (
    <Notice
      title={words.emptyTitle(tag)}
      action={
        me && (
          <Button variant="primary" onClick={write}>
            {words.write(tag)}
          </Button>
        )
      }
    >
      {words.emptyText}
    </Notice>
  );
}
