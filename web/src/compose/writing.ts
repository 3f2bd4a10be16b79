/** All that writing needs and reading does not, in one chunk. */
export { Composer } from "./Composer";
export { ComposerSheet } from "./ComposerSheet";
export { makeImageDesk } from "./images/make-image-desk";
export { makeOutbox } from "./make-outbox";
export { PendingPosts } from "./PendingPosts";
