import type { BillingEntity } from '../../api/types.ts'

const TEXTS = [
  'email',
  'phone',
  'legal_name',
  'legal_number',
  'tax_identification_number',
  'address_line1',
  'address_line2',
  'zipcode',
  'city',
  'state',
  'country',
] as const

type EntityTexts = Record<(typeof TEXTS)[number], string>

export type EntityValues = EntityTexts & {
  name: string
  previousName: string
  code: string
  default_currency: string
  timezone: string
  einvoicing: boolean
  eu_tax_management: boolean
  document_numbering: string
  document_number_prefix: string
  net_payment_term: string
  invoice_grace_period: string
  finalize_zero_amount_invoice: boolean
  anchor: string
  adjustment: string
  invoice_footer: string
  holder: string
  iban: string
  bic: string
  document_locale: string
  email_settings: readonly string[]
  tax_codes: readonly string[]
  sections: readonly string[]
}

/** The values of an empty form. */
export const newEntity = (currency: string, timezone: string): EntityValues => ({
  ...(Object.fromEntries(TEXTS.map((name) => [name, ''])) as EntityTexts),
  name: '',
  previousName: '',
  code: '',
  default_currency: currency,
  timezone,
  einvoicing: false,
  eu_tax_management: false,
  document_numbering: 'per_customer',
  document_number_prefix: '',
  net_payment_term: '0',
  invoice_grace_period: '0',
  finalize_zero_amount_invoice: true,
  anchor: 'next_period_start',
  adjustment: 'align_with_finalization_date',
  invoice_footer: '',
  holder: '',
  iban: '',
  bic: '',
  document_locale: 'en',
  email_settings: [],
  tax_codes: [],
  sections: [],
})

/** A stored billing entity as the form shows it. */
export function valuesOfEntity(entity: BillingEntity): EntityValues {
  return {
    ...newEntity(entity.default_currency, entity.timezone),
    ...(Object.fromEntries(TEXTS.map((name) => [name, entity[name] ?? ''])) as EntityTexts),
    name: entity.name,
    previousName: entity.name,
    code: entity.code,
    einvoicing: entity.einvoicing,
    eu_tax_management: entity.eu_tax_management,
    document_numbering: entity.document_numbering,
    document_number_prefix: entity.document_number_prefix,
    net_payment_term: String(entity.net_payment_term),
    invoice_grace_period: String(entity.invoice_grace_period),
    finalize_zero_amount_invoice: entity.finalize_zero_amount_invoice,
    anchor: entity.subscription_invoice_issuing_date_anchor,
    adjustment: entity.subscription_invoice_issuing_date_adjustment,
    invoice_footer: entity.invoice_footer ?? '',
    holder: entity.bank_account?.holder ?? '',
    iban: entity.bank_account?.iban ?? '',
    bic: entity.bank_account?.bic ?? '',
    document_locale: entity.document_locale,
    email_settings: entity.email_settings,
    tax_codes: entity.taxes.map(({ code }) => code),
    sections: entity.selected_invoice_custom_sections.map(({ code }) => code),
  }
}

/** The request body of what is typed. The code is given once; taxes and sections are set on what exists. */
export function entityBody(values: EntityValues, isNew: boolean) {
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, values[name].trim() || null])),
    ...(isNew ? { code: values.code.trim() } : {}),
    name: values.name.trim(),
    default_currency: values.default_currency,
    timezone: values.timezone,
    einvoicing: values.einvoicing,
    eu_tax_management: values.eu_tax_management,
    document_numbering: values.document_numbering,
    ...(values.document_number_prefix ? { document_number_prefix: values.document_number_prefix } : {}),
    net_payment_term: Number(values.net_payment_term),
    finalize_zero_amount_invoice: values.finalize_zero_amount_invoice,
    email_settings: values.email_settings,
    bank_account: hasAccount(values)
      ? { holder: values.holder.trim() || null, iban: values.iban.trim(), bic: values.bic.trim() || null }
      : null,
    billing_configuration: {
      invoice_grace_period: Number(values.invoice_grace_period),
      invoice_footer: values.invoice_footer || null,
      document_locale: values.document_locale,
      subscription_invoice_issuing_date_anchor: values.anchor,
      subscription_invoice_issuing_date_adjustment: values.adjustment,
    },
    ...(isNew ? {} : { tax_codes: values.tax_codes, invoice_custom_section_codes: values.sections }),
  }
}

const hasAccount = ({ holder, iban, bic }: EntityValues): boolean => `${holder}${iban}${bic}`.trim() !== ''
const isDays = (text: string): boolean => /^\d{1,4}$/.test(text)
const FOOTER_MAX = 600
const PREFIX_MAX = 10

/** What is wrong with a billing entity, by field. */
export function checkEntity(values: EntityValues): Record<string, string | undefined> {
  const days = 'Enter a number of days, zero or more.'
  return {
    name: values.name.trim() === '' ? 'Give the billing entity a name.' : undefined,
    code: values.code.trim() === '' ? 'Give the billing entity a code.' : undefined,
    document_number_prefix:
      values.document_number_prefix.length > PREFIX_MAX ? 'Enter up to 10 characters.' : undefined,
    net_payment_term: isDays(values.net_payment_term) ? undefined : days,
    invoice_grace_period: isDays(values.invoice_grace_period) ? undefined : days,
    iban: hasAccount(values) && values.iban.trim() === '' ? 'Enter the IBAN of the account.' : undefined,
    invoice_footer: values.invoice_footer.length > FOOTER_MAX ? 'Enter up to 600 characters.' : undefined,
  }
}
