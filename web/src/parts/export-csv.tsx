import { type ReactElement, useEffect, useRef, useState } from 'react'
import { ApiProblem, queryOf, send } from '../api/client.ts'
import { useNow } from '../api/now.ts'
import { textOfProblem } from '../api/problem-texts.ts'
import { API } from '../api/queries.ts'
import type { PaginationMeta } from '../api/types.ts'
import { csvLines, saveCsv } from '../format/csv.ts'
import { Button } from './button.tsx'
import { useToasts } from './toast.tsx'

const ROWS_AT_ONCE = 200
/** A row moves to a later page by as many as are added while pages are read; so many may be in one second. */
const KEYS_KEPT = 2000

/** What a file has of each row, by the title of its column. */
export type CsvColumns<Row> = readonly (readonly [
  title: string,
  value: (row: Row) => string | number | null | undefined,
])[]

type Export<Row> = {
  /** What is exported, such as `invoices`; it names the file. */
  readonly name: string
  readonly path: string
  /** Where the rows are in the answer. */
  readonly root: string
  /** The filters of the list. */
  readonly params: Parameters<typeof queryOf>[0]
  readonly keyOf: (row: Row) => string
  readonly columns: CsvColumns<Row>
}

/** Saves every row that the filters of a list find, not only those of the page that is shown. */
export function ExportCsv<Row>(props: Export<Row>): ReactElement {
  const now = useNow()
  const toasts = useToasts()
  const [done, setDone] = useState<number | null>(null)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])
  const start = async () => {
    const controller = new AbortController()
    running.current = controller
    const { signal } = controller
    setDone(0)
    try {
      const { parts, count } = await readAll(props, signal, setDone)
      saveCsv(`${props.name.replaceAll(' ', '-')}-${new Date(now).toISOString().slice(0, 10)}.csv`, parts)
      toasts.success(`Exported ${count.toLocaleString()} ${props.name}.`)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ApiProblem)) throw error
      toasts.error(textOfProblem(error))
    } finally {
      if (!signal.aborted) setDone(null)
    }
  }
  return (
    <Button icon="download" isBusy={done !== null} onClick={() => void start()}>
      {done ? `Exporting ${done.toLocaleString()}…` : 'Export CSV'}
    </Button>
  )
}

/**
 * The lines of all pages. A row that moves to the next page while they are read is there once. What is ready is held as
 * blobs, which are not in the memory of the page.
 */
async function readAll<Row>(
  { path, root, params, keyOf, columns }: Export<Row>,
  signal: AbortSignal,
  onRead: (count: number) => void,
): Promise<{ readonly parts: readonly BlobPart[]; readonly count: number }> {
  const parts: BlobPart[] = [csvLines([columns.map(([title]) => title)])]
  let [latest, count]: [readonly string[], number] = [[], 0]
  let page: number | null = 1
  while (page !== null) {
    const query = queryOf({ ...params, page, per_page: ROWS_AT_ONCE })
    const answer: Record<string, unknown> = await send('GET', `${API}${path}${query}`, undefined, signal)
    const seen = new Set(latest)
    const rows = (answer[root] as readonly Row[]).filter((row) => !seen.has(keyOf(row)))
    latest = [...latest, ...rows.map(keyOf)].slice(-KEYS_KEPT)
    count += rows.length
    parts.push(new Blob([csvLines(rows.map((row) => columns.map(([, value]) => String(value(row) ?? ''))))]))
    onRead(count)
    page = (answer.meta as PaginationMeta).next_page
  }
  return { parts, count }
}
