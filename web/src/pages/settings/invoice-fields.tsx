import type { ReactElement } from 'react'
import { ChecksField } from '../../parts/checks-field.tsx'
import { DecimalField, Row, SelectField, SwitchField, TextField } from '../../parts/fields.tsx'
import { Section } from '../../parts/form.tsx'

const LOCALES = ['en', 'fr', 'nb', 'de', 'it', 'es', 'sv', 'pt-BR', 'zh-TW']
const names = new Intl.DisplayNames('en', { type: 'language' })

const MAILS = [
  { value: 'invoice.finalized', label: 'An invoice is finalized' },
  { value: 'credit_note.created', label: 'A credit note is made' },
  { value: 'payment_receipt.created', label: 'A payment arrived' },
]

/** How the invoices of a billing entity are numbered, dated, written and sent. */
export function InvoiceFields({ prefix }: { readonly prefix: string }): ReactElement {
  return (
    <>
      <Section title="Invoices" help="Numbers, dates and terms.">
        <Row>
          <SelectField
            name="document_numbering"
            label="Numbers count"
            options={[
              { value: 'per_customer', label: 'For each customer' },
              { value: 'per_billing_entity', label: 'For the whole billing entity' },
            ]}
          />
          <TextField
            name="document_number_prefix"
            label="Prefix"
            isCode
            help={
              prefix ? `Such as ${prefix}-001-001.` : 'Up to 10 characters. Made from the name when empty.'
            }
          />
        </Row>
        <Row>
          <DecimalField name="net_payment_term" label="To be paid within" suffix="days" />
          <DecimalField
            name="invoice_grace_period"
            label="Stays a draft for"
            suffix="days"
            help="Time to correct it before it is final."
          />
        </Row>
        <Row>
          <SelectField
            name="anchor"
            label="Issuing date"
            options={[
              { value: 'next_period_start', label: 'First day of the next period' },
              { value: 'current_period_end', label: 'Last day of the period' },
            ]}
          />
          <SelectField
            name="adjustment"
            label="When it stayed a draft"
            options={[
              { value: 'align_with_finalization_date', label: 'Issued on the day it is final' },
              { value: 'keep_anchor', label: 'Keeps the issuing date' },
            ]}
          />
        </Row>
        <SwitchField
          name="finalize_zero_amount_invoice"
          label="Finalize invoices of zero"
          help="Off, they are skipped."
        />
      </Section>
      <Section title="Documents" help="Language, footer, and what is sent.">
        <SelectField
          name="document_locale"
          label="Language"
          options={LOCALES.map((value) => ({ value, label: names.of(value) ?? value }))}
        />
        <TextField name="invoice_footer" label="Footer" isLong help="Up to 600 characters." />
        <ChecksField name="email_settings" label="Send an e-mail when" options={MAILS} />
      </Section>
      <Section title="Bank account" help="Where customers pay by transfer; printed on invoices.">
        <TextField name="holder" label="Account holder" help="The legal name when empty." />
        <Row>
          <TextField name="iban" label="IBAN" isCode />
          <TextField name="bic" label="BIC" isCode />
        </Row>
      </Section>
    </>
  )
}
