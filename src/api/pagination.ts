import { queryText } from './query.ts'

export type Page = { readonly page: number; readonly perPage: number; readonly offset: number }

export type PageMeta = {
  readonly current_page: number
  readonly next_page: number | null
  readonly prev_page: number | null
  readonly total_pages: number
  readonly total_count: number
}

const PER_PAGE_DEFAULT = 100
/** The upper limit of a page. */
const PER_PAGE_MAX = 1000

function positive(text: string | undefined, fallback: number): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return fallback
  const value = Number(text)
  return value >= 1 ? value : fallback
}

/**
 * Reads `page` and `per_page`; invalid values fall back to the defaults, and no page has more than `rowsMax` rows.
 */
export function pageOf(query: unknown, rowsMax = PER_PAGE_MAX): Page {
  const page = positive(queryText(query, 'page'), 1)
  const perPage = Math.min(positive(queryText(query, 'per_page'), PER_PAGE_DEFAULT), rowsMax, PER_PAGE_MAX)
  return { page, perPage, offset: Math.min((page - 1) * perPage, Number.MAX_SAFE_INTEGER) }
}

/** The rows of one page of a list that was read as a whole. */
export function rowsOf<Row>(page: Page, all: readonly Row[]): readonly Row[] {
  return all.slice(page.offset, page.offset + page.perPage)
}

/** The `meta` of a list; an empty list has 0 pages, and a page past the end echoes the requested number. */
export function metaOf(page: Page, totalCount: number): PageMeta {
  if (totalCount === 0) {
    return { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 }
  }
  const totalPages = Math.ceil(totalCount / page.perPage)
  return {
    current_page: page.page,
    next_page: page.page < totalPages ? page.page + 1 : null,
    prev_page: page.page > 1 ? page.page - 1 : null,
    total_pages: totalPages,
    total_count: totalCount,
  }
}
