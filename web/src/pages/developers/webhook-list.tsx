import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import type { WebhookEndpoint } from '../../api/types.ts'
import { counted } from '../../format/counts.ts'
import { formatDate } from '../../format/dates.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { WebhookSecret } from './webhook-secret.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/webhook_endpoints',
  body: {
    webhook_endpoint: {
      webhook_url: 'https://example.com/hooks',
      signature_algo: 'hmac',
      name: 'Back office',
    },
  },
} as const

/** What people call an endpoint. */
export const endpointName = ({ name, webhook_url }: WebhookEndpoint): string => name || webhook_url

/** How many kinds of messages an endpoint gets. */
export const typesText = ({ event_types: types }: WebhookEndpoint): string => {
  if (types === null) return 'Everything'
  return types.length === 0 ? 'Nothing' : counted(types.length, 'kind')
}

const columns: readonly Column<WebhookEndpoint>[] = [
  {
    title: 'Endpoint',
    cell: (endpoint) => <Named name={endpointName(endpoint)} code={endpoint.webhook_url} />,
  },
  { title: 'Gets', cell: typesText },
  { title: 'Deliveries', isMinor: true, cell: (endpoint) => <Health endpoint={endpoint} /> },
  { title: 'Signed with', isMinor: true, cell: ({ signature_algo }) => signature_algo.toUpperCase() },
  { title: 'Created', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
]

/** How many messages have not arrived: given up, or else tried again. */
function Health({ endpoint }: { readonly endpoint: WebhookEndpoint }): ReactElement {
  const failed = useCount(endpoint, 'failed')
  const retrying = useCount(endpoint, 'retrying')
  if (failed > 0) return <Status status="failed" label={`${failed.toLocaleString()} failed`} />
  if (retrying > 0) return <Status status="retrying" label={`${retrying.toLocaleString()} retrying`} />
  return <None />
}

function useCount({ lago_id }: WebhookEndpoint, status: string): number {
  const path = `/webhook_endpoints/${lago_id}/webhooks`
  return useList(path, 'webhooks', { status, per_page: 1 }).data?.meta.total_count ?? 0
}

/** Addresses that are told what happens. */
export function WebhookList(): ReactElement {
  const view = useView()
  const at = useAt()
  const query = useList<WebhookEndpoint>('/webhook_endpoints', 'webhook_endpoints', {
    page: view.page,
    per_page: 50,
  })
  const create = (
    <ButtonLink href={at('/developers/webhooks/new')} kind="primary" icon="plus">
      New endpoint
    </ButtonLink>
  )
  return (
    <Page
      title="Webhooks"
      action={
        <>
          <WebhookSecret />
          {create}
        </>
      }
    >
      <List
        label="endpoints"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ lago_id }) => at(`/developers/webhooks/${lago_id}`)}
        view={view}
        empty={
          <Empty icon="webhook" title="Hear what happens" action={create} write={EXAMPLE}>
            Weir sends a signed message to your endpoint when an invoice is made, a payment fails, a wallet
            runs low.
          </Empty>
        }
      />
    </Page>
  )
}
