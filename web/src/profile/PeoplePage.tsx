import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { useApi } from "@/api/context";
import type { PeopleList } from "@/api/keys";
import { NotFoundPage } from "@/app/NotFoundPage";
import { PageHeader } from "@/app/PageHeader";
import { strings } from "@/strings";
import { Notice } from "@/ui/Notice";
import { Tabs } from "@/ui/Tabs";
import { PagedPeople } from "./PagedPeople";
import { peopleQuery } from "./queries";

const words = strings.profile;

export function PeoplePage({ list }: { list: PeopleList }) {
  const { handle = "" } = useParams();
  return handle.startsWith("@") ? <People username={handle.slice(1)} list={list} /> : <NotFoundPage />;
}

function People({ username, list }: { username: string; list: PeopleList }) {
  const api = useApi();
  const people = useInfiniteQuery(peopleQuery(api, username, list));
  const base = `/@${username}`;
  const title = list === "followers" ? words.followersTitle : words.following;
  return (
    <>
      <PageHeader title={title} subtitle={`@${username}`} documentTitle={words.peopleDocumentTitle(title, username)} back />
      <Tabs
        label={words.peopleTabs}
        tabs={[
          { to: `${base}/following`, label: words.following, current: list === "following" },
          { to: `${base}/followers`, label: words.followersTitle, current: list === "followers" },
        ]}
      />
      <PagedPeople
        key={list}
        label={title}
        query={people}
        empty={
          list === "followers" ? (
            <Notice title={words.noFollowers}>{words.noFollowersText}</Notice>
          ) : (
            <Notice title={words.noFollowing}>{words.noFollowingText}</Notice>
          )
        }
      />
    </>
  );
}
