/** A part of a picture, in its own pixels, upright. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** More than the server keeps of a picture's longer side, so that nothing is lost by scaling twice. */
const LONGEST = 2560;
/** Below this a file is sent as it is. */
const LARGE_BYTES = 4 * 1024 * 1024;
const QUALITY = 0.92;
/** What moves is left alone: drawn anew, it would stand still. */
const STILL: ReadonlySet<string> = new Set(["image/jpeg", "image/png"]);

/** A large photograph in a size that is quick to send; everything else as it is. */
export async function shrunk(file: Blob): Promise<Blob> {
  if (file.size <= LARGE_BYTES || !STILL.has(file.type)) return file;
  try {
    const smaller = await redrawn(file);
    return smaller.size < file.size ? smaller : file;
  } catch {
    // What the browser cannot decode may be no problem for the server.
    return file;
  }
}

/** A part of a picture, or all of it, drawn anew. Rejects when the browser cannot decode it. */
export async function redrawn(file: Blob, area?: Area): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  try {
    const { x, y, width, height } = area ?? { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
    const scale = scaleFor(width, height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("There is no canvas to draw on.");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, x, y, width, height, 0, 0, canvas.width, canvas.height);
    return await encoded(canvas, file.type === "image/jpeg");
  } finally {
    bitmap.close();
  }
}

/** How much smaller a picture has to become; never larger. */
export function scaleFor(width: number, height: number, longest = LONGEST): number {
  return Math.min(1, longest / Math.max(width, height));
}

/** Only a photograph is sure to have nothing transparent; the browser's answer to an unknown kind is PNG. */
function encoded(canvas: HTMLCanvasElement, opaque: boolean): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const take = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("The picture is too large to draw.")));
    canvas.toBlob(take, opaque ? "image/jpeg" : "image/webp", QUALITY);
  });
}
