/** What the package does not say of itself: it is an extension of marked that writes roff. */
declare module 'marked-man' {
  import type { MarkedExtension } from 'marked';

  const extension: MarkedExtension;
  export default extension;
}
