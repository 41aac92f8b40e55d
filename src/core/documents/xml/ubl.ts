import type { FrozenAddress } from '../frozen.ts'
import { amountText } from './amount-text.ts'
import type { EIdentifier, EInvoice, ELine, EParty, EPeriod, EVatLine, VatCategory } from './e-invoice.ts'
import { processOf, SPECIFICATION, ublNote, XRECHNUNG } from './profiles.ts'
import { branch, leaf, prose, type XmlElement, xmlText } from './xml-writer.ts'

const ROOT = 'urn:oasis:names:specification:ubl:schema:xsd:'
const UNIT = 'C62'

/** How the elements of the two kinds of documents are named. */
const NAMES = {
  invoice: { root: 'Invoice', type: 'InvoiceTypeCode', line: 'InvoiceLine', quantity: 'InvoicedQuantity' },
  credit_note: {
    root: 'CreditNote',
    type: 'CreditNoteTypeCode',
    line: 'CreditNoteLine',
    quantity: 'CreditedQuantity',
  },
} as const

/** The names and namespaces at the root of a UBL document. */
export function ublNamespaces(root: string): Readonly<Record<string, string>> {
  return {
    xmlns: `${ROOT}${root}-2`,
    'xmlns:cac': `${ROOT}CommonAggregateComponents-2`,
    'xmlns:cbc': `${ROOT}CommonBasicComponents-2`,
  }
}

/** An e-invoice as UBL 2.1, `Invoice` or `CreditNote`, in the order of its schema. */
export function ublOf(invoice: EInvoice): string {
  const { kind, currency } = invoice
  const names = NAMES[kind]
  const isNote = kind === 'credit_note'
  const type = leaf(`cbc:${names.type}`, invoice.typeCode)
  const children = [
    leaf('cbc:CustomizationID', invoice.nation === 'DE' ? XRECHNUNG : SPECIFICATION),
    leaf('cbc:ProfileID', processOf(invoice, 'ubl')),
    leaf('cbc:ID', invoice.number),
    leaf('cbc:IssueDate', invoice.issuedOn),
    isNote ? null : leaf('cbc:DueDate', invoice.dueOn),
    type,
    ...invoice.notes.map((note) => prose('cbc:Note', ublNote(note))),
    leaf('cbc:DocumentCurrencyCode', currency),
    leaf('cbc:BuyerReference', invoice.buyerReference),
    periodOf(invoice.period),
    branch('cac:OrderReference', [leaf('cbc:ID', invoice.orderReference)]),
    precedingOf(invoice),
    branch('cac:AccountingSupplierParty', [partyOf(invoice.seller)]),
    branch('cac:AccountingCustomerParty', [partyOf(invoice.buyer)]),
    deliveryOf(invoice),
    paymentOf(invoice),
    branch('cac:PaymentTerms', [prose('cbc:Note', invoice.paymentTerms)]),
    ...invoice.allowances.map(({ cents, category, reason, reasonCode }) =>
      branch('cac:AllowanceCharge', [
        leaf('cbc:ChargeIndicator', 'false'),
        leaf('cbc:AllowanceChargeReasonCode', reasonCode),
        prose('cbc:AllowanceChargeReason', reason),
        amount('cbc:Amount', cents, currency),
        categoryOf('cac:TaxCategory', category),
      ]),
    ),
    branch('cac:TaxTotal', [
      amount('cbc:TaxAmount', invoice.totals.vatCents, currency),
      ...invoice.vat.map((line) => subtotalOf(line, currency)),
    ]),
    totalsOf(invoice),
    ...invoice.lines.map((line) => lineOf(line, invoice)),
  ]
  return xmlText(root(names.root, children))
}

/** The root of a UBL document with its children. */
export function root(name: string, children: readonly (XmlElement | null)[]): XmlElement {
  return { name, attributes: ublNamespaces(name), content: children.filter((child) => child !== null) }
}

/** The party of a UBL document, or null when it has nothing to say. */
export function partyOf(party: EParty, element = 'cac:Party'): XmlElement | null {
  return branch(element, [
    identifier('cbc:EndpointID', party.endpoint),
    branch('cac:PartyIdentification', [identifier('cbc:ID', party.identifier)]),
    branch('cac:PartyName', [leaf('cbc:Name', party.tradeName)]),
    addressOf('cac:PostalAddress', party.address),
    taxSchemeOf(party.vatId, 'VAT'),
    taxSchemeOf(party.taxId, 'FC'),
    branch('cac:PartyLegalEntity', [
      leaf('cbc:RegistrationName', party.name),
      identifier('cbc:CompanyID', party.legalId),
    ]),
    branch('cac:Contact', [
      leaf('cbc:Name', party.contact.name),
      leaf('cbc:Telephone', party.contact.phone),
      leaf('cbc:ElectronicMail', party.contact.email),
    ]),
  ])
}

function identifier(name: string, identified: EIdentifier | null): XmlElement | null {
  return leaf(name, identified?.id ?? null, { schemeID: identified?.scheme ?? null })
}

function taxSchemeOf(id: string | null, scheme: 'VAT' | 'FC'): XmlElement | null {
  if (id === null) return null
  return branch('cac:PartyTaxScheme', [leaf('cbc:CompanyID', id), taxScheme(scheme)])
}

function taxScheme(id: string): XmlElement | null {
  return branch('cac:TaxScheme', [leaf('cbc:ID', id)])
}

function addressOf(name: string, address: FrozenAddress): XmlElement | null {
  return branch(name, [
    leaf('cbc:StreetName', address.line1),
    leaf('cbc:AdditionalStreetName', address.line2),
    leaf('cbc:CityName', address.city),
    leaf('cbc:PostalZone', address.zipcode),
    leaf('cbc:CountrySubentity', address.state),
    branch('cac:Country', [leaf('cbc:IdentificationCode', address.country)]),
  ])
}

function periodOf(period: EPeriod | null): XmlElement | null {
  return branch('cac:InvoicePeriod', [
    leaf('cbc:StartDate', period?.from ?? null),
    leaf('cbc:EndDate', period?.to ?? null),
  ])
}

function precedingOf({ preceding }: EInvoice): XmlElement | null {
  return branch('cac:BillingReference', [
    branch('cac:InvoiceDocumentReference', [
      leaf('cbc:ID', preceding?.number ?? null),
      leaf('cbc:IssueDate', preceding?.issuedOn ?? null),
    ]),
  ])
}

function deliveryOf({ deliveredOn, deliveredTo }: EInvoice): XmlElement | null {
  return branch('cac:Delivery', [
    leaf('cbc:ActualDeliveryDate', deliveredOn),
    branch('cac:DeliveryLocation', [deliveredTo && addressOf('cac:Address', deliveredTo)]),
  ])
}

function paymentOf({ payment: { meansCode, reference, account } }: EInvoice): XmlElement | null {
  return branch('cac:PaymentMeans', [
    leaf('cbc:PaymentMeansCode', meansCode),
    leaf('cbc:PaymentID', reference),
    branch('cac:PayeeFinancialAccount', [
      leaf('cbc:ID', account?.iban ?? null),
      leaf('cbc:Name', account?.holder ?? null),
      branch('cac:FinancialInstitutionBranch', [leaf('cbc:ID', account?.bic ?? null)]),
    ]),
  ])
}

function categoryOf(name: string, { code, rate }: VatCategory): XmlElement | null {
  return branch(name, [leaf('cbc:ID', code), leaf('cbc:Percent', rate), taxScheme('VAT')])
}

function subtotalOf({ category, rate, baseCents, taxCents }: EVatLine, currency: string): XmlElement | null {
  return branch('cac:TaxSubtotal', [
    amount('cbc:TaxableAmount', baseCents, currency),
    amount('cbc:TaxAmount', taxCents, currency),
    branch('cac:TaxCategory', [
      leaf('cbc:ID', category.code),
      leaf('cbc:Percent', rate),
      leaf('cbc:TaxExemptionReasonCode', category.exemptionCode),
      prose('cbc:TaxExemptionReason', category.exemptionReason),
      taxScheme('VAT'),
    ]),
  ])
}

function totalsOf({ totals, currency }: EInvoice): XmlElement | null {
  const unlessZero = (name: string, cents: bigint) => (cents === 0n ? null : amount(name, cents, currency))
  return branch('cac:LegalMonetaryTotal', [
    amount('cbc:LineExtensionAmount', totals.linesCents, currency),
    amount('cbc:TaxExclusiveAmount', totals.withoutVatCents, currency),
    amount('cbc:TaxInclusiveAmount', totals.withVatCents, currency),
    unlessZero('cbc:AllowanceTotalAmount', totals.allowancesCents),
    unlessZero('cbc:PrepaidAmount', totals.prepaidCents),
    amount('cbc:PayableAmount', totals.dueCents, currency),
  ])
}

function lineOf(line: ELine, { kind, currency }: EInvoice): XmlElement | null {
  const names = NAMES[kind]
  return branch(`cac:${names.line}`, [
    leaf('cbc:ID', line.id),
    leaf(`cbc:${names.quantity}`, line.quantity.toString(), { unitCode: UNIT }),
    amount('cbc:LineExtensionAmount', line.cents, currency),
    periodOf(line.period),
    branch('cac:Item', [
      prose('cbc:Description', line.description),
      leaf('cbc:Name', line.name),
      branch('cac:SellersItemIdentification', [leaf('cbc:ID', line.sellerItemId)]),
      categoryOf('cac:ClassifiedTaxCategory', line.category),
      ...line.properties.map(({ name, value }) =>
        branch('cac:AdditionalItemProperty', [leaf('cbc:Name', name), leaf('cbc:Value', value)]),
      ),
    ]),
    branch('cac:Price', [
      leaf('cbc:PriceAmount', line.price.toString(), { currencyID: currency }),
      line.per === 1n ? null : leaf('cbc:BaseQuantity', line.per.toString(), { unitCode: UNIT }),
    ]),
  ])
}

function amount(name: string, cents: bigint, currency: string): XmlElement | null {
  return leaf(name, amountText(cents, currency), { currencyID: currency })
}
