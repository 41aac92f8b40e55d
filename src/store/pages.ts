import type { SelectQueryBuilder, Simplify } from 'kysely'

/** The limit and offset of a list. */
export type Slice = { readonly perPage: number; readonly offset: number }

/** A page of a list and the total count. */
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
