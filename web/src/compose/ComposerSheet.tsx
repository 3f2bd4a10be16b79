/** The composer, open or not; it stands once in the layout. */
export function ComposerSheet() {
  return null;
}
