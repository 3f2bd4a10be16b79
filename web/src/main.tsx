import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiClient } from "@/api/client";
import { keys } from "@/api/keys";
import { createQueryClient } from "@/api/query-client";
import { App } from "@/app/App";
import { takeBoot } from "@/app/boot";
import { createRouter } from "@/app/routes";
import { SessionStore } from "@/session/store";
import { watchSession } from "@/session/watch";
import { applyTheme, savedTheme } from "@/settings/theme";
import "./theme.css";

applyTheme(savedTheme());

const boot = takeBoot();
const session = new SessionStore(boot.session);
const api = new ApiClient(session);
const queries = createQueryClient();
watchSession(session, queries);

if (boot.home !== null) queries.setQueryData(keys.bootHome(), { page: boot.home, markers: boot.markers });
if (boot.discover !== null) queries.setQueryData(keys.discover(), { pages: [boot.discover], pageParams: [null] });
if (boot.trends !== null) queries.setQueryData(keys.trends(), boot.trends);

const root = document.getElementById("root");
if (root === null) throw new Error("The document has no #root");
createRoot(root).render(
  <StrictMode>
    <App api={api} session={session} queries={queries} router={createRouter()} />
  </StrictMode>,
);
