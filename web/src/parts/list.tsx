import type { UseQueryResult } from '@tanstack/react-query'
import { useLocation, useRouter } from '@tanstack/react-router'
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react'
import type { ApiProblem } from '../api/client.ts'
import type { Page } from '../api/queries.ts'
import { singular } from '../format/counts.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'
import { SelectAllRows, type Selection, SelectRow } from './selection.tsx'
import { Failure, Skeleton } from './states.tsx'

export type Column<Row> = {
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumber?: boolean
  /** Left out on small screens, where only the leading columns show. */
  readonly isMinor?: boolean
}

/** The state of a view that lives in its address. */
export type ViewState = {
  readonly get: (name: string) => string
  /** Other filters begin at the first page. */
  readonly set: (change: Readonly<Record<string, string>>) => void
  /** The address of this view with something opened in it: filters and page stay. */
  readonly hrefWith: (change: Readonly<Record<string, string>>) => string
  readonly page: number
}

/** Filters, search and page number, kept in the query string. */
export function useView(): ViewState {
  const search = useLocation({ select: ({ searchStr }) => searchStr })
  const pathname = useLocation({ select: (location) => location.pathname })
  const { history } = useRouter()
  const params = new URLSearchParams(search)
  const hrefWith = (change: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(search)
    for (const [name, value] of Object.entries(change)) {
      if (value === '') next.delete(name)
      else next.set(name, value)
    }
    const text = next.toString()
    return text === '' ? pathname : `${pathname}?${text}`
  }
  return {
    get: (name) => params.get(name) ?? '',
    page: Math.max(1, Number(params.get('page')) || 1),
    set: (change) => history.push(hrefWith({ page: '', ...change })),
    hrefWith,
  }
}

type ListProps<Row> = {
  readonly label: string
  readonly query: UseQueryResult<Page<Row>, ApiProblem>
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  readonly hrefOf?: (row: Row) => string
  readonly view: ViewState
  /** Shown when nothing exists. */
  readonly empty: ReactNode
  /** The names of filters that are set: an empty list then offers to clear them. */
  readonly filters?: readonly string[]
  /** Where rows can be chosen to do something with many. */
  readonly selection?: Selection | undefined
  /** On small screens every row is a card, as it is where rows open something. */
  readonly isStacked?: boolean
}

/** A list with all its states: loading, empty, nothing found, failed; J and K move, Enter opens. */
export function List<Row>(props: ListProps<Row>): ReactElement {
  const { query, view, filters = [] } = props
  if (query.isPending) return <Skeleton rows={8} label={`Loading ${props.label}`} />
  if (!query.data)
    return query.error ? <Failure problem={query.error} retry={() => void query.refetch()} /> : <></>
  const { rows, meta } = query.data
  const used = filters.filter((name) => view.get(name) !== '')
  if (rows.length === 0 && used.length > 0)
    return <NothingFound view={view} used={used} label={props.label} />
  if (rows.length === 0 && view.page === 1) return <>{props.empty}</>
  return (
    <div className={query.isFetching && query.isPlaceholderData ? 'is-refetching' : undefined}>
      <Table {...props} rows={rows} isStale={query.isPlaceholderData} />
      <Pager view={view} meta={meta} label={props.label} />
    </div>
  )
}

function NothingFound(props: {
  readonly view: ViewState
  readonly used: readonly string[]
  readonly label: string
}): ReactElement {
  const { view, used, label } = props
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name="search" size={24} />
      </span>
      <h2>No {label} match</h2>
      <p className="muted">Nothing fits all the filters that are set.</p>
      <Button onClick={() => view.set(Object.fromEntries(used.map((name) => [name, ''])))}>
        Clear all filters
      </Button>
    </div>
  )
}

/** The rows of a list. The whole row opens what its first cell links to. */
export function Table<Row>(props: {
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  readonly hrefOf?: (row: Row) => string
  readonly selection?: Selection | undefined
  /** These are the rows of other filters or of another page, until their own are there. */
  readonly isStale?: boolean
  /** On small screens every row is a card, as it is where rows open something. */
  readonly isStacked?: boolean
}): ReactElement {
  const { rows, columns, hrefOf, selection, isStacked, isStale = false } = props
  const body = useRef<HTMLTableSectionElement>(null)
  useRowKeys(body, hrefOf !== undefined)
  return (
    <div className="table-box" role="region" aria-label={props.label} tabIndex={0}>
      <table className={isStacked ? 'table table-stacked' : 'table'}>
        <caption className="visually-hidden">{props.label}</caption>
        <thead>
          <tr>
            {selection && (
              <SelectAllRows selection={selection} keys={rows.map(props.keyOf)} isStale={isStale} />
            )}
            {columns.map(({ title, isNumber, isMinor }) => (
              <th key={title} scope="col" className={classOf(isNumber, isMinor)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <tr key={props.keyOf(row)} className={hrefOf ? 'row-link' : undefined}>
              {selection && (
                <SelectRow
                  selection={selection}
                  rowKey={props.keyOf(row)}
                  keys={rows.map(props.keyOf)}
                  isStale={isStale}
                />
              )}
              {columns.map(({ title, cell, isNumber, isMinor }, at) => (
                <td key={title} className={classOf(isNumber, isMinor)} data-title={title}>
                  {at === 0 && hrefOf ? (
                    <Link className="row-open" href={hrefOf(row)}>
                      {cell(row)}
                    </Link>
                  ) : (
                    cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const classOf = (isNumber?: boolean, isMinor?: boolean): string | undefined =>
  [isNumber ? 'number' : '', isMinor ? 'minor' : ''].filter(Boolean).join(' ') || undefined

/** J and K walk through the rows; Enter opens, as on any link. */
function useRowKeys(body: React.RefObject<HTMLTableSectionElement | null>, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return
    const move = (event: KeyboardEvent) => {
      if (isTyping(event) || document.querySelector('dialog[open]')) return
      const step = { j: 1, k: -1 }[event.key]
      if (step === undefined) return
      const links = [...(body.current?.querySelectorAll<HTMLElement>('.row-open') ?? [])]
      const at = links.indexOf(document.activeElement as HTMLElement)
      const next = links[at === -1 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)]
      next?.focus()
      next?.scrollIntoView({ block: 'nearest' })
    }
    document.addEventListener('keydown', move)
    return () => document.removeEventListener('keydown', move)
  }, [body, isOn])
}

/** Whether a key belongs to a field or to the system, and is no shortcut of ours. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true
  return (
    event.target instanceof HTMLElement &&
    event.target.closest('input, textarea, select, [contenteditable]') !== null
  )
}

/** How many rows there are, and ways to the pages before and after. */
export function Pager(props: {
  readonly view: ViewState
  readonly meta: Page<unknown>['meta']
  readonly label: string
}): ReactElement {
  const { view, meta } = props
  const go = (page: number) => view.set({ page: page === 1 ? '' : String(page) })
  return (
    <nav className="pager" aria-label={`Pages of ${props.label}`}>
      <span className="caption" role="status">
        {meta.total_count.toLocaleString()} {meta.total_count === 1 ? singular(props.label) : props.label}
        {meta.total_pages > 1 && ` · page ${meta.current_page} of ${meta.total_pages.toLocaleString()}`}
      </span>
      {meta.total_pages > 1 && (
        <span className="line">
          {meta.total_pages > 2 && (
            <Button disabled={!meta.prev_page} onClick={() => go(1)}>
              First
            </Button>
          )}
          <Button icon="left" disabled={!meta.prev_page} onClick={() => go(meta.current_page - 1)}>
            Previous
          </Button>
          <Button disabled={!meta.next_page} onClick={() => go(meta.current_page + 1)}>
            Next
          </Button>
          {meta.total_pages > 2 && (
            <Button disabled={!meta.next_page} onClick={() => go(meta.total_pages)}>
              Last
            </Button>
          )}
        </span>
      )}
    </nav>
  )
}

/** Opens a search field for the list; `/` goes there. */
export function SearchBox({
  view,
  label,
}: {
  readonly view: ViewState
  readonly label: string
}): ReactElement {
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const searched = view.get('q')
  // A filter may be set, or the page left, before what was typed is searched for.
  const latest = useRef(view)
  useEffect(() => {
    latest.current = view
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    if (input.current && input.current !== document.activeElement) input.current.value = searched
  }, [searched])
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', focus)
    return () => document.removeEventListener('keydown', focus)
  }, [])
  return (
    <span className="search-box">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        className="input"
        aria-label={label}
        placeholder={label}
        defaultValue={searched}
        onChange={({ target: { value } }) => {
          clearTimeout(timer.current)
          timer.current = setTimeout(() => latest.current.set({ q: value }), 250)
        }}
      />
    </span>
  )
}

/** A filter with fixed values, as a chip that shows what is set. */
export function FilterChip(props: {
  readonly view: ViewState
  readonly name: string
  readonly label: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
}): ReactElement {
  const { view, name, label, options } = props
  const value = view.get(name)
  return (
    <span className={`chip ${value === '' ? '' : 'chip-set'}`}>
      <label>
        <span className="chip-label">{label}</span>
        <select
          value={value}
          onChange={(event) => view.set({ [name]: event.target.value })}
          onKeyDown={(event) => event.key === 'Backspace' && view.set({ [name]: '' })}
        >
          <option value="">any</option>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </label>
      {value !== '' && (
        <button
          type="button"
          aria-label={`Remove the filter ${label}`}
          onClick={() => view.set({ [name]: '' })}
        >
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  )
}

/** A filter by a day, which is chosen in the address and shown as a chip. */
export function DayChip(props: {
  readonly view: ViewState
  readonly name: string
  readonly label: string
}): ReactElement {
  const { view, name, label } = props
  const value = view.get(name)
  return (
    <span className={`chip ${value === '' ? '' : 'chip-set'}`}>
      <label>
        <span className="chip-label">{label}</span>
        <input type="date" value={value} onChange={(event) => view.set({ [name]: event.target.value })} />
      </label>
    </span>
  )
}

/** A filter by an id that is typed, such as that of a customer. */
export function TextFilter(props: {
  readonly view: ViewState
  readonly name: string
  readonly label: string
}): ReactElement {
  const { view, name, label } = props
  const value = view.get(name)
  const set = (text: string) => text.trim() !== value && view.set({ [name]: text.trim() })
  return (
    <input
      // Another one where the address says something else, as after all filters were cleared.
      key={value}
      className="input text-filter"
      aria-label={label}
      placeholder={label}
      defaultValue={value}
      onBlur={({ target }) => set(target.value)}
      onKeyDown={(event) => event.key === 'Enter' && set(event.currentTarget.value)}
    />
  )
}

/** Search and filters above a list. */
export function FilterBar({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <div className="filter-bar" role="search">
      {children}
    </div>
  )
}
