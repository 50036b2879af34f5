/** What a daemon answers on the main connection: one `accepted` or one `refused`; after `accepted`, stdout chunks. */
export type ReplyFrame =
  | { readonly type: 'accepted' }
  | { readonly type: 'refused'; readonly text: string } // the diagnostic, without its newline
  | { readonly type: 'stdout'; readonly chunk: Buffer };
