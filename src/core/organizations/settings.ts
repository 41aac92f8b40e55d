import { ISSUING_DATE_ADJUSTMENTS, ISSUING_DATE_ANCHORS, readEmails } from '../customers/customer-change.ts'
import { isSensible, type Picture, readPicture } from '../documents/picture.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { isInEu, readCountry, readCurrency, readLocale, readTimeZone } from '../input/places.ts'
import { type Outcome, Problems } from '../problems.ts'
import { isIban, tidyIban } from './iban.ts'
import { isSlug } from './names.ts'

const MAIL_KINDS = ['invoice.finalized', 'credit_note.created', 'payment_receipt.created'] as const
const PREFIX_LENGTH_MAX = 10
const FOOTER_LENGTH_MAX = 600
const SLUG_LENGTH_MAX = 100
const HOLDER_LENGTH_MAX = 255
/** With spaces. */
const IBAN_LENGTH_MAX = 60
const BIC = /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/
const LOGO_BYTES_MAX = 800 * 1024
const LOGO = /^data:image\/(png|jpe?g);base64,([A-Za-z0-9+/]+={0,2})$/
/** Countries whose rules of e-invoices we know. */
export const E_INVOICING_COUNTRIES = ['FR', 'DE']

/** Settings shared by an organization and its default billing entity, as sent. */
export type SharedSettings = ReturnType<typeof readShared>

export type OrganizationChange = {
  readonly shared: SharedSettings
  readonly documentNumbering?: 'per_customer' | 'per_organization'
  readonly slug?: string
  /** The URL for the first webhook endpoint; validated with the endpoints. */
  readonly webhookUrl?: string
}

/** A logo as its bytes in base64; null removes it. */
export type Logo = { readonly contentType: string; readonly base64: string } | null

export type BillingEntityChange = {
  readonly shared: SharedSettings
  readonly own: ReturnType<typeof readOwn>
  readonly code?: string
  readonly logo?: Logo
  readonly taxCodes?: readonly string[]
  /** Custom sections to select. */
  readonly sectionCodes?: readonly string[]
}

/** Reads a new organization: its name, its country if given, and whether it is a sandbox. */
export function readNewOrganization(
  input: Input,
): Outcome<{ readonly name: string; readonly country: string | null; readonly isSandbox: boolean }> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  return problems.outcome({
    name: fields.mandatoryText('name', 255) ?? '',
    country: readCountry(fields) ?? null,
    isSandbox: fields.boolean('sandbox') ?? false,
  })
}

/** Reads how an organization is to be called from now on. */
export function readOrganizationName(input: Input): Outcome<{ readonly name: string }> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  return problems.outcome({ name: fields.mandatoryText('name', 255) ?? '' })
}

/** Reads `PUT /organizations`. 422 with every invalid field. */
export function readOrganizationChange(input: Input): Outcome<OrganizationChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const slug = readSlug(fields)
  const change = {
    shared: readShared(fields),
    ...given({
      documentNumbering:
        fields.word('document_numbering', ['per_customer', 'per_organization'] as const) ?? undefined,
      slug,
      webhookUrl: fields.text('webhook_url') ?? undefined,
    }),
  }
  return problems.outcome(change)
}

/**
 * Reads a billing entity: a new one needs code and name; an update ignores the code. `checkBillingEntity` checks on
 * the whole entity whether its country allows e-invoicing and EU taxes.
 */
export function readBillingEntityChange(input: Input, isNew: boolean): Outcome<BillingEntityChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const change = {
    shared: readShared(fields),
    own: readOwn(fields, isNew),
    ...given({
      code: isNew ? fields.mandatoryId('code', 255) : undefined,
      logo: readLogo(fields),
      taxCodes: isNew ? undefined : fields.ids('tax_codes'),
      sectionCodes: isNew ? undefined : fields.ids('invoice_custom_section_codes'),
    }),
  }
  return problems.outcome(change)
}

type TaxedEntity = {
  readonly country: string | null
  readonly einvoicing: boolean
  readonly euTaxManagement: boolean
}

/**
 * Rejects e-invoicing and EU taxes in countries that do not have them.
 *
 * @param euCode the code for EU taxes, which differs between organizations and billing entities
 */
export function checkBillingEntity<T extends TaxedEntity>(
  entity: T,
  euCode: 'billing_entity_must_be_in_eu' | 'org_must_be_in_eu' = 'billing_entity_must_be_in_eu',
): Outcome<T> {
  const problems = new Problems()
  if (entity.einvoicing && entity.country === null) problems.add('einvoicing', 'country_must_be_present')
  else if (entity.einvoicing && !E_INVOICING_COUNTRIES.includes(entity.country ?? '')) {
    problems.add('einvoicing', 'country_not_supported')
  }
  if (entity.euTaxManagement && !isInEu(entity.country ?? '')) {
    problems.add('eu_tax_management', euCode)
  }
  return problems.outcome(entity)
}

function readShared(fields: Fields) {
  const billing = fields.object('billing_configuration')
  return given({
    country: readCountry(fields),
    defaultCurrency: readCurrency(fields, 'default_currency') ?? undefined,
    addressLine1: fields.text('address_line1'),
    addressLine2: fields.text('address_line2'),
    state: fields.text('state'),
    zipcode: fields.text('zipcode'),
    email: readEmails(fields),
    city: fields.text('city'),
    legalName: fields.text('legal_name'),
    legalNumber: fields.text('legal_number'),
    netPaymentTerm: fields.integer('net_payment_term') ?? undefined,
    taxIdentificationNumber: fields.text('tax_identification_number'),
    timezone: readTimeZone(fields) ?? undefined,
    documentNumberPrefix: readPrefix(fields),
    finalizeZeroAmountInvoice: fields.boolean('finalize_zero_amount_invoice') ?? undefined,
    emailSettings: readMailKinds(fields),
    invoiceFooter: billing?.text('invoice_footer', FOOTER_LENGTH_MAX),
    invoiceGracePeriod: billing?.integer('invoice_grace_period') ?? undefined,
    documentLocale: (billing && readLocale(billing)) ?? undefined,
  })
}

function readOwn(fields: Fields, isNew: boolean) {
  const billing = fields.object('billing_configuration')
  const numbering = fields.word('document_numbering', [
    'per_customer',
    'per_billing_entity',
    'per_organization',
  ] as const)
  return given({
    name: isNew ? fields.mandatoryText('name', 255) : fields.presentText('name', 255),
    phone: fields.text('phone'),
    einvoicing: fields.boolean('einvoicing') ?? undefined,
    ...readBankAccount(fields),
    euTaxManagement: fields.boolean('eu_tax_management') ?? undefined,
    documentNumbering: numbering === 'per_organization' ? 'per_billing_entity' : (numbering ?? undefined),
    subscriptionInvoiceIssuingDateAnchor:
      billing?.word('subscription_invoice_issuing_date_anchor', ISSUING_DATE_ANCHORS) ?? undefined,
    subscriptionInvoiceIssuingDateAdjustment:
      billing?.word('subscription_invoice_issuing_date_adjustment', ISSUING_DATE_ADJUSTMENTS) ?? undefined,
  })
}

/**
 * Where customers pay by bank transfer: an IBAN with right check digits, its BIC and its holder; only the first is
 * needed. Null removes it.
 */
function readBankAccount(fields: Fields) {
  if (fields.isNull('bank_account')) {
    return { bankAccountHolder: null, bankAccountIban: null, bankAccountBic: null }
  }
  const account = fields.object('bank_account')
  if (!account) return {}
  const iban = tidyIban(account.mandatoryText('iban', IBAN_LENGTH_MAX) ?? '')
  if (iban !== '' && !isIban(iban)) account.refuse('iban', 'value_is_invalid')
  const bic = account.text('bic', IBAN_LENGTH_MAX)?.replace(/\s/g, '').toUpperCase() || null
  if (bic !== null && !BIC.test(bic)) account.refuse('bic', 'value_is_invalid')
  const holder = account.text('holder', HOLDER_LENGTH_MAX)?.trim() || null
  return { bankAccountHolder: holder, bankAccountIban: iban, bankAccountBic: bic }
}

/** The organization's name in the dashboard's URLs: letters and digits joined by hyphens, and no path of its own. */
function readSlug(fields: Fields): string | undefined {
  if (fields.isNull('slug')) return undefined
  const slug = fields.presentText('slug', SLUG_LENGTH_MAX)?.trim().toLowerCase()
  if (slug === undefined || isSlug(slug)) return slug
  return fields.refuse('slug', 'value_is_invalid')
}

function readPrefix(fields: Fields): string | undefined {
  const prefix = fields.text('document_number_prefix', PREFIX_LENGTH_MAX)
  if (prefix === undefined || prefix === null) return undefined
  return prefix.trim() === ''
    ? fields.refuse('document_number_prefix', 'value_is_too_short')
    : prefix.toUpperCase()
}

function readMailKinds(fields: Fields): string[] | undefined {
  const kinds = fields.texts('email_settings', 'unsupported_value')
  const isKnown = (kind: string) => MAIL_KINDS.some((known) => known === kind)
  return kinds?.every(isKnown) === false ? fields.refuse('email_settings', 'unsupported_value') : kinds
}

/**
 * A data URL of a PNG or JPEG of at most 800 kB, 4,000 points a side and 8 million in all; a blank one removes the
 * logo. The bytes have to be what the URL says that they are, in grey or three colours.
 */
function readLogo(fields: Fields): Logo | undefined {
  const text = fields.text('logo', 2 * LOGO_BYTES_MAX)
  if (text === undefined) return undefined
  if (text === null || text.trim() === '') return null
  const [, kind, base64] = LOGO.exec(text) ?? []
  if (kind === undefined || base64 === undefined) return fields.refuse('logo', 'invalid_content_type')
  if ((base64.length * 3) / 4 > LOGO_BYTES_MAX) return fields.refuse('logo', 'invalid_size')
  const picture = pictureIn(base64)
  const isAsSaid = picture?.kind === (kind === 'png' ? 'png' : 'jpeg') && !picture.isCmyk
  if (!isAsSaid) return fields.refuse('logo', 'invalid_content_type')
  if (!isSensible(picture)) return fields.refuse('logo', 'invalid_size')
  return { contentType: kind === 'png' ? 'image/png' : 'image/jpeg', base64 }
}

function pictureIn(base64: string): Picture | undefined {
  if (base64.length % 4 !== 0) return undefined
  return readPicture(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))
}
