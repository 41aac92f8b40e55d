import type { FrozenAddress } from '../frozen.ts'
import { amountText } from './amount-text.ts'
import type { EIdentifier, EInvoice, ELine, EParty, EPeriod, VatCategory } from './e-invoice.ts'
import { processOf, SPECIFICATION } from './profiles.ts'
import { branch, leaf, prose, type XmlElement, xmlText } from './xml-writer.ts'

const NAMESPACES = {
  'xmlns:rsm': 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
  'xmlns:qdt': 'urn:un:unece:uncefact:data:standard:QualifiedDataType:100',
  'xmlns:ram': 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100',
  'xmlns:udt': 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100',
}
const UNIT = 'C62'
/** UNTDID 2379: YYYYMMDD. */
const DATE = '102'

/** An e-invoice as UN/CEFACT Cross Industry Invoice D16B, in the order of its schema: what Factur-X carries. */
export function ciiOf(invoice: EInvoice): string {
  const children = [
    branch('rsm:ExchangedDocumentContext', [
      branch('ram:BusinessProcessSpecifiedDocumentContextParameter', [
        leaf('ram:ID', processOf(invoice, 'cii')),
      ]),
      branch('ram:GuidelineSpecifiedDocumentContextParameter', [leaf('ram:ID', SPECIFICATION)]),
    ]),
    branch('rsm:ExchangedDocument', [
      leaf('ram:ID', invoice.number),
      leaf('ram:TypeCode', invoice.typeCode),
      date('ram:IssueDateTime', invoice.issuedOn),
      ...invoice.notes.map(({ code, text }) =>
        branch('ram:IncludedNote', [prose('ram:Content', text), leaf('ram:SubjectCode', code)]),
      ),
    ]),
    branch('rsm:SupplyChainTradeTransaction', [
      ...invoice.lines.map((line) => lineOf(line, invoice.currency)),
      agreementOf(invoice),
      deliveryOf(invoice),
      settlementOf(invoice),
    ]),
  ]
  const content = children.filter((child) => child !== null)
  return xmlText({ name: 'rsm:CrossIndustryInvoice', attributes: NAMESPACES, content })
}

function lineOf(line: ELine, currency: string): XmlElement | null {
  return branch('ram:IncludedSupplyChainTradeLineItem', [
    branch('ram:AssociatedDocumentLineDocument', [leaf('ram:LineID', line.id)]),
    branch('ram:SpecifiedTradeProduct', [
      leaf('ram:SellerAssignedID', line.sellerItemId),
      leaf('ram:Name', line.name),
      prose('ram:Description', line.description),
      ...line.properties.map(({ name, value }) =>
        branch('ram:ApplicableProductCharacteristic', [
          leaf('ram:Description', name),
          leaf('ram:Value', value),
        ]),
      ),
    ]),
    branch('ram:SpecifiedLineTradeAgreement', [
      branch('ram:NetPriceProductTradePrice', [
        leaf('ram:ChargeAmount', line.price.toString()),
        line.per === 1n ? null : leaf('ram:BasisQuantity', line.per.toString(), { unitCode: UNIT }),
      ]),
    ]),
    branch('ram:SpecifiedLineTradeDelivery', [
      leaf('ram:BilledQuantity', line.quantity.toString(), { unitCode: UNIT }),
    ]),
    branch('ram:SpecifiedLineTradeSettlement', [
      branch('ram:ApplicableTradeTax', taxOf(line.category, line.category.rate)),
      periodOf(line.period),
      branch('ram:SpecifiedTradeSettlementLineMonetarySummation', [
        leaf('ram:LineTotalAmount', amountText(line.cents, currency)),
      ]),
    ]),
  ])
}

function agreementOf(invoice: EInvoice): XmlElement | null {
  return branch('ram:ApplicableHeaderTradeAgreement', [
    leaf('ram:BuyerReference', invoice.buyerReference),
    partyOf('ram:SellerTradeParty', invoice.seller),
    partyOf('ram:BuyerTradeParty', invoice.buyer),
    branch('ram:BuyerOrderReferencedDocument', [leaf('ram:IssuerAssignedID', invoice.orderReference)]),
  ])
}

/** Always there, because the schema asks for it. */
function deliveryOf({ deliveredOn, deliveredTo }: EInvoice): XmlElement {
  const content = [
    branch('ram:ShipToTradeParty', [deliveredTo && addressOf(deliveredTo)]),
    branch('ram:ActualDeliverySupplyChainEvent', [date('ram:OccurrenceDateTime', deliveredOn)]),
  ]
  return {
    name: 'ram:ApplicableHeaderTradeDelivery',
    attributes: {},
    content: content.filter((child) => child !== null),
  }
}

function settlementOf(invoice: EInvoice): XmlElement | null {
  const { payment, totals, currency, preceding } = invoice
  const amount = (name: string, cents: bigint) => leaf(name, amountText(cents, currency))
  const unlessZero = (name: string, cents: bigint) => (cents === 0n ? null : amount(name, cents))
  return branch('ram:ApplicableHeaderTradeSettlement', [
    leaf('ram:PaymentReference', payment.reference),
    leaf('ram:InvoiceCurrencyCode', currency),
    branch('ram:SpecifiedTradeSettlementPaymentMeans', [
      leaf('ram:TypeCode', payment.meansCode),
      branch('ram:PayeePartyCreditorFinancialAccount', [
        leaf('ram:IBANID', payment.account?.iban ?? null),
        leaf('ram:AccountName', payment.account?.holder ?? null),
      ]),
      branch('ram:PayeeSpecifiedCreditorFinancialInstitution', [
        leaf('ram:BICID', payment.account?.bic ?? null),
      ]),
    ]),
    ...invoice.vat.map(({ category, rate, baseCents, taxCents }) =>
      branch('ram:ApplicableTradeTax', [
        amount('ram:CalculatedAmount', taxCents),
        leaf('ram:TypeCode', 'VAT'),
        prose('ram:ExemptionReason', category.exemptionReason),
        amount('ram:BasisAmount', baseCents),
        leaf('ram:CategoryCode', category.code),
        leaf('ram:ExemptionReasonCode', category.exemptionCode),
        leaf('ram:RateApplicablePercent', rate),
      ]),
    ),
    periodOf(invoice.period),
    ...invoice.allowances.map(({ cents, category, reason, reasonCode }) =>
      branch('ram:SpecifiedTradeAllowanceCharge', [
        branch('ram:ChargeIndicator', [leaf('udt:Indicator', 'false')]),
        amount('ram:ActualAmount', cents),
        leaf('ram:ReasonCode', reasonCode),
        prose('ram:Reason', reason),
        branch('ram:CategoryTradeTax', taxOf(category, category.rate)),
      ]),
    ),
    branch('ram:SpecifiedTradePaymentTerms', [
      prose('ram:Description', invoice.paymentTerms),
      invoice.dueOn === null ? null : date('ram:DueDateDateTime', invoice.dueOn),
    ]),
    branch('ram:SpecifiedTradeSettlementHeaderMonetarySummation', [
      amount('ram:LineTotalAmount', totals.linesCents),
      unlessZero('ram:AllowanceTotalAmount', totals.allowancesCents),
      amount('ram:TaxBasisTotalAmount', totals.withoutVatCents),
      leaf('ram:TaxTotalAmount', amountText(totals.vatCents, currency), { currencyID: currency }),
      amount('ram:GrandTotalAmount', totals.withVatCents),
      unlessZero('ram:TotalPrepaidAmount', totals.prepaidCents),
      amount('ram:DuePayableAmount', totals.dueCents),
    ]),
    branch('ram:InvoiceReferencedDocument', [
      leaf('ram:IssuerAssignedID', preceding?.number ?? null),
      preceding?.issuedOn ? date('ram:FormattedIssueDateTime', preceding.issuedOn, 'qdt') : null,
    ]),
  ])
}

function partyOf(name: string, party: EParty): XmlElement | null {
  const { identifier, legalId, contact, endpoint } = party
  // An identifier without a scheme is an `ID`; with one it is global.
  const isGlobal = identifier?.scheme !== null && identifier !== null
  return branch(name, [
    isGlobal ? null : leaf('ram:ID', identifier?.id ?? null),
    isGlobal ? identified('ram:GlobalID', identifier) : null,
    leaf('ram:Name', party.name),
    branch('ram:SpecifiedLegalOrganization', [
      identified('ram:ID', legalId),
      leaf('ram:TradingBusinessName', party.tradeName),
    ]),
    branch('ram:DefinedTradeContact', [
      leaf('ram:PersonName', contact.name),
      branch('ram:TelephoneUniversalCommunication', [leaf('ram:CompleteNumber', contact.phone)]),
      branch('ram:EmailURIUniversalCommunication', [leaf('ram:URIID', contact.email)]),
    ]),
    addressOf(party.address),
    branch('ram:URIUniversalCommunication', [identified('ram:URIID', endpoint)]),
    registrationOf(party.vatId, 'VA'),
    registrationOf(party.taxId, 'FC'),
  ])
}

function identified(name: string, identifier: EIdentifier | null): XmlElement | null {
  return leaf(name, identifier?.id ?? null, { schemeID: identifier?.scheme ?? null })
}

function registrationOf(id: string | null, scheme: 'VA' | 'FC'): XmlElement | null {
  return branch('ram:SpecifiedTaxRegistration', [leaf('ram:ID', id, { schemeID: scheme })])
}

function addressOf(address: FrozenAddress): XmlElement | null {
  return branch('ram:PostalTradeAddress', [
    leaf('ram:PostcodeCode', address.zipcode),
    leaf('ram:LineOne', address.line1),
    leaf('ram:LineTwo', address.line2),
    leaf('ram:CityName', address.city),
    leaf('ram:CountryID', address.country),
    leaf('ram:CountrySubDivisionName', address.state),
  ])
}

function taxOf({ code }: VatCategory, rate: string | null): (XmlElement | null)[] {
  return [
    leaf('ram:TypeCode', 'VAT'),
    leaf('ram:CategoryCode', code),
    leaf('ram:RateApplicablePercent', rate),
  ]
}

function periodOf(period: EPeriod | null): XmlElement | null {
  if (period === null) return null
  return branch('ram:BillingSpecifiedPeriod', [
    date('ram:StartDateTime', period.from),
    date('ram:EndDateTime', period.to),
  ])
}

function date(name: string, day: string | null, prefix: 'udt' | 'qdt' = 'udt'): XmlElement | null {
  const digits = day === null ? null : day.replaceAll('-', '')
  return branch(name, [leaf(`${prefix}:DateTimeString`, digits, { format: DATE })])
}
