import { describe, expect, it } from 'vitest'
import { ACCOUNT, planFee, sampleFee } from '../../../../test/support/document-samples.ts'
import {
  billOf,
  EXEMPT,
  eInvoiceGallery,
  FRENCH,
  frenchInvoice,
  frenchNote,
  frenchReceipt,
  GERMAN,
  germanInvoice,
  MUNICH,
  REVERSE,
  topUp,
  twoRates,
} from '../../../../test/support/e-invoice-samples.ts'
import { elementsAt, type ParsedElement, parseXml, textsAt } from '../../../../test/support/parse-xml.ts'
import { Decimal } from '../../amounts/decimal.ts'
import type { FrozenInvoice, FrozenTax } from '../frozen.ts'
import { checkEInvoice, missingFields } from './check-e-invoice.ts'
import { eDocumentOf, isEDocument } from './e-document.ts'
import { type Billed, eInvoiceOf } from './e-invoice-of.ts'
import { quantityOf } from './quantity.ts'

type Written = {
  readonly ubl: ParsedElement
  readonly cii: ParsedElement
  readonly warnings: readonly string[]
}

function written(document: Billed): Written {
  const files = eDocumentOf(document)
  if ('refusal' in files) throw new Error(JSON.stringify(files.refusal))
  return { ubl: parseXml(files.xml), cii: parseXml(files.carried.xml), warnings: files.warnings }
}

const refusalOf = (document: Billed) => checkEInvoice(document).refusal

const SETTLEMENT = 'CrossIndustryInvoice/SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement'
const TOTALS = `${SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation`
const SELLER = 'Invoice/AccountingSupplierParty/Party'
const BUYER = 'Invoice/AccountingCustomerParty/Party'

describe('an e-invoice', () => {
  it('is written without a broken rule, twice with the same bytes, for every kind of document', () => {
    for (const [name, document] of Object.entries(eInvoiceGallery())) {
      expect([name, refusalOf(document)]).toEqual([name, null])
      expect(eDocumentOf(document)).toEqual(eDocumentOf(structuredClone(document)))
      const { ubl, cii } = written(document)
      expect([name, ubl.name]).toEqual([name, document.kind === 'invoice' ? 'Invoice' : 'CreditNote'])
      expect([name, cii.name]).toEqual([name, 'rsm:CrossIndustryInvoice'])
    }
  })

  it('says the amounts of the page: 134.69 less 13.47, tax 24.24, 45.46 prepaid, 100.00 due', () => {
    const { ubl, cii } = written(frenchInvoice())
    const total = (name: string) => textsAt(ubl, `Invoice/LegalMonetaryTotal/${name}`)[0]
    expect(total('LineExtensionAmount')).toBe('134.69')
    expect(total('AllowanceTotalAmount')).toBe('13.47')
    expect(total('TaxExclusiveAmount')).toBe('121.22')
    expect(total('TaxInclusiveAmount')).toBe('145.46')
    expect(total('PrepaidAmount')).toBe('45.46')
    expect(total('PayableAmount')).toBe('100.00')
    expect(textsAt(cii, `${TOTALS}/TaxTotalAmount`)).toEqual(['24.24'])
    expect(textsAt(cii, `${TOTALS}/DuePayableAmount`)).toEqual(['100.00'])
    expect(textsAt(ubl, 'Invoice/PaymentTerms/Note')).toEqual([
      'Payment terms: 30 days; Prepaid credits used: €45.46',
    ])
  })

  it('document case 2: allots reductions and taxes to the cent', () => {
    const { ubl } = written(twoRates())
    expect(textsAt(ubl, 'Invoice/AllowanceCharge/Amount')).toEqual(['16.06', '18.94'])
    expect(textsAt(ubl, 'Invoice/AllowanceCharge/TaxCategory/Percent')).toEqual(['20', '10'])
    expect(textsAt(ubl, 'Invoice/TaxTotal/TaxSubtotal/TaxableAmount')).toEqual(['23.94', '141.06'])
    expect(textsAt(ubl, 'Invoice/TaxTotal/TaxSubtotal/TaxAmount')).toEqual(['4.79', '14.10'])
    expect(textsAt(ubl, 'Invoice/TaxTotal/TaxAmount')).toEqual(['18.89'])
    expect(textsAt(ubl, 'Invoice/AllowanceCharge/AllowanceChargeReason')).toEqual(['LAUNCH', 'LAUNCH'])
  })

  it('document case 26: is of the seller that the customer is when it bills itself', () => {
    const { ubl } = written(frenchInvoice({ isSelfBilled: true }))
    expect(textsAt(ubl, 'Invoice/InvoiceTypeCode')).toEqual(['389'])
    expect(textsAt(ubl, `${SELLER}/PartyLegalEntity/RegistrationName`)).toEqual(['Lyon Data SARL'])
    expect(textsAt(ubl, `${BUYER}/PartyLegalEntity/RegistrationName`)).toEqual(['Acme SAS'])
  })

  it('document case 27: gives back positive amounts', () => {
    const { ubl, cii } = written(frenchNote())
    expect(textsAt(ubl, 'CreditNote/CreditNoteTypeCode')).toEqual(['381'])
    expect(textsAt(ubl, 'CreditNote/CreditNoteLine/LineExtensionAmount')).toEqual(['40.00', '10.00'])
    expect(textsAt(ubl, 'CreditNote/AllowanceCharge/Amount')).toEqual(['4.34'])
    expect(textsAt(ubl, 'CreditNote/LegalMonetaryTotal/TaxExclusiveAmount')).toEqual(['45.66'])
    expect(textsAt(ubl, 'CreditNote/TaxTotal/TaxAmount')).toEqual(['9.13'])
    expect(textsAt(ubl, 'CreditNote/LegalMonetaryTotal/PayableAmount')).toEqual(['54.79'])
    expect(textsAt(ubl, 'CreditNote/BillingReference/InvoiceDocumentReference/ID')).toEqual([
      'ACM-1234-001-002',
    ])
    expect(textsAt(ubl, 'CreditNote/PaymentTerms/Note')).toEqual([
      'Added to balance: €30.00; Refunded: €24.79',
    ])
    expect(textsAt(cii, `${SETTLEMENT}/InvoiceReferencedDocument/IssuerAssignedID`)).toEqual([
      'ACM-1234-001-002',
    ])
  })

  it('rounds the items of a note so that they sum to it', () => {
    const items = [
      { fee: planFee({ taxes: [] }), amountCents: '34', preciseCents: '33.5' },
      { fee: planFee({ id: 'b', taxes: [] }), amountCents: '34', preciseCents: '33.5' },
    ]
    const cents = {
      ...frenchNote().cents,
      coupons: '0',
      subtotalExcl: '67',
      taxes: '0',
      total: '67',
      credited: '67',
    }
    const { ubl } = written(frenchNote({ items, cents, taxes: [] }))
    expect(textsAt(ubl, 'CreditNote/CreditNoteLine/LineExtensionAmount')).toEqual(['0.34', '0.33'])
  })

  it('document case 28: is a prepayment outside of VAT for a top-up', () => {
    const { ubl, cii } = written(topUp())
    expect(textsAt(ubl, 'Invoice/InvoiceTypeCode')).toEqual(['386'])
    expect(textsAt(ubl, 'Invoice/TaxTotal/TaxSubtotal/TaxCategory/ID')).toEqual(['O'])
    expect(textsAt(ubl, 'Invoice/TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReasonCode')).toEqual([
      'VATEX-EU-O',
    ])
    expect(textsAt(ubl, `${SELLER}/PartyTaxScheme/CompanyID`)).toEqual([])
    expect(textsAt(ubl, `${BUYER}/PartyTaxScheme/CompanyID`)).toEqual([])
    expect(textsAt(cii, `${TOTALS}/DuePayableAmount`)).toEqual(['100.00'])
    const german = written(topUp({ seller: GERMAN, buyer: MUNICH })).ubl
    expect(textsAt(german, 'Invoice/InvoiceTypeCode')).toEqual(['380'])
    expect(textsAt(german, 'Invoice/TaxTotal/TaxSubtotal/TaxCategory/Percent')).toEqual(['0'])
  })

  it('document case 29: leaves the tax to a buyer abroad who has a number, and is refused without one', () => {
    const sold = (changes: Partial<FrozenInvoice>) =>
      billOf([planFee({ taxes: [REVERSE] })], 0n, { buyer: MUNICH, ...changes })
    const { ubl } = written(sold({}))
    const category = 'Invoice/TaxTotal/TaxSubtotal/TaxCategory'
    expect(textsAt(ubl, `${category}/ID`)).toEqual(['AE'])
    expect(textsAt(ubl, `${category}/Percent`)).toEqual(['0'])
    expect(textsAt(ubl, `${category}/TaxExemptionReasonCode`)).toEqual(['VATEX-EU-AE'])
    expect(textsAt(ubl, 'Invoice/Note')).toEqual(['Reverse charge: the customer accounts for the tax.'])
    expect(refusalOf(sold({ buyer: { ...MUNICH, taxNumber: null } }))).toEqual({
      'customer.tax_identification_number': ['value_is_mandatory'],
    })
  })

  it('document case 30: exempts some lines beside taxed ones, and puts all of them outside of VAT otherwise', () => {
    const other = sampleFee({ id: 'b', name: 'B', unitPrice: '10', amountCents: '1000' })
    const mixed = written(billOf([planFee({ taxes: [EXEMPT] }), other], 200n)).ubl
    const category = 'Invoice/TaxTotal/TaxSubtotal/TaxCategory'
    expect(textsAt(mixed, `${category}/ID`)).toEqual(['S', 'E'])
    expect(textsAt(mixed, `${category}/TaxExemptionReason`)).toEqual(['No French VAT: art. 259-1 CGI.'])
    expect(textsAt(mixed, `${category}/TaxExemptionReasonCode`)).toEqual([])
    const all = written(billOf([planFee({ taxes: [EXEMPT] })], 0n)).ubl
    expect(textsAt(all, `${category}/ID`)).toEqual(['O'])
  })

  it('has the category that a tax of nothing was given, with its reason', () => {
    const franchise: FrozenTax = {
      code: 'franchise',
      name: 'Franchise en base',
      rate: '0',
      category: 'E',
      exemptionCode: 'VATEX-FR-FRANCHISE',
      exemptionReason: 'TVA non applicable, art. 293 B du CGI',
    }
    const category = 'Invoice/TaxTotal/TaxSubtotal/TaxCategory'
    const small = written(billOf([planFee({ taxes: [franchise] })], 0n)).ubl
    expect(textsAt(small, `${category}/ID`)).toEqual(['E'])
    expect(textsAt(small, `${category}/TaxExemptionReasonCode`)).toEqual(['VATEX-FR-FRANCHISE'])
    expect(textsAt(small, 'Invoice/Note')).toContain('TVA non applicable, art. 293 B du CGI')
    const exported: FrozenTax = { code: 'export', name: 'Export', rate: '0', category: 'G' }
    const abroad = written(billOf([planFee({ taxes: [exported] })], 0n)).ubl
    expect(textsAt(abroad, `${category}/TaxExemptionReasonCode`)).toEqual(['VATEX-EU-G'])
    const outside: FrozenTax = { code: 'outside', name: 'Outside', rate: '0', category: 'O' }
    const other = sampleFee({ id: 'b', name: 'B', unitPrice: '10', amountCents: '1000' })
    const mixed = written(billOf([planFee({ taxes: [outside] }), other], 200n)).ubl
    expect(textsAt(mixed, `${category}/ID`)).toEqual(['S', 'E'])
    const within: FrozenTax = { code: 'within', name: 'Within the Union', rate: '0', category: 'K' }
    const buyer = { ...MUNICH, taxNumber: null }
    expect(refusalOf(billOf([planFee({ taxes: [within] })], 0n, { buyer }))).toEqual({
      'customer.tax_identification_number': ['value_is_mandatory'],
    })
  })

  it('document case 31: prices a thousand units where one costs too little', () => {
    const fee = sampleFee({
      id: 'a',
      name: 'Calls',
      units: '1234567.125',
      unitPrice: '0.000012345679',
      amountCents: '1524',
      taxes: [],
    })
    const { ubl } = written(billOf([fee], 0n))
    expect(textsAt(ubl, 'Invoice/InvoiceLine/Price/PriceAmount')).toEqual(['0.012346'])
    expect(textsAt(ubl, 'Invoice/InvoiceLine/Price/BaseQuantity')).toEqual(['1000'])
    expect(textsAt(ubl, 'Invoice/InvoiceLine/InvoicedQuantity')).toEqual(['1234567.125'])
  })

  it('asks for a transfer to the account of the seller, and for none where it is not the one who is paid', () => {
    const seller = { ...FRENCH, bankAccount: ACCOUNT }
    const paid = (document: Billed) => {
      const { ubl, cii } = written(document)
      const means = `${document.kind === 'invoice' ? 'Invoice' : 'CreditNote'}/PaymentMeans`
      const spelled = textsAt(cii, `${SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans/TypeCode`)
      expect(textsAt(ubl, `${means}/PaymentMeansCode`)).toEqual(spelled)
      return { code: spelled[0], account: textsAt(ubl, `${means}/PayeeFinancialAccount/ID`), ubl, cii }
    }
    const { code, account, ubl, cii } = paid(frenchInvoice({ seller }))
    expect([code, account]).toEqual(['58', [ACCOUNT.iban]])
    const payee = 'Invoice/PaymentMeans/PayeeFinancialAccount'
    expect(textsAt(ubl, `${payee}/Name`)).toEqual(['Acme SAS'])
    expect(textsAt(ubl, `${payee}/FinancialInstitutionBranch/ID`)).toEqual([ACCOUNT.bic])
    const settled = `${SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans`
    expect(textsAt(cii, `${settled}/PayeePartyCreditorFinancialAccount/IBANID`)).toEqual([ACCOUNT.iban])
    expect(textsAt(cii, `${settled}/PayeeSpecifiedCreditorFinancialInstitution/BICID`)).toEqual([ACCOUNT.bic])
    const dollars = frenchInvoice({ seller, buyer: MUNICH, currency: 'USD' })
    expect(paid(dollars)).toMatchObject({ code: '30' })
    const others: Billed[] = [
      frenchInvoice(),
      frenchInvoice({ seller, isSelfBilled: true }),
      { ...frenchNote(), seller },
      { ...(eInvoiceGallery()['e-invoice-paid'] ?? frenchInvoice()), seller },
    ]
    for (const document of others) {
      expect(paid(document)).toMatchObject({ code: '1', account: [] })
    }
  })

  it('document case 34: says paid when it is', () => {
    const { paid } = { paid: eInvoiceGallery()['e-invoice-paid'] }
    if (!paid) throw new Error('there is one')
    const { ubl } = written(paid)
    expect(textsAt(ubl, 'Invoice/ProfileID')).toEqual(['S2'])
    expect(textsAt(ubl, 'Invoice/LegalMonetaryTotal/PrepaidAmount')).toEqual(['80.00'])
    expect(textsAt(ubl, 'Invoice/LegalMonetaryTotal/PayableAmount')).toEqual(['0.00'])
  })

  it('has whole yen, and one unit at the amount where units and price do not multiply to it', () => {
    const yen = eInvoiceGallery()['e-invoice-yen']
    if (!yen) throw new Error('there is one')
    const { ubl } = written(yen)
    expect(textsAt(ubl, 'Invoice/LegalMonetaryTotal/PayableAmount')).toEqual(['193548'])
    expect(textsAt(ubl, 'Invoice/InvoiceLine/InvoicedQuantity')).toEqual(['1'])
    expect(textsAt(ubl, 'Invoice/InvoiceLine/Price/PriceAmount')).toEqual(['193548'])
    expect(textsAt(ubl, 'Invoice/InvoiceLine/Item/Description')[0]).toContain('0.967742')
  })
})

describe('the parties', () => {
  it('have the numbers of French companies by their schemes', () => {
    const seller = { ...FRENCH, legalNumber: '303 265 045 00017' }
    const { ubl, cii } = written(frenchInvoice({ seller }))
    const [endpoint] = elementsAt(ubl, `${SELLER}/EndpointID`)
    expect([endpoint?.text, endpoint?.attributes.schemeID]).toEqual(['303265045', '0225'])
    const [siret] = elementsAt(ubl, `${SELLER}/PartyIdentification/ID`)
    expect([siret?.text, siret?.attributes.schemeID]).toEqual(['30326504500017', '0009'])
    const [siren] = elementsAt(ubl, `${SELLER}/PartyLegalEntity/CompanyID`)
    expect([siren?.text, siren?.attributes.schemeID]).toEqual(['303265045', '0002'])
    const party =
      'CrossIndustryInvoice/SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/SellerTradeParty'
    expect(textsAt(cii, `${party}/GlobalID`)).toEqual(['30326504500017'])
    expect(textsAt(cii, `${party}/SpecifiedLegalOrganization/ID`)).toEqual(['303265045'])
  })

  it('have a VAT number when it begins with a country, and a tax number otherwise', () => {
    const seller = { ...GERMAN, taxNumber: '30/123/45678', legalNumber: null }
    const { ubl } = written(germanInvoice({ seller }))
    expect(textsAt(ubl, `${SELLER}/PartyTaxScheme/TaxScheme/ID`)).toEqual(['FC'])
    // Nothing else identifies this seller.
    expect(textsAt(ubl, `${SELLER}/PartyIdentification/ID`)).toEqual(['30/123/45678'])
    const greek = written(germanInvoice({ buyer: { ...MUNICH, taxNumber: 'el 123456789' } })).ubl
    expect(textsAt(greek, `${BUYER}/PartyTaxScheme/CompanyID`)).toEqual(['EL123456789'])
  })

  it('are reached by what XRechnung asks for', () => {
    const buyer = {
      ...MUNICH,
      email: 'a@muench.example, b@muench.example',
      firstname: 'Ada',
      lastname: 'Groß',
    }
    const { ubl } = written(germanInvoice({ buyer: { ...buyer, buyerReference: '04011000-12345-03' } }))
    expect(textsAt(ubl, 'Invoice/BuyerReference')).toEqual(['04011000-12345-03'])
    expect(textsAt(ubl, 'Invoice/CustomizationID')[0]).toContain('xrechnung_3.0')
    expect(textsAt(ubl, `${SELLER}/Contact/Telephone`)).toEqual(['+49 30 1234567'])
    expect(textsAt(ubl, `${BUYER}/EndpointID`)).toEqual(['a@muench.example'])
    expect(textsAt(ubl, `${BUYER}/Contact/Name`)).toEqual(['Ada Groß'])
    expect(textsAt(written(germanInvoice()).ubl, 'Invoice/BuyerReference')).toEqual(['lyon-data'])
  })

  it('have names as they were typed, and nothing that XML forbids', () => {
    const legalName = 'Zażółć <b>&amp; ]]> \u0001\u202eX\ud800'
    const { ubl, cii } = written(frenchInvoice({ seller: { ...FRENCH, legalName } }))
    const name = 'Zażółć <b>&amp; ]]> X'
    expect(textsAt(ubl, `${SELLER}/PartyLegalEntity/RegistrationName`)).toEqual([name])
    const party =
      'CrossIndustryInvoice/SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/SellerTradeParty'
    expect(textsAt(cii, `${party}/Name`)).toEqual([name])
  })

  it('have a place of service when it is known and differs', () => {
    const oneOff = eInvoiceGallery()['e-invoice-one-off']
    if (!oneOff) throw new Error('there is one')
    const { ubl } = written(oneOff)
    expect(textsAt(ubl, 'Invoice/Delivery/DeliveryLocation/Address/CityName')).toEqual(['Marseille'])
    expect(textsAt(ubl, 'Invoice/Delivery/ActualDeliveryDate')).toEqual(['2026-02-01'])
    expect(textsAt(ubl, 'Invoice/InvoiceLine/Item/SellersItemIdentification/ID')).toEqual(['setup'])
  })
})

describe('the notes of a French invoice', () => {
  it('stand on it between companies, in the words of a custom section where there is one', () => {
    const sections = [{ code: 'fr_aab', name: 'Escompte', details: 'Escompte de 2 %.' }]
    const { ubl } = written(frenchInvoice({ sections }))
    expect(textsAt(ubl, 'Invoice/Note')).toEqual([
      '#PMT#Indemnité forfaitaire de recouvrement : 40 €.',
      "#PMD#Pénalités de retard : trois fois le taux d'intérêt légal.",
      '#AAB#Escompte de 2 %.',
    ])
    const abroad = written(frenchInvoice({ buyer: MUNICH })).ubl
    expect(textsAt(abroad, 'Invoice/Note')).toEqual([])
  })
})

describe('a refusal', () => {
  it('document case 32: names what is missing of the seller', () => {
    expect(refusalOf(germanInvoice({ seller: { ...GERMAN, phone: null } }))).toEqual({
      'billing_entity.phone': ['value_is_mandatory'],
    })
    const bare = { ...GERMAN.address, city: null, zipcode: null }
    expect(
      refusalOf(germanInvoice({ seller: { ...GERMAN, phone: '12', email: null, address: bare } })),
    ).toEqual({
      'billing_entity.city': ['value_is_mandatory'],
      'billing_entity.zipcode': ['value_is_mandatory'],
      'billing_entity.email': ['value_is_mandatory'],
      'billing_entity.phone': ['value_is_invalid'],
    })
    expect(refusalOf(frenchInvoice({ seller: { ...FRENCH, taxNumber: null } }))).toEqual({
      'billing_entity.tax_identification_number': ['value_is_mandatory'],
    })
    for (const [legalNumber, code] of [
      [null, 'value_is_mandatory'],
      ['12345', 'value_is_invalid'],
    ] as const) {
      const refusal = refusalOf(frenchInvoice({ seller: { ...FRENCH, legalNumber } }))
      expect(refusal).toEqual({ 'billing_entity.legal_number': [code] })
    }
  })

  it('names what is missing of the buyer', () => {
    const { address } = MUNICH
    const blank = { ...MUNICH, name: null, legalName: '', firstname: null, lastname: null }
    const nowhere = { ...address, country: null, city: '', zipcode: null }
    expect(refusalOf(germanInvoice({ buyer: { ...blank, address: nowhere } }))).toEqual({
      'customer.name': ['value_is_mandatory'],
      'customer.country': ['value_is_mandatory'],
      'customer.city': ['value_is_mandatory'],
      'customer.zipcode': ['value_is_mandatory'],
    })
    expect(refusalOf(frenchInvoice({ buyer: { ...blank, lastname: 'Doe' } }))).toBeNull()
  })

  it('document case 33: names the number that France does not take', () => {
    expect(refusalOf(frenchInvoice({ number: 'ACM/1234 001' }))).toEqual({
      'invoice.number': ['value_is_invalid'],
    })
    expect(refusalOf(frenchNote({ number: 'A'.repeat(36) }))).toEqual({
      'credit_note.number': ['value_is_too_long'],
    })
    expect(refusalOf(germanInvoice({ number: 'ACM/1234 001' }))).toBeNull()
  })

  it('document case 6: names a currency with three decimals', () => {
    expect(refusalOf(billOf([planFee({ taxes: [] })], 0n, { currency: 'KWD' }))).toEqual({
      'invoice.currency': ['einvoice_currency_not_supported'],
    })
  })

  it('names the rule when nothing is missing and the figures do not add up', () => {
    const invoice = frenchInvoice()
    const wrong = { ...invoice, cents: { ...invoice.cents, total: '10001' } }
    expect(missingFields(eInvoiceOf(wrong))).toEqual({})
    expect(refusalOf(wrong)).toEqual({ einvoice: ['rule_failed:BR-CO-16'] })
  })

  it('is not made of what is only odd', () => {
    const odd = [planFee({ taxes: [{ code: 'x', name: 'X', rate: '21' }] })]
    const buyer = { ...frenchInvoice().buyer, legalNumber: null, email: null }
    const { warnings } = written(billOf(odd, 2100n, { buyer, currency: 'USD' }))
    expect(warnings).toEqual([
      'einvoice_no_electronic_address',
      'einvoice_vat_in_foreign_currency',
      'einvoice_unusual_rate',
      'einvoice_buyer_siren_missing',
    ])
  })
})

describe('a receipt', () => {
  it('document case 35: says of its invoice that it was paid, on the day of the customer', () => {
    const files = eDocumentOf(frenchReceipt())
    if ('refusal' in files) throw new Error('refused')
    expect(files.carried).toMatchObject({ name: 'receipt.xml', relationship: 'Data', isFacturX: false })
    expect(files.carried.xml).toBe(files.xml)
    const xml = parseXml(files.xml)
    const response = 'ApplicationResponse/DocumentResponse'
    expect(textsAt(xml, `${response}/Response/ResponseCode`)).toEqual(['PD'])
    expect(textsAt(xml, `${response}/Response/EffectiveDate`)).toEqual(['2026-02-01'])
    expect(textsAt(xml, `${response}/Response/Description`)).toEqual(['Paid: €40.00'])
    expect(textsAt(xml, `${response}/DocumentReference/DocumentTypeCode`)).toEqual(['380'])
    expect(textsAt(xml, 'ApplicationResponse/SenderParty/PartyLegalEntity/RegistrationName')).toEqual([
      'Acme SAS',
    ])
  })

  it('has an answer for each invoice of a request', () => {
    const invoices = [
      { number: 'A-1', totalCents: '1000', issuedOn: '2026-01-01', invoiceType: 'subscription' },
      { number: 'A-2', totalCents: '3000', issuedOn: '2026-02-01', invoiceType: 'credit' },
    ]
    const files = eDocumentOf(frenchReceipt({ paid: { invoices } }))
    if ('refusal' in files) throw new Error('refused')
    const reference = 'ApplicationResponse/DocumentResponse/DocumentReference'
    expect(textsAt(parseXml(files.xml), `${reference}/ID`)).toEqual(['A-1', 'A-2'])
    expect(textsAt(parseXml(files.xml), `${reference}/DocumentTypeCode`)).toEqual(['380', '386'])
  })
})

describe('quantity and price', () => {
  it.each([
    ['1234.5', '0.02', '24.69', '1234.5', '0.02', 1n],
    ['1234567.125', '0.000012345679', '15.24', '1234567.125', '0.012346', 1000n],
    ['0.00001', '1000000', '10', '1', '10', 1n],
    ['0', '5', '0', '1', '0', 1n],
    ['3', '3.333333333333333', '10', '3', '3.333333', 1n],
    ['-2', '5', '-10', '-2', '5', 1n],
    ['2', '-5', '-10', '-1', '10', 1n],
    ['10', '0.4', '5', '1', '5', 1n],
  ])('%s at %s for %s', (units, price, amount, quantity, written, per) => {
    const found = quantityOf(Decimal.of(units), Decimal.of(price), Decimal.of(amount))
    expect([found.quantity.toString(), found.price.toString(), found.per]).toEqual([quantity, written, per])
  })
})

describe('what is an e-invoice', () => {
  it('is final, and its seller wants so in a country that has them', () => {
    expect(isEDocument(frenchInvoice())).toBe(true)
    expect(isEDocument(frenchInvoice({ mark: 'draft' }))).toBe(false)
    expect(isEDocument(frenchInvoice({ seller: { ...FRENCH, einvoicing: false } }))).toBe(false)
    expect(isEDocument(frenchInvoice({ seller: { ...FRENCH, address: MUNICH.address } }))).toBe(true)
    const spain = { ...FRENCH, address: { ...FRENCH.address, country: 'ES' } }
    expect(isEDocument(frenchInvoice({ seller: spain }))).toBe(false)
  })
})
