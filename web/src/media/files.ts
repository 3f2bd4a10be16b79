/** What can be uploaded; the server looks at the bytes and has the last word. */
export const ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/gif";

const kinds: ReadonlySet<string> = new Set(ACCEPTED.split(","));

/** The images among files that were chosen, pasted or dropped. */
export function imagesAmong(files: Iterable<File>): File[] {
  return [...files].filter((file) => kinds.has(file.type));
}

/** The images of a paste; words that were copied along with a picture of them are meant as words. */
export function pastedImages(data: Pick<DataTransfer, "files" | "types">): File[] {
  return data.types.includes("text/plain") ? [] : imagesAmong(data.files);
}

/** Is something being dragged that could be an image? Which kind it is shows only when it is dropped. */
export function carriesFiles(data: Pick<DataTransfer, "types"> | null): boolean {
  return data?.types.includes("Files") ?? false;
}
