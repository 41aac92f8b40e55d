/** Which rows of a list are asked for: how many, after how many. */
export type Slice = { readonly perPage: number; readonly offset: number }

/** A part of a list and the number of all of it. */
export type Listed<T> = { readonly rows: T[]; readonly total: number }
