/** Where a request came from: the address of the connection, or the one that the nearest proxy names, and its program. */
export type Sender = { readonly ipAddress: string; readonly userAgent: string }
