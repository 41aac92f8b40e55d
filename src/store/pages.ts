import type { SelectQueryBuilder, Simplify } from 'kysely'

/** Which rows of a list are asked for: how many, after how many. */
export type Slice = { readonly perPage: number; readonly offset: number }

/** A part of a list and the number of all of it. */
export type Listed<T> = { readonly rows: T[]; readonly total: number }

/** One page of an ordered query and the number of all its rows, asked together. */
export async function pageOf<D, T extends keyof D, O>(
  ordered: SelectQueryBuilder<D, T, O>,
  slice: Slice,
): Promise<Listed<Simplify<O>>> {
  const all = ordered.clearSelect().clearOrderBy()
  const [rows, { count }] = await Promise.all([
    ordered.limit(slice.perPage).offset(slice.offset).execute(),
    all
      .select((eb) => eb.fn.countAll<bigint>().as('count'))
      .$castTo<{ readonly count: bigint }>()
      .executeTakeFirstOrThrow(),
  ])
  return { rows, total: Number(count) }
}
