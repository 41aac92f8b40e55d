import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { OWN_API, useList, useOne } from '../../api/queries.ts'
import type { Webhook, WebhookEndpoint } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { Moment } from '../../parts/ago.tsx'
import { ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm, Dialog } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { type Column, FilterBar, FilterChip, List, Table, useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Facts, None, Page } from '../../parts/page.tsx'
import { Payload, pretty } from '../../parts/payload.tsx'
import { RepeatActions } from '../../parts/repeat-actions.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { activityWords } from '../../shell/ran-list.tsx'
import { noAnswerWords } from './no-answer.ts'
import { endpointName, typesText } from './webhook-list.tsx'

const STATUSES = [
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'retrying', label: 'Retrying' },
  { value: 'pending', label: 'Pending' },
]

/** One endpoint with its deliveries. */
export function WebhookDetail(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const at = useAt()
  const query = useOne<WebhookEndpoint>(`/webhook_endpoints/${encodeURIComponent(id)}`, 'webhook_endpoint')
  return (
    <LoadedPage
      title="Endpoint"
      crumbs={[{ label: 'Webhooks', href: at('/developers/webhooks') }]}
      query={query}
    >
      {(endpoint) => <Detail endpoint={endpoint} />}
    </LoadedPage>
  )
}

function Detail({ endpoint }: { readonly endpoint: WebhookEndpoint }): ReactElement {
  const [isDeleting, setDeleting] = useState(false)
  const [isReplaying, setReplaying] = useState(false)
  const at = useAt()
  const go = useGo()
  const path = `/webhook_endpoints/${endpoint.lago_id}`
  const count = useList<Webhook>(
    `${path}/webhooks`,
    'webhooks',
    { per_page: 1, status: 'failed' },
    { every: 5000 },
  )
  const failed = count.data?.meta.total_count ?? 0
  const home = at(`/developers/webhooks/${endpoint.lago_id}`)
  return (
    <Page
      title={endpointName(endpoint)}
      crumbs={[{ label: 'Webhooks', href: at('/developers/webhooks') }]}
      facts={
        <>
          <Code text={endpoint.webhook_url} />
          <span>{typesText(endpoint)}</span>
          <span>{endpoint.signature_algo.toUpperCase()}</span>
        </>
      }
      action={
        <ButtonLink href={`${home}/edit`} icon="edit">
          Edit
        </ButtonLink>
      }
      menu={[
        {
          label: 'Send failed again',
          icon: 'subscription',
          refusal: failed === 0 ? 'No message has failed.' : undefined,
          onSelect: () => setReplaying(true),
        },
        { label: 'Delete', icon: 'trash', isDangerous: true, onSelect: () => setDeleting(true) },
      ]}
    >
      <Deliveries endpoint={endpoint} />
      <Confirm
        title={`Send ${failed === 1 ? 'one failed message' : `${failed.toLocaleString()} failed messages`} again?`}
        isOpen={isReplaying}
        onClose={() => setReplaying(false)}
        verb="Send again"
        write={{ method: 'POST', path: `${OWN_API}${path}/replay` }}
        done="They are being sent again."
      >
        <p>
          The first one first, one after the other, each with all its attempts. The endpoint may have acted on
          some of them already, although it answered with an error.
        </p>
      </Confirm>
      <Confirm
        title={`Delete ${endpointName(endpoint)}?`}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        verb="Delete endpoint"
        isDangerous
        write={{ method: 'DELETE', path }}
        done="The endpoint was deleted."
        onDone={() => go(at('/developers/webhooks'))}
      >
        <p>It gets no further message, and its deliveries are no longer shown.</p>
      </Confirm>
    </Page>
  )
}

const columns: readonly Column<Webhook>[] = [
  { title: 'Message', cell: ({ webhook_type }) => <code>{webhook_type}</code> },
  { title: 'Status', cell: ({ status }) => <Status status={status} /> },
  { title: 'About', isMinor: true, cell: ({ object_type }) => activityWords(object_type) },
  { title: 'HTTP', isNumber: true, isMinor: true, cell: ({ http_status }) => http_status ?? <None /> },
  { title: 'Retries', isNumber: true, isMinor: true, cell: ({ retries }) => retries },
  { title: 'When (UTC)', cell: ({ created_at }) => <Moment at={created_at} /> },
]

function Deliveries({ endpoint }: { readonly endpoint: WebhookEndpoint }): ReactElement {
  const view = useView()
  const go = useGo()
  const opened = view.get('delivery')
  const query = useList<Webhook>(
    `/webhook_endpoints/${endpoint.lago_id}/webhooks`,
    'webhooks',
    { page: view.page, per_page: 50, status: view.get('status') },
    { every: 5000 },
  )
  return (
    <>
      <FilterBar>
        <FilterChip view={view} name="status" label="Status" options={STATUSES} />
      </FilterBar>
      <List
        label="deliveries"
        query={query}
        view={view}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ lago_id }) => view.hrefWith({ delivery: lago_id })}
        filters={['status']}
        empty={
          <Empty icon="webhook" title="Nothing was sent yet">
            A message is sent here as soon as something happens: create a customer, for example.
          </Empty>
        }
      />
      {opened !== '' && (
        <Delivery endpoint={endpoint} id={opened} onClose={() => go(view.hrefWith({ delivery: '' }))} />
      )}
    </>
  )
}

/** One message: what was sent, what came back, and another attempt. */
function Delivery(props: {
  readonly endpoint: WebhookEndpoint
  readonly id: string
  readonly onClose: () => void
}): ReactElement {
  const { endpoint, id, onClose } = props
  const query = useOne<Webhook>(`/webhooks/${encodeURIComponent(id)}`, 'webhook', { every: 2000 })
  const retry = { method: 'POST', path: `/webhooks/${id}/retry` } as const
  const webhook = query.data
  return (
    <Dialog
      title={webhook?.webhook_type ?? 'Delivery'}
      isOpen
      onClose={onClose}
      isWide
      actions={
        webhook &&
        webhook.status !== 'succeeded' && (
          <RepeatActions write={retry} label="Send again" done="The message is being sent again." />
        )
      }
    >
      <Loaded query={query}>
        {(delivery) => (
          <div className="stack-wide">
            {isUnanswered(delivery) && (
              <p className="notice notice-warning">{noAnswerWords(endpoint.webhook_url)}</p>
            )}
            {delivery.advice && <p className="notice notice-warning">{delivery.advice}</p>}
            <Facts
              facts={[
                ['Status', <Status key="status" status={delivery.status} />],
                ['HTTP status', delivery.http_status],
                ['Retries', delivery.retries],
                ['Made', formatTime(delivery.created_at)],
                ['Last retry', delivery.last_retried_at && formatTime(delivery.last_retried_at)],
                ['Id', <Code key="id" text={delivery.lago_id} />],
              ]}
            />
            <Attempts attempts={delivery.attempts} />
            <Payload title="Message" text={pretty(delivery.payload)} />
            {delivery.response && <Payload title="Answer" text={delivery.response} />}
          </div>
        )}
      </Loaded>
    </Dialog>
  )
}

/** Whether the last attempt ended without any answer. */
const isUnanswered = ({ attempts, http_status: status }: Webhook): boolean =>
  attempts.length > 0 && !attempts.some(({ is_delivered }) => is_delivered) && status === null

type Attempt = Webhook['attempts'][number]

const attemptColumns: readonly Column<Attempt>[] = [
  { title: 'Attempt (UTC)', cell: ({ at }) => <Moment at={at} /> },
  {
    title: 'Outcome',
    cell: ({ is_delivered: isDelivered }) => (
      <Status status={isDelivered ? 'succeeded' : 'failed'} label={isDelivered ? 'Delivered' : 'Failed'} />
    ),
  },
  { title: 'HTTP', isNumber: true, cell: ({ http_status }) => http_status ?? <None /> },
]

/** Every attempt to deliver a message. */
function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }): ReactElement | null {
  if (attempts.length === 0) return null
  return (
    <Table
      label="attempts"
      rows={attempts}
      columns={attemptColumns}
      keyOf={(attempt) => `${attempts.indexOf(attempt)}`}
    />
  )
}
