import { useState } from "react";
import { useNavigate } from "react-router";
import { PageHeader } from "@/app/PageHeader";
import { searchPath, type SearchState } from "@/search/paths";
import { SearchBox } from "@/search/SearchBox";
import { strings } from "@/strings";
import { TrendSection } from "@/trends/TrendSection";
import { DiscoverPosts } from "./DiscoverPosts";

const ASKED: SearchState = { asked: true };

export function DiscoverPage() {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  return (
    <>
      <PageHeader title={strings.nav.discover} />
      <div className="relative z-10 border-b border-line px-4 py-3">
        <SearchBox text={text} onText={setText} onSearch={(wanted) => void navigate(searchPath({ text: wanted }), { state: ASKED })} />
      </div>
      <TrendSection />
      <h2 className="sr-only">{strings.home.discoverLabel}</h2>
      <DiscoverPosts />
    </>
  );
}
