import { type ReactElement, useState } from 'react'
import { ApiProblem, queryOf, send } from '../../api/client.ts'
import { API } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { Invoice, PaginationMeta } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, ProblemLine } from '../../parts/dialog.tsx'
import type { Selection } from '../../parts/selection.tsx'
import type { TaskItem } from '../../tasks/task.ts'
import { addTask } from '../../tasks/task-store.ts'
import { nameOf } from '../customers/customer-list.tsx'

const PAGE_SIZE = 100
/** What is left of a task is kept in the browser, which has little room. */
const DRAFTS_MAX = 10_000

type Params = Parameters<typeof queryOf>[0]

type Found = { readonly invoices: readonly Invoice[]; readonly meta: PaginationMeta }

const itemOf = ({ lago_id, customer }: Invoice): TaskItem => ({
  id: lago_id,
  label: customer ? `Draft for ${nameOf(customer)}` : 'Draft',
})

/** Every draft that the filters find, read before any of them changes. */
async function readDrafts(params: Params): Promise<readonly TaskItem[]> {
  const items = new Map<string, TaskItem>()
  let page: number | null = 1
  while (page !== null && items.size < DRAFTS_MAX) {
    const path: string = `${API}/invoices${queryOf({ ...params, page, per_page: PAGE_SIZE })}`
    const answer: Found = await send<Found>('GET', path)
    for (const invoice of answer.invoices) items.set(invoice.lago_id, itemOf(invoice))
    page = answer.meta.next_page
  }
  return [...items.values()].slice(0, DRAFTS_MAX)
}

/** Finalizes the drafts that are selected, one after the other, as a task. */
export function FinalizeDrafts(props: {
  readonly selection: Selection
  readonly rows: readonly Invoice[]
  readonly params: Params
}): ReactElement {
  const { selection, rows, params } = props
  const { slug } = useOrganization()
  const [items, setItems] = useState<readonly TaskItem[] | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [isOpen, setOpen] = useState(false)
  const open = async () => {
    setOpen(true)
    setProblem(null)
    setItems(null)
    try {
      const chosen = rows.filter(({ lago_id }) => selection.keys.has(lago_id)).map(itemOf)
      setItems(selection.isAll ? await readDrafts(params) : chosen)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
    }
  }
  const start = (waiting: readonly TaskItem[]) => {
    addTask({
      id: crypto.getRandomValues(new Uint32Array(4)).join('-'),
      organization: slug,
      kind: 'finalize_invoices',
      total: waiting.length,
      waiting,
      failed: [],
      isStopped: false,
    })
    setOpen(false)
    selection.clear()
  }
  const count = items?.length.toLocaleString()
  const title =
    count === undefined ? 'Finalize drafts' : `Finalize ${count} ${count === '1' ? 'draft' : 'drafts'}?`
  const actions = (
    <>
      <span className="grow" />
      <Button onClick={() => setOpen(false)} autoFocus>
        Cancel
      </Button>
      <Button
        kind="primary"
        isBusy={!items && !problem}
        disabled={!items || items.length === 0}
        onClick={() => items && start(items)}
      >
        Finalize drafts
      </Button>
    </>
  )
  return (
    <>
      <Button kind="primary" icon="check" onClick={() => void open()}>
        Finalize
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={() => setOpen(false)} actions={actions}>
        <div className="stack">
          <p>
            Each gets its number, its lines can no longer change, and its payment starts. It takes a while,
            and goes on while you work elsewhere.
          </p>
          {problem && <ProblemLine problem={problem} />}
        </div>
      </Dialog>
    </>
  )
}
