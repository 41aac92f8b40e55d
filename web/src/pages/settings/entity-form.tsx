import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { OWN_API, useList, useOne, useWrite } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { BillingEntity, Tax } from '../../api/types.ts'
import { COUNTRIES, CURRENCIES } from '../../format/countries.ts'
import { ChecksField } from '../../parts/checks-field.tsx'
import { NameAndCode, Row, SelectField, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { OptionsNote, rowsOf } from '../../parts/options.tsx'
import { Card, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { checkEntity, type EntityValues, entityBody, newEntity, valuesOfEntity } from './entity-values.ts'
import { InvoiceFields } from './invoice-fields.tsx'

const pathOf = (code: string) => `/billing_entities/${encodeURIComponent(code)}`

export function NewEntity(): ReactElement {
  const { default_currency, timezone } = useOrganization()
  return <EntityForm initial={newEntity(default_currency, timezone)} stored={null} />
}

export function EditEntity(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<BillingEntity>(pathOf(code), 'billing_entity')
  return (
    <LoadedPage title="Edit billing entity" query={query}>
      {(entity) => <EntityForm initial={valuesOfEntity(entity)} stored={entity} />}
    </LoadedPage>
  )
}

function EntityForm(props: {
  readonly initial: EntityValues
  readonly stored: BillingEntity | null
}): ReactElement {
  const { initial, stored } = props
  const at = useAt()
  const go = useGo()
  const may = useMay()
  const toasts = useToasts()
  const back = at('/settings/billing-entities')
  const form = useForm<EntityValues>({
    initial,
    check: checkEntity,
    draft: `billing entity ${stored?.code ?? 'new'}`,
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? pathOf(stored.code) : '/billing_entities',
      body: { billing_entity: entityBody(values, stored === null) },
    }),
    onDone: (answer) => {
      const { billing_entity: saved } = answer as { billing_entity: BillingEntity }
      toasts.success(`${saved.name} was saved.`)
      go(back)
    },
  })
  return (
    <Page
      title={stored ? stored.name : 'New billing entity'}
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Billing entities', href: back },
      ]}
      status={stored?.is_default && <Tag>Default</Tag>}
    >
      <div className="stack-wide">
        <FormPage
          form={form}
          mayChange={stored === null || may('billing_entities:update')}
          verb={stored ? 'Save billing entity' : 'Create billing entity'}
          onCancel={() => go(back)}
          effect="New invoices are issued like this. Finalized invoices never change."
        >
          <CompanySections isNew={stored === null} />
          <InvoiceFields prefix={form.values.document_number_prefix} />
          {stored && <ChosenSections />}
        </FormPage>
        {stored && <Dunning code={stored.code} />}
      </div>
    </Page>
  )
}

function CompanySections({ isNew }: { readonly isNew: boolean }): ReactElement {
  return (
    <>
      <Section title="General" help="How it is called, and its defaults.">
        <NameAndCode isNew={isNew} lockedCode={isNew ? undefined : 'This cannot change.'} />
        <Row>
          <SelectField
            name="default_currency"
            label="Default currency"
            options={CURRENCIES.map((value) => ({ value, label: value }))}
          />
          <TextField
            name="timezone"
            label="Time zone"
            list={Intl.supportedValuesOf('timeZone')}
            help="Where days and months begin."
          />
        </Row>
        <Row>
          <TextField name="email" label="E-mail" type="email" help="The sender that customers answer to." />
          <TextField name="phone" label="Telephone" />
        </Row>
      </Section>
      <Section title="Company" help="Printed on invoices.">
        <Row>
          <TextField name="legal_name" label="Legal name" />
          <TextField name="legal_number" label="Legal number" />
        </Row>
        <TextField name="tax_identification_number" label="Tax id" isCode />
        <TextField name="address_line1" label="Address" />
        <TextField name="address_line2" label="Second line" />
        <Row>
          <TextField name="zipcode" label="Postal code" />
          <TextField name="city" label="City" />
        </Row>
        <Row>
          <TextField name="state" label="State" />
          <SelectField
            name="country"
            label="Country"
            placeholder="None"
            options={COUNTRIES.map(({ code, name }) => ({ value: code, label: name }))}
          />
        </Row>
        <SwitchField
          name="eu_tax_management"
          label="Choose EU taxes by itself"
          help="By the country and the tax id of each customer. The country must be in the EU."
        />
        <SwitchField
          name="einvoicing"
          label="Electronic invoices"
          help="An XML document beside each PDF. For Germany and France."
        />
      </Section>
    </>
  )
}

function ChosenSections(): ReactElement {
  const taxes = useList<Tax>(
    '/taxes',
    'taxes',
    { per_page: 200 },
    { enabled: useMay()('organization:taxes:view') },
  )
  const sections = useList<{ readonly code: string; readonly name: string }>(
    '/invoice_custom_sections',
    'invoice_custom_sections',
    { per_page: 200 },
    { enabled: useMay()('invoice_custom_sections:view') },
  )
  return (
    <Section title="On every invoice" help="Unless a customer has its own.">
      <ChecksField
        name="tax_codes"
        label="Taxes"
        help="Charged to every customer."
        from={{ asked: taxes, what: 'taxes', empty: 'There is no tax yet.' }}
        options={rowsOf(taxes).map(({ code, name, rate }) => ({
          value: code,
          label: `${name} (${rate}%)`,
        }))}
      />
      <ChecksField
        name="sections"
        label="Invoice sections"
        help="Printed below the totals."
        from={{ asked: sections, what: 'invoice sections', empty: 'There is no section yet.' }}
        options={rowsOf(sections).map(({ code, name }) => ({ value: code, label: name }))}
      />
    </Section>
  )
}

type Campaign = { readonly code: string; readonly name: string }
type EntityDunning = { readonly dunning_campaign_code: string | null }

/** Which campaign reminds the customers of the billing entity. */
function Dunning({ code }: { readonly code: string }): ReactElement {
  const may = useMay()
  const toasts = useToasts()
  const path = `${OWN_API}/billing_entities/${encodeURIComponent(code)}/dunning`
  const dunning = useOne<EntityDunning>(path, 'dunning')
  const campaigns = useList<Campaign>(`${OWN_API}/dunning_campaigns`, 'dunning_campaigns', { per_page: 100 })
  const write = useWrite()
  const choose = (campaign: string) =>
    write.mutate(
      { method: 'PUT', path, body: { dunning: { dunning_campaign_code: campaign || null } } },
      { onSuccess: () => toasts.success('The campaign was changed.') },
    )
  return (
    <Card title="Reminders of overdue invoices">
      <Loaded query={dunning} rows={1}>
        {({ dunning_campaign_code: chosen }) => (
          <div className="field">
            <label htmlFor="dunning-campaign">Dunning campaign</label>
            <select
              id="dunning-campaign"
              className="input"
              value={chosen ?? ''}
              disabled={!may('billing_entities:update') || write.isPending || campaigns.data === undefined}
              aria-describedby="dunning-campaign-help"
              onChange={(event) => choose(event.target.value)}
            >
              <option value="">None</option>
              {rowsOf(campaigns).map((each) => (
                <option key={each.code} value={each.code}>
                  {each.name}
                </option>
              ))}
            </select>
            <OptionsNote asked={campaigns} what="campaigns" isEmpty={false} />
            <p id="dunning-campaign-help" className="help">
              For customers without a campaign of their own, who start over. Saved at once.
            </p>
          </div>
        )}
      </Loaded>
    </Card>
  )
}
