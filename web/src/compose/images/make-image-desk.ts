import type { ApiClient } from "@/api/client";
import { upload } from "@/media/upload";
import type { DraftStore } from "../drafts";
import { ImageDesk } from "./image-desk";

/** An account's images on their way to the server. */
export function makeImageDesk(api: ApiClient, drafts: DraftStore): ImageDesk {
  return new ImageDesk({ drafts, upload: (file, options) => upload(api, file, options) });
}
