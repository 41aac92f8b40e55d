import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eDocumentOf } from '../../src/core/documents/xml/e-document.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { parseXml, textsAt } from '../support/parse-xml.ts'
import {
  documentsOf,
  openFile,
  render,
  type StoredDocument,
  sell,
  shop,
} from '../support/stored-documents.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness({ downloadWaitMs: 2000 })
})

afterAll(async () => {
  await harness?.close()
})

const FRENCH = {
  einvoicing: true,
  country: 'FR',
  city: 'Paris',
  zipcode: '75002',
  address_line1: '12 rue de la Paix',
  legal_name: 'Acme SAS',
  legal_number: '303 265 045 00017',
  tax_identification_number: 'FR40303265045',
  email: 'billing@acme.example',
  phone: '+33 1 23 45 67 89',
}
const GERMAN = {
  ...FRENCH,
  country: 'DE',
  city: 'Berlin',
  zipcode: '10119',
  legal_name: 'Acme GmbH',
  legal_number: 'HRB 1',
  tax_identification_number: 'DE123456789',
}

/** A shop whose billing entity has e-invoicing, with 20 % VAT. */
async function eShop(entity: object = FRENCH): Promise<Client> {
  const client = await shop(harness)
  await setEntity(client, entity)
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
  })
  return client
}

async function setEntity(client: Client, changes: object): Promise<void> {
  const { billing_entities: list } = await ok(client, 'GET', '/billing_entities')
  await ok(client, 'PUT', `/billing_entities/${list[0].code}`, { billing_entity: changes })
}

const invoiceOf = async (client: Client, id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice

const downloadXml = (client: Client, id: string) => client.call('POST', `/invoices/${id}/download_xml`)

/** Kind by file name, version and state of each stored document. */
const told = (documents: readonly StoredDocument[]) =>
  documents
    .map(({ fileName, version, status }) => `${fileName.replace(/^.*\./, '')} ${version} ${status}`)
    .sort()

/** Whether the PDF behind a link carries a file. */
async function carries(url: string): Promise<boolean> {
  const { rawPayload } = await openFile(harness, url)
  return rawPayload.toString('latin1').includes('/AFRelationship')
}

describe('an e-invoice', () => {
  it('200: is issued with its PDF, which carries it, and announced with it', async () => {
    const client = await eShop()
    const endpoint = await listen(client)
    const { lago_id: id, number } = await sell(client)
    expect(told(await documentsOf(harness, id))).toEqual(['pdf 1 pending', 'xml 1 pending'])
    expect((await invoiceOf(client, id)).xml_url).toBeNull()
    await render(harness, client, id)
    const invoice = await invoiceOf(client, id)
    expect(invoice.error_details).toEqual([])
    const file = await openFile(harness, invoice.xml_url)
    expect([file.statusCode, file.headers['content-type']]).toEqual([200, 'application/xml'])
    expect(file.headers['content-disposition']).toContain(`attachment; filename="${number}.xml"`)
    const xml = parseXml(file.body)
    expect(textsAt(xml, 'Invoice/ID')).toEqual([number])
    expect(textsAt(xml, 'Invoice/LegalMonetaryTotal/PayableAmount')).toEqual(['240.00'])
    expect(textsAt(xml, 'Invoice/InvoiceLine/Item/SellersItemIdentification/ID')).toEqual(['setup'])
    expect(textsAt(xml, 'Invoice/BuyerReference')).toEqual(['c'])
    expect(textsAt(xml, 'Invoice/AccountingSupplierParty/Party/EndpointID')).toEqual(['303265045'])
    expect(await carries(invoice.file_url)).toBe(true)
    const received = await receivedBy(client, endpoint, 'invoice.generated')
    expect(received).toHaveLength(1)
    expect(JSON.stringify(received)).toContain(`${number}.xml`)
  })

  it('200: is downloaded, as the invoice without its collections', async () => {
    const client = await eShop()
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    const { status, body } = await downloadXml(client, id)
    expect([status, body.invoice.lago_id]).toEqual([200, id])
    expect(body.invoice.xml_url).toContain('.xml')
    expect(body.invoice).not.toHaveProperty('fees')
  })

  it('has the buyer reference of the metadata, shown on invoices or not', async () => {
    const client = await eShop(GERMAN)
    await ok(client, 'POST', '/customers', {
      customer: {
        external_id: 'c',
        zipcode: '69002',
        email: 'ap@lyon.example',
        metadata: [{ key: 'buyer_reference', value: '04011000-12345-03', display_in_invoice: false }],
      },
    })
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    const file = await openFile(harness, (await invoiceOf(client, id)).xml_url)
    expect(textsAt(parseXml(file.body), 'Invoice/BuyerReference')).toEqual(['04011000-12345-03'])
  })

  it('asks for a transfer to the account that the entity had when it became final', async () => {
    const client = await eShop({ ...FRENCH, bank_account: { iban: 'FR14 2004 1010 0505 0001 3M02 606' } })
    const { lago_id: id } = await sell(client)
    await setEntity(client, { bank_account: null })
    await render(harness, client, id)
    const ubl = parseXml((await openFile(harness, (await invoiceOf(client, id)).xml_url)).body)
    expect(textsAt(ubl, 'Invoice/PaymentMeans/PaymentMeansCode')).toEqual(['58'])
    expect(textsAt(ubl, 'Invoice/PaymentMeans/PayeeFinancialAccount/ID')).toEqual([
      'FR1420041010050500013M02606',
    ])
    const { lago_id: later } = await sell(client)
    await render(harness, client, later)
    const plain = parseXml((await openFile(harness, (await invoiceOf(client, later)).xml_url)).body)
    expect(textsAt(plain, 'Invoice/PaymentMeans/PaymentMeansCode')).toEqual(['1'])
  })

  it('has the category of VAT that the tax was given', async () => {
    const client = await shop(harness)
    await setEntity(client, FRENCH)
    await ok(client, 'POST', '/taxes', {
      tax: {
        name: 'Franchise',
        code: 'franchise',
        rate: 0,
        applied_to_organization: true,
        einvoice_category: 'E',
        einvoice_exemption_code: 'VATEX-FR-FRANCHISE',
      },
    })
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    const xml = parseXml((await openFile(harness, (await invoiceOf(client, id)).xml_url)).body)
    const category = 'Invoice/TaxTotal/TaxSubtotal/TaxCategory'
    expect(textsAt(xml, `${category}/ID`)).toEqual(['E'])
    expect(textsAt(xml, `${category}/TaxExemptionReasonCode`)).toEqual(['VATEX-FR-FRANCHISE'])
  })

  it('200: there is none, and the answer is empty, without e-invoicing', async () => {
    const client = await shop(harness)
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    const { status, body } = await downloadXml(client, id)
    expect([status, body ?? '']).toEqual([200, ''])
    expect(told(await documentsOf(harness, id))).toEqual(['pdf 1 ready'])
    const invoice = await invoiceOf(client, id)
    expect([invoice.xml_url, await carries(invoice.file_url)]).toEqual([null, false])
  })

  it('200: is made on request for an invoice from before e-invoicing', async () => {
    const client = await shop(harness)
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    await setEntity(client, FRENCH)
    const asked = downloadXml(client, id)
    await expect.poll(async () => told(await documentsOf(harness, id))).toContain('xml 1 pending')
    await render(harness, client, id)
    const { status, body } = await asked
    expect([status, body.invoice.xml_url.includes('.xml')]).toEqual([200, true])
  })

  it('404: of a draft, of another organization and of nothing', async () => {
    const client = await eShop()
    const { lago_id: id } = await sell(client)
    for (const [asked, by] of [
      [id, await shop(harness)],
      ['00000000-0000-7000-8000-000000000000', client],
      ['x', client],
    ] as const) {
      const { status, body } = await downloadXml(by, asked)
      expect([asked, status, body.code]).toEqual([asked, 404, 'invoice_not_found'])
    }
  })

  it('is made where PDFs are switched off', async () => {
    const settings = harness.context.settings as { makesDocuments: boolean }
    settings.makesDocuments = false
    try {
      const client = await eShop()
      const { lago_id: id } = await sell(client)
      await render(harness, client, id)
      expect(told(await documentsOf(harness, id))).toEqual(['xml 1 ready'])
      expect((await downloadXml(client, id)).body.invoice).toMatchObject({ file_url: null })
    } finally {
      settings.makesDocuments = true
    }
  })

  it('document case 19: stays as it is when the invoice is voided, whose PDF still carries it', async () => {
    const client = await eShop()
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    await ok(client, 'POST', `/invoices/${id}/void`, {})
    await render(harness, client, id)
    expect(told(await documentsOf(harness, id))).toEqual(['pdf 1 ready', 'pdf 2 ready', 'xml 1 ready'])
    expect(await carries((await invoiceOf(client, id)).file_url)).toBe(true)
  })

  it('is written once, however many jobs do so at once', async () => {
    const client = await eShop()
    const { lago_id: id } = await sell(client)
    await Promise.all([render(harness, client, id), render(harness, client, id), render(harness, client, id)])
    expect(told(await documentsOf(harness, id))).toEqual(['pdf 1 ready', 'xml 1 ready'])
  })
})

describe('a refused e-invoice', () => {
  it('document case 32: 422 that says what is missing, holds nothing up, and is issued once it is entered', async () => {
    const client = await eShop({ ...GERMAN, phone: null })
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', zipcode: '69002', email: 'ap@lyon.example' },
    })
    const endpoint = await listen(client)
    const { lago_id: id, status } = await sell(client)
    expect(status).toBe('finalized')
    await render(harness, client, id)
    const refused = await invoiceOf(client, id)
    expect([refused.xml_url, await carries(refused.file_url)]).toEqual([null, false])
    expect(refused.error_details).toEqual([
      {
        lago_id: expect.any(String),
        error_code: 'einvoice_error',
        details: { 'billing_entity.phone': 'value_is_mandatory' },
      },
    ])
    const answer = await downloadXml(client, id)
    expect([answer.status, answer.body]).toEqual([
      422,
      {
        status: 422,
        error: 'Unprocessable Entity',
        code: 'validation_errors',
        error_details: { 'billing_entity.phone': ['value_is_mandatory'] },
      },
    ])
    expect(told(await documentsOf(harness, id))).toEqual(['pdf 1 ready', 'xml 1 refused'])

    // Only what was missing is taken as it is now.
    await setEntity(client, { phone: '+49 30 1234567', city: 'Bonn' })
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', name: 'Moved', city: 'Nice' } })
    const repaired = await downloadXml(client, id)
    expect([repaired.status, repaired.body.invoice.xml_url.includes('.xml')]).toEqual([200, true])
    await render(harness, client, id)
    expect(told(await documentsOf(harness, id))).toEqual([
      'pdf 1 ready',
      'pdf 2 ready',
      'xml 1 refused',
      'xml 2 ready',
    ])
    const issued = await invoiceOf(client, id)
    expect([issued.error_details, await carries(issued.file_url)]).toEqual([[], true])
    const xml = parseXml((await openFile(harness, issued.xml_url)).body)
    const party = 'Invoice/AccountingSupplierParty/Party'
    expect(textsAt(xml, `${party}/Contact/Telephone`)).toEqual(['+49 30 1234567'])
    expect(textsAt(xml, `${party}/PostalAddress/CityName`)).toEqual(['Berlin'])
    const buyer = 'Invoice/AccountingCustomerParty/Party'
    expect(textsAt(xml, `${buyer}/PartyLegalEntity/RegistrationName`)).toEqual(['Lyon Data'])
    expect(await receivedBy(client, endpoint, 'invoice.generated')).toHaveLength(2)
  })

  it('200: is repaired once, however many ask at once', async () => {
    const client = await eShop({ ...FRENCH, tax_identification_number: null })
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    await setEntity(client, { tax_identification_number: 'FR40303265045' })
    const answers = await Promise.all([1, 2, 3, 4].map(() => downloadXml(client, id)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await render(harness, client, id)
    expect(told(await documentsOf(harness, id))).toEqual([
      'pdf 1 ready',
      'pdf 2 ready',
      'xml 1 refused',
      'xml 2 ready',
    ])
  })

  it('422: names the field that is still missing when another was entered', async () => {
    const client = await eShop({ ...GERMAN, phone: null, zipcode: null })
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', zipcode: '69002', country: null },
    })
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    await setEntity(client, { zipcode: '10119' })
    const { status, body } = await downloadXml(client, id)
    expect([status, body.error_details]).toEqual([
      422,
      {
        'billing_entity.phone': ['value_is_mandatory'],
        'customer.country': ['value_is_mandatory'],
        'customer.email': ['value_is_mandatory'],
      },
    ])
  })
})

describe('a credit note and a receipt', () => {
  async function credited(client: Client) {
    const invoice = await sell(client, 1)
    await ok(client, 'POST', '/payments', {
      payment: {
        invoice_id: invoice.lago_id,
        amount_cents: 12_000,
        reference: 'wire',
        paid_at: '2024-05-02',
      },
    })
    const { payment_receipts: receipts } = await ok(
      client,
      'GET',
      `/payment_receipts?invoice_id=${invoice.lago_id}`,
    )
    const { credit_note: note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: invoice.lago_id,
        reason: 'other',
        credit_amount_cents: 3000,
        refund_amount_cents: 2400,
        items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: 4500 }],
      },
    })
    return { invoice, note, receipt: receipts[0] }
  }

  it('200: have their XML, of the note and of the payment', async () => {
    const client = await eShop()
    const { invoice, note, receipt } = await credited(client)
    for (const id of [note.lago_id, receipt.lago_id]) {
      await render(harness, client, id)
      expect(told(await documentsOf(harness, id))).toEqual(['pdf 1 ready', 'xml 1 ready'])
    }
    const { status, body } = await client.call('POST', `/credit_notes/${note.lago_id}/download_xml`)
    expect(status).toBe(200)
    const xml = parseXml((await openFile(harness, body.credit_note.xml_url)).body)
    expect(textsAt(xml, 'CreditNote/LegalMonetaryTotal/PayableAmount')).toEqual(['54.00'])
    expect(textsAt(xml, 'CreditNote/BillingReference/InvoiceDocumentReference/IssueDate')).toEqual([
      '2024-05-02',
    ])
    expect(await carries(body.credit_note.file_url)).toBe(true)
    const { payment_receipt: shown } = await ok(client, 'GET', `/payment_receipts/${receipt.lago_id}`)
    const response = parseXml((await openFile(harness, shown.xml_url)).body)
    const paid = 'ApplicationResponse/DocumentResponse/DocumentReference'
    expect(textsAt(response, `${paid}/ID`)).toEqual([invoice.number])
    expect(await carries(shown.file_url)).toBe(true)
  })

  it('422: of a note that was refused, until it is repaired', async () => {
    const client = await eShop({ ...FRENCH, legal_number: '12' })
    const { note } = await credited(client)
    await render(harness, client, note.lago_id)
    const refused = await client.call('POST', `/credit_notes/${note.lago_id}/download_xml`)
    expect([refused.status, refused.body.error_details]).toEqual([
      422,
      { 'billing_entity.legal_number': ['value_is_invalid'] },
    ])
    const { credit_note: shown } = await ok(client, 'GET', `/credit_notes/${note.lago_id}`)
    expect(shown.error_details).toMatchObject([{ error_code: 'einvoice_error' }])
    await setEntity(client, { legal_number: '303265045' })
    const repaired = await client.call('POST', `/credit_notes/${note.lago_id}/download_xml`)
    expect([repaired.status, repaired.body.credit_note.error_details]).toEqual([200, []])
  })

  it('200: of a note without e-invoicing is the note, with null', async () => {
    const client = await shop(harness)
    await ok(client, 'POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
    })
    const { note } = await credited(client)
    await render(harness, client, note.lago_id)
    const { status, body } = await client.call('POST', `/credit_notes/${note.lago_id}/download_xml`)
    expect([status, body.credit_note.xml_url]).toEqual([200, null])
  })

  it('404: of a draft of a note, and of nothing', async () => {
    const client = await eShop()
    const { status, body } = await client.call('POST', '/credit_notes/x/download_xml')
    expect([status, body.code]).toEqual([404, 'credit_note_not_found'])
  })
})

describe('a bill of a subscription', () => {
  it('keeps every rule with usage, a minimum, a coupon and two taxes', async () => {
    const client = await eShop()
    await ok(client, 'POST', '/taxes', { tax: { name: 'Local', code: 'local', rate: 5.5 } })
    const { billable_metric: metric } = await ok(client, 'POST', '/billable_metrics', {
      billable_metric: { name: 'Calls', code: 'calls', aggregation_type: 'sum_agg', field_name: 'n' },
    })
    await ok(client, 'POST', '/plans', {
      plan: {
        name: 'Pro',
        code: 'pro',
        interval: 'monthly',
        amount_cents: 9999,
        amount_currency: 'EUR',
        pay_in_advance: false,
        charges: [
          {
            billable_metric_id: metric.lago_id,
            charge_model: 'standard',
            min_amount_cents: 777,
            properties: { amount: '0.0123', pricing_group_keys: ['region'] },
            tax_codes: ['local'],
          },
        ],
      },
    })
    await ok(client, 'POST', '/coupons', {
      coupon: {
        name: 'Launch',
        code: 'launch',
        coupon_type: 'percentage',
        percentage_rate: 13,
        frequency: 'forever',
        expiration: 'no_expiration',
      },
    })
    await ok(client, 'POST', '/applied_coupons', {
      applied_coupon: { external_customer_id: 'c', coupon_code: 'launch' },
    })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', plan_code: 'pro', external_id: 's' },
    })
    for (const [n, region] of [
      ['1234.567', 'eu'],
      ['7', 'us'],
    ]) {
      await ok(client, 'POST', '/events', {
        event: {
          transaction_id: `t-${region}`,
          external_subscription_id: 's',
          code: 'calls',
          properties: { n, region },
        },
      })
    }
    await client.clock('2024-06-02T10:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=c')
    const bill = invoices.find((each: { invoice_type: string }) => each.invoice_type === 'subscription')
    const [xml] = (await documentsOf(harness, bill.lago_id)).filter(({ fileName }) =>
      fileName.endsWith('.xml'),
    )
    const files = eDocumentOf(xml?.model)
    expect(files).not.toHaveProperty('refusal')
    if (!('xml' in files)) return
    const parsed = parseXml(files.xml)
    const properties = 'Invoice/InvoiceLine/Item/AdditionalItemProperty'
    expect(new Set(textsAt(parsed, `${properties}/Name`))).toEqual(new Set(['region']))
    expect(textsAt(parsed, 'Invoice/InvoiceLine/Item/SellersItemIdentification/ID')).toContain('calls')
    expect(textsAt(parsed, 'Invoice/TaxTotal/TaxSubtotal/TaxCategory/Percent')).toEqual(['20', '5.5'])
    expect(textsAt(parsed, 'Invoice/AllowanceCharge/Amount')).toHaveLength(2)
    const due = (bill.total_amount_cents / 100).toFixed(2)
    expect(textsAt(parsed, 'Invoice/LegalMonetaryTotal/PayableAmount')).toEqual([due])
  })
})
