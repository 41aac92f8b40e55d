import {
  ExpressionWrapper,
  RawNode,
  ReferenceNode,
  type SelectQueryBuilder,
  type Simplify,
  sql,
} from 'kysely'
import { systemClock } from './clock.ts'
import type { Reads } from './database.ts'
import { idAt } from './ids.ts'
import { longTotalOf } from './long-totals.ts'

/** The limit and offset of a list. */
export type Slice = { readonly perPage: number; readonly offset: number }

/** A page of a list and the total count. */
export type Listed<T> = { readonly rows: T[]; readonly total: number }

/** From here on, a list is counted first, to find out whether its page is nearer to its end. */
const DEEP_OFFSET = 1000

/** Rows of an older id are all committed: nothing writes for so long. */
const SETTLED_AFTER_MS = 60 * 60_000

/**
 * One page of an ordered query and the number of all its rows. A page that is not full tells the number by itself. A
 * page in the second half of a long list is read from the end, so the last one is as fast as the first. The order must
 * be total. With `reads`, the total of a list of tens of thousands of rows may be some minutes old (long-totals.ts),
 * unless the page is the last one of that total: whoever reads all pages misses nothing.
 *
 * `logId` names the id of a list in which a row that was written never comes to match later, only new rows do: what was
 * counted of it some minutes ago is not counted again. A row that has ceased to match since may still count, which
 * shows some rows twice to whoever reads all pages, and hides none.
 */
export async function pageOf<D, T extends keyof D, O>(
  ordered: SelectQueryBuilder<D, T, O>,
  slice: Slice,
  reads?: Reads,
  logId?: string,
): Promise<Listed<Simplify<O>>> {
  const counted = ordered
    .clearSelect()
    .clearOrderBy()
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .$castTo<{ readonly count: bigint }>()
  const known = reads === undefined ? undefined : longTotalOf(reads, counted.compile())
  const countOf = async (query: typeof counted) => Number((await query.executeTakeFirstOrThrow()).count)
  const countLog = async (id: string) => {
    const part = known?.recallSettled()
    const upTo = part?.upTo ?? idAt(systemClock.now() - SETTLED_AFTER_MS)
    const settled = part?.count ?? (await countOf(counted.where(sql.ref(id), '<=', upTo)))
    if (!part) known?.keepSettled({ count: settled, upTo })
    return settled + (await countOf(counted.where(sql.ref(id), '>', upTo)))
  }
  const count = async () => {
    const total = await (logId === undefined ? countOf(counted) : countLog(logId))
    known?.keep(total)
    return total
  }
  const { perPage, offset } = slice
  const page = () => ordered.limit(perPage).offset(offset).execute()
  const recalled = known?.recall()
  // Within the first half, nothing depends on the exact total.
  if (offset < DEEP_OFFSET || (recalled !== undefined && 2 * offset + perPage <= recalled)) {
    const rows = await page()
    if (rows.length === perPage && recalled !== undefined && recalled > offset + perPage) {
      return { rows, total: recalled }
    }
    const isLast = rows.length < perPage && (rows.length > 0 || offset === 0)
    return { rows, total: isLast ? offset + rows.length : await count() }
  }
  const total = await count()
  if (offset >= total) return { rows: [], total }
  const behind = Math.max(0, total - offset - perPage)
  const fromEnd = behind < offset ? backwards(ordered) : undefined
  if (fromEnd === undefined) return { rows: await page(), total }
  const rows = await fromEnd
    .limit(Math.min(perPage, total - offset))
    .offset(behind)
    .execute()
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
