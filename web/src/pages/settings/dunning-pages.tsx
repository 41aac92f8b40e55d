import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { formatCents } from '../../format/money.ts'
import { Button, ButtonLink, IconButton } from '../../parts/button.tsx'
import { DecimalField, DecimalInput, NameAndCode, Row, TextField } from '../../parts/fields.tsx'
import { type Form, FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Named } from '../../parts/named.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { TagsInput } from '../../parts/tags-field.tsx'
import { useToasts } from '../../parts/toast.tsx'
import {
  attemptDays,
  CAMPAIGNS,
  campaignBody,
  campaignPath,
  checkCampaign,
  type DunningCampaign,
  type DunningValues,
  newCampaign,
  valuesOfCampaign,
} from './dunning-values.ts'
import { SettingsTabs } from './settings-tabs.tsx'

const EXAMPLE = {
  method: 'POST',
  path: CAMPAIGNS,
  body: {
    dunning_campaign: {
      name: 'Late payers',
      code: 'late',
      max_attempts: 3,
      days_between_attempts: 7,
      thresholds: [{ currency: 'EUR', amount_cents: 1000 }],
    },
  },
} as const

const columns: readonly Column<DunningCampaign>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  {
    title: 'From',
    cell: ({ thresholds }) =>
      thresholds.map((each) => formatCents(each.amount_cents, each.currency)).join(', '),
  },
  {
    title: 'Attempts',
    cell: (each) => `${each.max_attempts} × every ${each.days_between_attempts} days`,
  },
]

/** Campaigns that ask for overdue invoices. */
export function DunningList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<DunningCampaign>(CAMPAIGNS, 'dunning_campaigns', { page: view.page, per_page: 50 })
  const create = may('dunning_campaigns:create') ? (
    <ButtonLink href={at('/settings/dunning/new')} kind="primary" icon="plus">
      New campaign
    </ButtonLink>
  ) : undefined
  return (
    <Page
      title="Dunning"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      action={create}
      tabs={<SettingsTabs />}
    >
      <List
        label="campaigns"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/settings/dunning/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="clock" title="Remind late payers" action={create} write={EXAMPLE}>
            A campaign asks customers for their overdue invoices, some days apart, once these reach an amount.
          </Empty>
        }
      />
    </Page>
  )
}

export function NewCampaign(): ReactElement {
  const { default_currency: currency } = useOrganization()
  return <CampaignForm initial={newCampaign(currency)} stored={null} />
}

export function EditCampaign(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<DunningCampaign>(campaignPath(code), 'dunning_campaign')
  return (
    <LoadedPage title="Edit campaign" query={query}>
      {(campaign) => <CampaignForm initial={valuesOfCampaign(campaign)} stored={campaign} />}
    </LoadedPage>
  )
}

function CampaignForm(props: {
  readonly initial: DunningValues
  readonly stored: DunningCampaign | null
}): ReactElement {
  const { initial, stored } = props
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const list = at('/settings/dunning')
  const back = stored ? `${list}/${encodeURIComponent(stored.code)}` : list
  const form = useForm<DunningValues>({
    initial,
    check: checkCampaign,
    draft: `dunning ${stored?.code ?? 'new'}`,
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? campaignPath(stored.code) : CAMPAIGNS,
      body: { dunning_campaign: campaignBody(values) },
    }),
    onDone: (answer) => {
      const { dunning_campaign: saved } = answer as { dunning_campaign: DunningCampaign }
      toasts.success('The campaign was saved.')
      go(`${list}/${encodeURIComponent(saved.code)}`)
    },
  })
  const days = attemptDays(form.values)
  return (
    <Page
      title={stored ? `Edit ${stored.name}` : 'New campaign'}
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Dunning', href: list },
        ...(stored ? [{ label: stored.name, href: back }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save campaign' : 'Create campaign'}
        onCancel={() => go(back)}
        effect={
          days.length > 0
            ? `A customer is asked on day ${days.map((day) => day + 1).join(', ')} after the amount is reached.`
            : 'Nobody is asked yet.'
        }
      >
        <Section title="Basics" help="Choose it in a billing entity or for a customer.">
          <NameAndCode isNew={stored === null} />
          <TextField name="description" label="Description" isLong />
        </Section>
        <Section title="When" help="The sum of overdue invoices from which customers are asked.">
          <Thresholds form={form} />
          <Row>
            <DecimalField name="max_attempts" label="Attempts" isRequired />
            <DecimalField name="days_between_attempts" label="Days between them" suffix="days" isRequired />
          </Row>
        </Section>
        <Section title="Copies" help="Who gets a copy of each request.">
          <div className="field">
            <label htmlFor="field-bcc_emails">E-mail addresses</label>
            <TagsInput
              id="field-bcc_emails"
              label="E-mail addresses"
              values={form.values.bcc_emails}
              onChange={(values) => form.set('bcc_emails', values)}
              placeholder="finance@example.com"
            />
            {form.errorOf('bcc_emails') && <p className="field-error">{form.errorOf('bcc_emails')}</p>}
          </div>
        </Section>
      </FormPage>
    </Page>
  )
}

function Thresholds({ form }: { readonly form: Form<DunningValues> }): ReactElement {
  const { thresholds } = form.values
  const set = (next: DunningValues['thresholds']) => form.set('thresholds', next)
  const change = (at: number, part: Partial<DunningValues['thresholds'][number]>) =>
    set(thresholds.map((each, index) => (index === at ? { ...each, ...part } : each)))
  const free = CURRENCIES.find((code) => thresholds.every(({ currency }) => currency !== code))
  const error = form.errorOf('thresholds')
  return (
    <div className="repeat" id="field-thresholds" tabIndex={-1}>
      {thresholds.map(({ currency, amount }, at) => (
        <div key={at} className="repeat-item">
          <span className="grow">
            <DecimalInput
              label={`Amount in ${currency}`}
              value={amount}
              onChange={(value) => change(at, { amount: value })}
              suffix={currency}
            />
          </span>
          <select
            className="input"
            aria-label={`Currency of threshold ${at + 1}`}
            value={currency}
            onChange={(event) => change(at, { currency: event.target.value })}
          >
            {CURRENCIES.map((code) => (
              <option key={code} value={code}>
                {code}
              </option>
            ))}
          </select>
          <IconButton
            icon="trash"
            label={`Remove the threshold in ${currency}`}
            onClick={() => set(thresholds.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      {error && <p className="field-error">{error}</p>}
      {free && (
        <div>
          <Button icon="plus" onClick={() => set([...thresholds, { currency: free, amount: '' }])}>
            Add a currency
          </Button>
        </div>
      )}
    </div>
  )
}
