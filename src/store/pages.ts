/** The limit and offset of a list. */
export type Slice = { readonly perPage: number; readonly offset: number }

/** A page of a list and the total count. */
export type Listed<T> = { readonly rows: T[]; readonly total: number }
