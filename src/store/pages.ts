import { ExpressionWrapper, RawNode, ReferenceNode, type SelectQueryBuilder, type Simplify } from 'kysely'

/** The limit and offset of a list. */
export type Slice = { readonly perPage: number; readonly offset: number }

/** A page of a list and the total count. */
export type Listed<T> = { readonly rows: T[]; readonly total: number }

/** From here on, a list is counted first, to find out whether its page is nearer to its end. */
const DEEP_OFFSET = 1000

/**
 * One page of an ordered query and the number of all its rows, asked together. A page in the second half of a long list
 * is read from the end, so the last one is as fast as the first. The order must be total.
 */
export async function pageOf<D, T extends keyof D, O>(
  ordered: SelectQueryBuilder<D, T, O>,
  slice: Slice,
): Promise<Listed<Simplify<O>>> {
  const counted = ordered
    .clearSelect()
    .clearOrderBy()
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .$castTo<{ readonly count: bigint }>()
  if (slice.offset < DEEP_OFFSET) {
    const [rows, { count }] = await Promise.all([
      ordered.limit(slice.perPage).offset(slice.offset).execute(),
      counted.executeTakeFirstOrThrow(),
    ])
    return { rows, total: Number(count) }
  }
  const { count } = await counted.executeTakeFirstOrThrow()
  const total = Number(count)
  if (slice.offset >= total) return { rows: [], total }
  const behind = Math.max(0, total - slice.offset - slice.perPage)
  const fromEnd = behind < slice.offset ? backwards(ordered) : undefined
  if (fromEnd === undefined) {
    return { rows: await ordered.limit(slice.perPage).offset(slice.offset).execute(), total }
  }
  const limit = Math.min(slice.perPage, total - slice.offset)
  const rows = await fromEnd.limit(limit).offset(behind).execute()
  return { rows: rows.reverse(), total }
}

/** The same rows in the opposite order; undefined when it is not one of plain columns. */
function backwards<D, T extends keyof D, O>(
  ordered: SelectQueryBuilder<D, T, O>,
): SelectQueryBuilder<D, T, O> | undefined {
  const items = ordered.toOperationNode().orderBy?.items ?? []
  if (items.some(({ orderBy, nulls }) => !ReferenceNode.is(orderBy) || nulls !== undefined)) return undefined
  return items.reduce((query, { orderBy, direction }) => {
    const isDescending =
      direction !== undefined && RawNode.is(direction) && direction.sqlFragments.join('') === 'desc'
    return query.orderBy(new ExpressionWrapper(orderBy), isDescending ? 'asc' : 'desc')
  }, ordered.clearOrderBy())
}
