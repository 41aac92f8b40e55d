import type { ReactElement } from 'react'
import { type NameOf, useNames } from '../../api/names.ts'
import { textOfCode } from '../../api/problem-texts.ts'
import { useList, useOne } from '../../api/queries.ts'
import type { ActivityLog, ApiLog } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { clientName } from '../../format/user-agent.ts'
import { Moment } from '../../parts/ago.tsx'
import { Code } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import {
  type Column,
  DayChip,
  FilterBar,
  FilterChip,
  List,
  Table,
  TextFilter,
  useView,
  type ViewState,
} from '../../parts/list.tsx'
import { NameOnly } from '../../parts/named.tsx'
import { Card, Facts, None, Page } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { activityWords, sourceWords } from '../../shell/ran-list.tsx'
import { changesOf } from './changes.ts'
import { objectOf } from './object-of.ts'

const SOURCES = ['api', 'front', 'portal', 'system'].map((value) => ({ value, label: sourceWords(value) }))
const RESOURCES = [
  'BillableMetric',
  'Plan',
  'Customer',
  'Subscription',
  'Invoice',
  'CreditNote',
  'Coupon',
  'Wallet',
  'WalletTransaction',
  'Payment',
  'PaymentRequest',
  'PaymentReceipt',
  'BillingEntity',
  'Feature',
  'Alert',
]

/** `CreditNote` is `Credit note`. */
const spaced = (type: string): string =>
  type.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const activityColumnsOf = (nameOf: NameOf): readonly Column<ActivityLog>[] => [
  { title: 'What', cell: ({ activity_type }) => activityWords(activity_type) },
  { title: 'Object', isMinor: true, cell: (row) => objectOf(row).name ?? spaced(row.resource_type) },
  {
    title: 'Customer',
    cell: ({ external_customer_id: id }) => (id ? nameOf('customers', id) : <None />),
  },
  { title: 'Who', cell: ({ user_email, activity_source }) => user_email ?? sourceWords(activity_source) },
  { title: 'When (UTC)', cell: ({ logged_at }) => <Moment at={logged_at} /> },
]

/** What was done to which object, by whom. */
export function ActivityLogPage(): ReactElement {
  const view = useView()
  const go = useGo()
  const source = view.get('source')
  const type = view.get('type')
  const opened = view.get('activity')
  const query = useList<ActivityLog>('/activity_logs', 'activity_logs', {
    page: view.page,
    per_page: 50,
    external_customer_id: view.get('customer'),
    ...daysOf(view),
    ...(source ? { activity_sources: [source] } : {}),
    ...(type ? { resource_types: [type] } : {}),
  })
  const nameOf = useNames({ customers: query.data?.rows.map((row) => row.external_customer_id) })
  return (
    <Page title="Activity">
      <FilterBar>
        <FilterChip
          view={view}
          name="type"
          label="Object"
          options={RESOURCES.map((value) => ({ value, label: spaced(value) }))}
        />
        <FilterChip view={view} name="source" label="Source" options={SOURCES} />
        <TextFilter view={view} name="customer" label="Customer id" />
        <DayChips view={view} />
      </FilterBar>
      <List
        label="activities"
        query={query}
        view={view}
        columns={activityColumnsOf(nameOf)}
        keyOf={({ activity_id }) => activity_id}
        hrefOf={({ activity_id }) => view.hrefWith({ activity: activity_id })}
        filters={['type', 'source', 'customer', 'from', 'to']}
        empty={
          <Empty icon="activity" title="Nothing happened yet">
            Every change is noted here: what it was, who made it, and the values before and after.
          </Empty>
        }
      />
      {opened !== '' && <Activity id={opened} onClose={() => go(view.hrefWith({ activity: '' }))} />}
    </Page>
  )
}

function Activity({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactElement {
  const query = useOne<ActivityLog>(`/activity_logs/${encodeURIComponent(id)}`, 'activity_log')
  return (
    <Dialog
      title={query.data ? activityWords(query.data.activity_type) : 'Activity'}
      isOpen
      onClose={onClose}
      isWide
    >
      <Loaded query={query}>
        {(activity) => {
          const changes = changesOf(activity.activity_object_changes)
          return (
            <div className="stack-wide">
              <Facts
                facts={[
                  ['Object', <ObjectLink key="object" activity={activity} />],
                  ['Id of the object', <Code key="resource" text={activity.resource_id} />],
                  ['Who', activity.user_email ?? sourceWords(activity.activity_source)],
                  ['When', formatTime(activity.logged_at)],
                  ['Customer', <Owner key="customer" kind="customers" id={activity.external_customer_id} />],
                  [
                    'Subscription',
                    <Owner key="subscription" kind="subscriptions" id={activity.external_subscription_id} />,
                  ],
                ]}
              />
              {changes.length > 0 && (
                <Card title="What changed" isFlush>
                  <Table
                    label="Values before and after"
                    rows={changes}
                    keyOf={({ field }) => field}
                    columns={[
                      { title: 'Field', cell: ({ field }) => <code>{field}</code> },
                      { title: 'Before', cell: ({ before }) => before || <None /> },
                      { title: 'After', cell: ({ after }) => after || <None /> },
                    ]}
                  />
                </Card>
              )}
              {activity.activity_object !== null && (
                <Block title="The object afterwards" value={activity.activity_object} />
              )}
            </div>
          )
        }}
      </Loaded>
    </Dialog>
  )
}

function ObjectLink({ activity }: { readonly activity: ActivityLog }): ReactElement {
  const at = useAt()
  const { path, name } = objectOf(activity)
  const words = [spaced(activity.resource_type), name].filter(Boolean).join(' ')
  return path === null ? <>{words}</> : <Link href={at(path)}>{words}</Link>
}

/** Whose an object is. */
function Owner(props: {
  readonly kind: 'customers' | 'subscriptions'
  readonly id: string | null
}): ReactElement {
  const at = useAt()
  if (!props.id) return <None />
  return (
    <Link href={at(`/${props.kind}/${encodeURIComponent(props.id)}`)}>
      <NameOnly kind={props.kind} id={props.id} />
    </Link>
  )
}

/** The days that a log is asked for, in UTC as it is shown. */
const daysOf = (view: ViewState): { readonly from_date: string; readonly to_date: string } => ({
  from_date: view.get('from') && `${view.get('from')}T00:00:00Z`,
  to_date: view.get('to') && `${view.get('to')}T23:59:59.999Z`,
})

function DayChips({ view }: { readonly view: ViewState }): ReactElement {
  return (
    <>
      <DayChip view={view} name="from" label="From" />
      <DayChip view={view} name="to" label="Until" />
    </>
  )
}

const METHODS = ['post', 'put', 'patch', 'delete'].map((value) => ({ value, label: value.toUpperCase() }))
const RESULTS = [
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
]

const callStatus = ({ http_status: status }: ApiLog): ReactElement => (
  <Status status={status < 400 ? 'succeeded' : 'failed'} label={String(status)} />
)

const callColumns: readonly Column<ApiLog>[] = [
  {
    title: 'Call',
    cell: ({ http_method, request_path }) => (
      <code>
        {http_method.toUpperCase()} {request_path}
      </code>
    ),
  },
  { title: 'Status', cell: callStatus },
  { title: 'Reason', isMinor: true, cell: (call) => reasonOf(call) ?? <None /> },
  {
    title: 'Client',
    isMinor: true,
    cell: ({ client }) => (
      <span className="clip log-client" title={client}>
        {clientName(client)}
      </span>
    ),
  },
  { title: 'When (UTC)', cell: ({ logged_at }) => <Moment at={logged_at} /> },
]

/** Why a call was refused, in words; null of one that was not. */
function reasonOf({ http_status, request_response: answer }: ApiLog): string | null {
  if (http_status < 400 || typeof answer !== 'object' || answer === null) return null
  const { code, error } = answer as { readonly code?: unknown; readonly error?: unknown }
  if (typeof code === 'string') return textOfCode(code)
  return typeof error === 'string' ? error : null
}

/** Calls of the API that wrote something, and reads that were refused. */
export function ApiLogPage(): ReactElement {
  const view = useView()
  const go = useGo()
  const method = view.get('method')
  const status = view.get('status')
  const opened = view.get('call')
  const query = useList<ApiLog>('/api_logs', 'api_logs', {
    page: view.page,
    per_page: 50,
    ...(method ? { http_methods: [method] } : { with_refused_reads: 'true' }),
    ...(status ? { http_statuses: [status] } : {}),
    ...daysOf(view),
  })
  return (
    <Page title="API log">
      <p className="muted log-note">
        Calls that write are logged. Of those that only read, the ones that a key may not make.
      </p>
      <FilterBar>
        <FilterChip view={view} name="method" label="Method" options={METHODS} />
        <FilterChip view={view} name="status" label="Status" options={RESULTS} />
        <DayChips view={view} />
      </FilterBar>
      <List
        label="calls"
        query={query}
        view={view}
        columns={callColumns}
        keyOf={({ request_id }) => request_id}
        hrefOf={({ request_id }) => view.hrefWith({ call: request_id })}
        filters={['method', 'status', 'from', 'to']}
        empty={
          <Empty icon="code" title="Nothing was called yet">
            Each call that writes is kept with its body and answer, so that you can see what went wrong.
          </Empty>
        }
      />
      {opened !== '' && <Call id={opened} onClose={() => go(view.hrefWith({ call: '' }))} />}
    </Page>
  )
}

function Call({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactElement {
  const query = useOne<ApiLog>(`/api_logs/${encodeURIComponent(id)}`, 'api_log')
  return (
    <Dialog title="API call" isOpen onClose={onClose} isWide>
      <Loaded query={query}>
        {(call) => (
          <div className="stack-wide">
            <Facts
              facts={[
                ['Call', <code key="call">{`${call.http_method.toUpperCase()} ${call.request_path}`}</code>],
                ['Status', callStatus(call)],
                ['Reason', reasonOf(call)],
                ['Client', call.client],
                ['Origin', call.request_origin],
                ['When', formatTime(call.logged_at)],
                ['Request', <Code key="id" text={call.request_id} />],
              ]}
            />
            <Block title="Request body" value={call.request_body} />
            <Block title="Answer" value={call.request_response} />
          </div>
        )}
      </Loaded>
    </Dialog>
  )
}

function Block({ title, value }: { readonly title: string; readonly value: unknown }): ReactElement {
  return (
    <Card title={title}>
      <pre className="code-block" tabIndex={0} role="region" aria-label={title}>
        {JSON.stringify(value, null, 2)}
      </pre>
    </Card>
  )
}
