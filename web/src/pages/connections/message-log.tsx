import type { ReactElement } from 'react'
import { OWN_API, useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { PaymentProvider, ProviderMessage } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { Ago } from '../../parts/ago.tsx'
import { Code } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, FilterBar, FilterChip, List, SearchBox, useView } from '../../parts/list.tsx'
import { Facts, None } from '../../parts/page.tsx'
import { Payload, pretty } from '../../parts/payload.tsx'
import { RepeatActions } from '../../parts/repeat-actions.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { kindName } from './provider-kinds.ts'

const MESSAGES = `${OWN_API}/provider_messages`

const STATUSES = [
  { value: 'pending', label: 'Pending' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'failed', label: 'Failed' },
  { value: 'dead', label: 'Given up' },
]

const statusOf = ({ status }: ProviderMessage): ReactElement =>
  status === 'dead' ? <Status status="failed" label="Given up" /> : <Status status={status} />

const columns: readonly Column<ProviderMessage>[] = [
  { title: 'Message', cell: ({ type }) => <code>{type}</code> },
  { title: 'Status', cell: statusOf },
  { title: 'Result', isMinor: true, cell: ({ result }) => result || <None /> },
  {
    title: 'Came',
    isMinor: true,
    cell: ({ source }) => (source === 'push' ? 'By itself' : 'When asked for'),
  },
  { title: 'Received', cell: ({ received_at }) => <Ago at={received_at} /> },
]

/** What the provider of a connection sent, newest first. */
export function MessageLog({ connection }: { readonly connection: PaymentProvider }): ReactElement {
  const view = useView()
  const at = useAt()
  const opened = view.get('message')
  const query = useList<ProviderMessage>(
    MESSAGES,
    'provider_messages',
    {
      page: view.page,
      per_page: 50,
      payment_provider_id: connection.lago_id,
      status: view.get('status'),
      type: view.get('q'),
    },
    { every: 5000 },
  )
  const home = `/settings/payment-providers/${connection.lago_id}/messages`
  const kept = { q: view.get('q'), status: view.get('status'), page: view.get('page') }
  return (
    <>
      <FilterBar>
        <SearchBox view={view} label="Kind of message" />
        <FilterChip view={view} name="status" label="Status" options={STATUSES} />
      </FilterBar>
      <List
        label="messages"
        query={query}
        view={view}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ lago_id }) => at(`${home}?${new URLSearchParams({ ...kept, message: lago_id })}`)}
        filters={['q', 'status']}
        empty={
          <Empty icon="webhook" title="Nothing was sent yet">
            {kindName(connection.type)} tells Weir what becomes of payments, refunds and payment methods. What
            it sent is kept here.
          </Empty>
        }
      />
      {opened !== '' && (
        <Message id={opened} onClose={() => view.set({ message: '', page: view.get('page') })} />
      )}
    </>
  )
}

/** One message with what was in it; it can be applied again. */
function Message({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactElement {
  type InFull = ProviderMessage & { readonly body: Record<string, unknown> }
  const path = `${MESSAGES}/${encodeURIComponent(id)}`
  const query = useOne<InFull>(path, 'provider_message', { every: 3000 })
  const may = useMay()
  const replay = { method: 'POST', path: `${path}/replay` } as const
  return (
    <Dialog
      title={query.data?.type ?? 'Message'}
      isOpen
      onClose={onClose}
      isWide
      actions={
        query.data &&
        may('organization:integrations:update') && (
          <RepeatActions write={replay} label="Apply again" done="The message is being applied again." />
        )
      }
    >
      <Loaded query={query}>
        {(message) => (
          <div className="stack-wide">
            <p className="muted">
              Applying it again does nothing that was done before: a payment is never taken for paid twice.
            </p>
            <Facts
              facts={[
                ['Status', <span key="status">{statusOf(message)}</span>],
                ['Result', message.result],
                ['Tries', message.tries],
                ['Happened', formatTime(message.occurred_at)],
                ['Received', formatTime(message.received_at)],
                ['Applied', message.handled_at && formatTime(message.handled_at)],
                ['Id at the provider', <Code key="id" text={message.message_id} />],
              ]}
            />
            <Payload title="What was sent" text={pretty(message.body)} />
          </div>
        )}
      </Loaded>
    </Dialog>
  )
}
