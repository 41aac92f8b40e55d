import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { API, useOne } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { CreditNote, Fee, Invoice } from '../../api/types.ts'
import { formatCents, formatRate, toMajor } from '../../format/money.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { ariaOf, DecimalInput, FieldFrame, SelectField, TextField } from '../../parts/fields.tsx'
import { type Form, FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Card, Facts, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { feeName, filterText } from '../invoices/fee-name.ts'
import { REASONS } from './credit-note-table.tsx'
import {
  checkNote,
  type Estimate,
  itemsBody,
  NEW_NOTE,
  type NoteValues,
  noteBody,
} from './credit-note-values.ts'

/** A credit note from an invoice that the address names. */
export function NewCreditNote(): ReactElement {
  const id = useView().get('invoice')
  const at = useAt()
  const query = useOne<Invoice>(`/invoices/${encodeURIComponent(id)}`, 'invoice', { enabled: id !== '' })
  if (id === '') {
    const choice = (
      <ButtonLink href={at('/invoices?view=paid')} kind="primary">
        Choose an invoice
      </ButtonLink>
    )
    return (
      <Page title="New credit note" crumbs={[{ label: 'Credit notes', href: at('/credit-notes') }]}>
        <Empty icon="creditNote" title="Which invoice is it for?" action={choice}>
          A credit note gives back what an invoice has charged. Open the invoice, and issue the credit note
          there.
        </Empty>
      </Page>
    )
  }
  return (
    <LoadedPage title="New credit note" query={query}>
      {(invoice) => <NoteForm invoice={invoice} />}
    </LoadedPage>
  )
}

/** The estimate of what is typed, from the server. */
function useEstimate(values: NoteValues, invoice: Invoice) {
  const { slug } = useOrganization()
  const items = itemsBody(values, invoice.currency)
  const body = { credit_note: { invoice_id: invoice.lago_id, items } }
  return useQuery<Estimate, ApiProblem>({
    queryKey: [slug, 'credit-note-estimate', body],
    queryFn: async ({ signal }) => {
      type Answer = { estimated_credit_note: Estimate }
      const answer = await send<Answer>('POST', `${API}/credit_notes/estimate`, body, signal)
      return answer.estimated_credit_note
    },
    enabled: items.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  })
}

function NoteForm({ invoice }: { readonly invoice: Invoice }): ReactElement {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const back = at(`/invoices/${invoice.lago_id}`)
  const form = useForm<NoteValues>({
    initial: NEW_NOTE,
    check: (values) => checkNote(values, invoice.currency),
    draft: `credit note ${invoice.lago_id}`,
    toWrite: (values) => ({
      method: 'POST',
      path: '/credit_notes',
      body: { credit_note: noteBody(values, invoice) },
    }),
    onDone: (answer) => {
      const { credit_note: note } = answer as { credit_note: CreditNote }
      toasts.success(`${note.number} was made.`)
      go(at(`/credit-notes/${note.lago_id}`))
    },
  })
  const estimate = useEstimate(form.values, invoice)
  return (
    <Page
      title="New credit note"
      crumbs={[
        { label: 'Credit notes', href: at('/credit-notes') },
        { label: invoice.number, href: back },
      ]}
    >
      <div className="form-with-preview">
        <FormPage
          form={form}
          verb="Create credit note"
          onCancel={() => go(back)}
          effect="It gets its number at once, and cannot be changed afterwards."
        >
          <Section title="Why" help="The reason is printed.">
            <SelectField
              name="reason"
              label="Reason"
              options={Object.entries(REASONS).map(([value, label]) => ({ value, label }))}
            />
            <TextField name="description" label="Description" isLong />
          </Section>
          <Section title="Fees" help="What is given back of each, before taxes and coupons.">
            <FeeAmounts form={form} invoice={invoice} />
          </Section>
          <Section title="How it is given back" help="Together they are the total.">
            <Ways form={form} estimate={estimate.data} currency={invoice.currency} />
          </Section>
        </FormPage>
        <EstimateCard estimate={estimate.data} problem={estimate.error} />
      </div>
    </Page>
  )
}

const lineName = (fee: Fee): string => [feeName(fee), filterText(fee)].filter(Boolean).join(' · ')

function FeeAmounts(props: { readonly form: Form<NoteValues>; readonly invoice: Invoice }): ReactElement {
  const { form, invoice } = props
  const fees = (invoice.fees as readonly Fee[]).filter(({ amount_cents }) => amount_cents > 0)
  const set = (id: string, amount: string) => form.set('items', { ...form.values.items, [id]: amount })
  const error = form.errorOf('amount_cents')
  return (
    <div id="field-amount_cents" tabIndex={-1} className="stack-tight">
      <div className="table-box">
        <table className="table">
          <caption className="visually-hidden">Fees of {invoice.number}</caption>
          <thead>
            <tr>
              <th scope="col">Fee</th>
              <th scope="col" className="number">
                Invoiced
              </th>
              <th scope="col" className="number">
                Give back
              </th>
            </tr>
          </thead>
          <tbody>
            {fees.map((fee) => {
              const id = fee.lago_id ?? ''
              return (
                <tr key={id}>
                  <td>{lineName(fee)}</td>
                  <td className="number">
                    <button
                      type="button"
                      className="link-button"
                      onClick={() => set(id, toMajor(fee.amount_cents, invoice.currency))}
                    >
                      {formatCents(fee.amount_cents, invoice.currency)}
                      <span className="visually-hidden">: give back all of {lineName(fee)}</span>
                    </button>
                  </td>
                  <td className="number note-amount">
                    <DecimalInput
                      label={`Give back of ${lineName(fee)}`}
                      value={form.values.items[id] ?? ''}
                      onChange={(value) => set(id, value)}
                      suffix={invoice.currency}
                      placeholder="0"
                    />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {error && <p className="field-error">{error}</p>}
    </div>
  )
}

function Ways(props: {
  readonly form: Form<NoteValues>
  readonly estimate: Estimate | undefined
  readonly currency: string
}): ReactElement {
  const { form, estimate, currency } = props
  const ways = [
    ['credit', 'As credit', 'For later invoices.', estimate?.max_creditable_amount_cents],
    ['refund', 'As refund', 'Of what was paid.', estimate?.max_refundable_amount_cents],
    ['offset', 'Off what is due', 'Of this invoice.', estimate?.max_offsettable_amount_cents],
  ] as const
  return (
    <>
      {ways.map(([name, label, help, max]) => {
        const id = `field-${name}_amount_cents`
        const error = form.errorOf(`${name}_amount_cents`)
        return (
          <FieldFrame
            key={name}
            id={id}
            label={label}
            help={max === undefined ? help : `${help} At most ${formatCents(max, currency)}.`}
            error={error}
          >
            <span className="line">
              <DecimalInput
                id={id}
                value={form.values[name]}
                onChange={(value) => form.set(name, value)}
                onBlur={() => form.touch(`${name}_amount_cents`)}
                suffix={currency}
                placeholder="0"
                aria={ariaOf(id, error, help)}
              />
              {max !== undefined && max > 0 && (
                <Button
                  kind="quiet"
                  onClick={() =>
                    form.patch({ credit: '', refund: '', offset: '', [name]: toMajor(max, currency) })
                  }
                >
                  All of it
                </Button>
              )}
            </span>
          </FieldFrame>
        )
      })}
    </>
  )
}

function EstimateCard(props: {
  readonly estimate: Estimate | undefined
  readonly problem: ApiProblem | null
}): ReactElement {
  const { estimate, problem } = props
  const amount = (cents: number) => formatCents(cents, estimate?.currency ?? 'EUR')
  return (
    <aside className="preview" aria-label="Estimate">
      <Card title="Estimate">
        {problem && (
          <p className="notice notice-danger" role="alert">
            {textOfProblem(problem)}
          </p>
        )}
        {!problem && !estimate && (
          <p className="muted">Enter what is given back of a fee to see taxes and totals.</p>
        )}
        {!problem && estimate && (
          <Facts
            facts={[
              ['Coupons', amount(estimate.coupons_adjustment_amount_cents)],
              ['Without taxes', amount(estimate.sub_total_excluding_taxes_amount_cents)],
              [`Taxes (${formatRate(estimate.taxes_rate)})`, amount(estimate.taxes_amount_cents)],
              ['Most as credit', amount(estimate.max_creditable_amount_cents)],
              ['Most as refund', amount(estimate.max_refundable_amount_cents)],
              ['Most off what is due', amount(estimate.max_offsettable_amount_cents)],
            ]}
          />
        )}
      </Card>
    </aside>
  )
}
