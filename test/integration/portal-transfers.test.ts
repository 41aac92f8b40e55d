import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'
import { buyerOf } from '../support/portal-buyer.ts'

// How a customer without a payment provider is told to pay.

let harness: Harness
let client: Client

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())
beforeEach(async () => {
  client = await harness.organization()
  await sell(client)
  await addCustomer(client, 'acme')
})

async function setAccount(bank_account: object | null): Promise<void> {
  const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
  await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
    billing_entity: { legal_name: 'Acme GmbH', bank_account },
  })
}

async function transferOf(invoiceId: string): Promise<unknown> {
  const buyer = await buyerOf(harness, client, 'acme')
  const { status, body } = await buyer.call('GET', `/invoices/${invoiceId}`)
  expect(status).toBe(200)
  return body.invoice.bank_transfer
}

describe('how an invoice is transferred', () => {
  it('is told by the rule of its PDF for as long as something is due', async () => {
    const id = await issue(client, 'acme', 10_000)
    expect(await transferOf(id)).toBeNull()
    await setAccount({ iban: 'DE89 3704 0044 0532 0130 00', bic: 'COBADEFFXXX' })
    const { number } = (await ok(client, 'GET', `/invoices/${id}`)).invoice
    const told = {
      holder: 'Acme GmbH',
      iban: 'DE89 3704 0044 0532 0130 00',
      bic: 'COBADEFFXXX',
      reference: number,
    }
    expect(await transferOf(id)).toEqual(told)
    expect((await pay(client, id, 4000)).status).toBe(200)
    expect(await transferOf(id)).toEqual(told)
    expect((await pay(client, id, 6000)).status).toBe(200)
    expect(await transferOf(id)).toBeNull()
  })

  it('names the holder of the account, and nothing for what is voided or costs nothing', async () => {
    await setAccount({ iban: 'DE89370400440532013000', holder: 'Acme Treuhand' })
    const id = await issue(client, 'acme', 500)
    expect(await transferOf(id)).toMatchObject({ holder: 'Acme Treuhand', bic: null })
    await ok(client, 'POST', `/invoices/${id}/void`)
    expect(await transferOf(id)).toBeNull()
    expect(await transferOf(await issue(client, 'acme', 0))).toBeNull()
  })
})
