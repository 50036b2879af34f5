/** Text as HTML and SVG have it. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What a label takes at least in pixels: the fonts of the report are about this wide. */
export const widthOf = (text: string, size = 12): number => text.length * size * 0.55;

/** A coordinate. */
export const px = (value: number): string => (Math.round(value * 10) / 10).toString();
