import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { BarRows } from '../../charts/bar-rows.tsx'
import { formatTime } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Named } from '../../parts/named.tsx'
import { Card, Columns, Facts, None, Page } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { campaignPath, type DunningCampaign } from '../settings/dunning-values.ts'
import { EntitySwitches } from './entity-switches.tsx'

/** One campaign: how far its customers have come, and who is being asked. */
export function CampaignDetail(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const at = useAt()
  const query = useOne<DunningCampaign>(campaignPath(code), 'dunning_campaign')
  return (
    <LoadedPage title="Campaign" crumbs={[{ label: 'Dunning', href: at('/settings/dunning') }]} query={query}>
      {(campaign) => <Detail campaign={campaign} />}
    </LoadedPage>
  )
}

function Detail({ campaign }: { readonly campaign: DunningCampaign }): ReactElement {
  const [isDeleting, setDeleting] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  const list = at('/settings/dunning')
  const path = campaignPath(campaign.code)
  return (
    <Page
      title={campaign.name}
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Dunning', href: list },
      ]}
      facts={
        <>
          <Code text={campaign.code} />
          <span>
            {campaign.max_attempts} × every {campaign.days_between_attempts} days
          </span>
        </>
      }
      action={
        may('dunning_campaigns:update') && (
          <ButtonLink href={`${list}/${encodeURIComponent(campaign.code)}/edit`} icon="edit">
            Edit
          </ButtonLink>
        )
      }
      menu={
        may('dunning_campaigns:delete')
          ? [{ label: 'Delete', icon: 'trash', isDangerous: true, onSelect: () => setDeleting(true) }]
          : []
      }
    >
      <Columns
        aside={
          <>
            <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path }} />}>
              <Facts
                facts={[
                  [
                    'From',
                    campaign.thresholds
                      .map((each) => formatCents(each.amount_cents, each.currency))
                      .join(', '),
                  ],
                  ['Description', campaign.description],
                  ['Copies to', campaign.bcc_emails.join(', ')],
                ]}
              />
            </Card>
            {may('billing_entities:view') && <EntitySwitches campaign={campaign} />}
          </>
        }
      >
        <Funnel campaign={campaign} />
        {may('customers:view') && (
          <Card title="Who is being asked" isFlush>
            <Dunned campaign={campaign} />
          </Card>
        )}
      </Columns>
      <Confirm
        title={`Delete ${campaign.name}?`}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        verb="Delete campaign"
        isDangerous
        write={{ method: 'DELETE', path }}
        done={`${campaign.name} was deleted.`}
        onDone={() => go(list)}
      >
        <p>Customers are no longer asked by it. Requests that were made stay open.</p>
      </Confirm>
    </Page>
  )
}

type FunnelCounts = {
  readonly asked: number
  readonly mailed: number
  readonly paid: number
  readonly exhausted: number
  readonly in_progress: number
}

const STEPS = [
  ['asked', 'Asked'],
  ['mailed', 'With an address'],
  ['paid', 'Paid'],
  ['in_progress', 'Not paid yet'],
  ['exhausted', 'All attempts made'],
] as const

function Funnel({ campaign }: { readonly campaign: DunningCampaign }): ReactElement {
  const query = useOne<FunnelCounts>(`${campaignPath(campaign.code)}/funnel`, 'funnel', { every: 10_000 })
  return (
    <Card title="How far customers have come">
      <Loaded query={query} rows={3}>
        {(funnel) => (
          <BarRows
            label="Customers of the campaign"
            summary={`${funnel.asked.toLocaleString()} asked, ${funnel.paid.toLocaleString()} paid.`}
            columns={['Step', 'Customers']}
            rows={STEPS.map(([step, label]) => ({
              label,
              size: funnel[step],
              value: funnel[step].toLocaleString(),
            }))}
          />
        )}
      </Loaded>
    </Card>
  )
}

type DunnedCustomer = {
  readonly external_id: string
  readonly name: string | null
  readonly last_attempt_at: string | null
  readonly next_attempt_at: string | null
  readonly attempts: readonly { readonly currency: string; readonly attempts: number }[]
  readonly overdue_balances: readonly { readonly currency: string; readonly amount_cents: number }[]
}

function Dunned({ campaign }: { readonly campaign: DunningCampaign }): ReactElement {
  const view = useView()
  const at = useAt()
  const query = useList<DunnedCustomer>(
    `${campaignPath(campaign.code)}/customers`,
    'customers',
    { page: view.page, per_page: 50 },
    { every: 10_000 },
  )
  const columns: readonly Column<DunnedCustomer>[] = [
    {
      title: 'Customer',
      cell: ({ name, external_id: id }) => <Named name={name || id} code={id} />,
    },
    {
      title: 'Attempt',
      cell: ({ attempts }) =>
        attempts.map((each) => `${each.attempts} of ${campaign.max_attempts} (${each.currency})`).join(', '),
    },
    {
      title: 'Overdue',
      isNumber: true,
      cell: ({ overdue_balances: balances }) =>
        balances.map((each) => formatCents(each.amount_cents, each.currency)).join(', ') || <None />,
    },
    { title: 'Last', isMinor: true, cell: ({ last_attempt_at: last }) => formatTime(last) },
    {
      title: 'Next',
      isMinor: true,
      cell: ({ next_attempt_at: next }) => (next === null ? <None /> : formatTime(next)),
    },
  ]
  return (
    <List
      label="customers"
      query={query}
      view={view}
      columns={columns}
      keyOf={({ external_id }) => external_id}
      hrefOf={({ external_id: id }) => at(`/customers/${encodeURIComponent(id)}/payments`)}
      empty={
        <Empty icon="clock" title="Nobody is being asked">
          Customers come here when what is overdue reaches the amount, and leave when they have paid.
        </Empty>
      }
    />
  )
}
